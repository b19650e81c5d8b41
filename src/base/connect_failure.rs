//! Why a service can't be reached: its certificate, the proxy, or the reason that the system gives.

use std::time::Duration;

use hyper_util::client::proxy::matcher::Intercept;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::category::Category;
use super::causes::causes;
use super::cloud::is_loopback;
use super::error::Error;
use super::http::Http;
use super::proxy::NamedBy;
use super::text::is_command;
use super::trust::Rejection;
use reqwest::Url;

/// What keeps a request from being sent.
pub(crate) struct ConnectFailure {
    code: Option<&'static str>,
    message: String,
    advice: String,
    /// Whether the same request would meet it again.
    pub(crate) is_permanent: bool,
}

impl ConnectFailure {
    /// Finds out why no connection to the service at `url` came about.
    pub(crate) async fn diagnose(http: &Http, url: &Url, error: &reqwest::Error) -> Self {
        let why = causes(error);
        let service = host_and_port(url);
        if let Some(rejection) = Rejection::within(error) {
            return Self {
                code: Some(rejection.code),
                message: rejection.message.clone(),
                advice: rejection.advice.clone(),
                is_permanent: true,
            };
        }
        match http.proxy_toward(url) {
            Some((proxy, named_by)) => Self::at(&proxy, named_by, &service, &why).await,
            None => Self {
                code: None,
                message: format!("{service} can't be reached: {why}"),
                advice: match is_loopback(url) {
                    true => {
                        "Check that the emulator or the service on this machine runs, and connect \
                         again: its port may have changed."
                    }
                    false => "Check -Endpoint or -Environment, the network and the proxy.",
                }
                .to_owned(),
                is_permanent: false,
            },
        }
    }

    /// At a proxy: it refuses, or it can't be reached or used itself.
    async fn at(proxy: &Intercept, named_by: NamedBy, service: &str, why: &str) -> Self {
        let name = name(proxy);
        let refusal = match why {
            why if why.contains(UNAUTHORIZED) => {
                let told = refusal(proxy, service).await;
                Some(
                    told.filter(Refusal::wants_credential)
                        .unwrap_or_else(|| Refusal {
                            status: "407".to_owned(),
                            schemes: Vec::new(),
                        }),
                )
            }
            why if why.contains(REFUSED) => refusal(proxy, service).await,
            _ => None,
        };
        let Some(refusal) = refusal else {
            return Self {
                code: None,
                message: format!("{service} can't be reached through the proxy {name}: {why}"),
                advice: match named_by {
                    NamedBy::Parameter => "Check -Proxy.",
                    NamedBy::Variable => {
                        "Check $env:HTTPS_PROXY, which names the proxy, and $env:NO_PROXY, which \
                         lists the hosts to reach without it."
                    }
                    NamedBy::System => {
                        "Check the proxy in the system's settings. When the network has changed, \
                         connect again. Connect-ManagedIdentityService -Proxy names another proxy."
                    }
                }
                .to_owned(),
                is_permanent: false,
            };
        };
        let advice = match refusal.wants_credential() {
            true => refusal.credential_advice(proxy.basic_auth().is_some(), &name),
            false => match named_by {
                NamedBy::Variable => format!(
                    "Ask the owner of the proxy to allow {service}, or add the host to \
                     $env:NO_PROXY if it is reachable directly."
                ),
                NamedBy::Parameter | NamedBy::System => {
                    format!("Ask the owner of the proxy to allow {service}.")
                }
            },
        };
        let status = refusal.status;
        Self {
            code: Some("ProxyRefused"),
            message: format!("The proxy {name} refused the connection to {service}: HTTP {status}"),
            advice,
            is_permanent: !status.starts_with('5'),
        }
    }

    /// The error of a request about `target`. `code` is for what has none of its own.
    pub(crate) fn error(self, code: &str, target: &str) -> Error {
        let code = self.code.unwrap_or(code);
        Error::new(Category::ConnectionError, code, target, self.message).advise(self.advice)
    }
}

/// What the HTTP client says, which keeps the proxy's answer to itself. Source: hyper-util,
/// `TunnelError`.
const UNAUTHORIZED: &str = "tunnel error: proxy authorization required";
const REFUSED: &str = "tunnel error: unsuccessful";

/// How long the proxy may take to say it again.
const PROXY_TIMEOUT: Duration = Duration::from_secs(5);

/// How a proxy refuses a connection.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    /// Such as `403 Forbidden`.
    status: String,
    /// The ways to sign in that it offers, such as `Basic`.
    schemes: Vec<String>,
}

impl Refusal {
    /// Reads the head of an answer; none when it is no refusal.
    fn read(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let (_, status) = lines.next()?.split_once(' ')?;
        let code: u16 = status.get(..3)?.parse().ok()?;
        let plain = |text: &str, longest: usize| -> String {
            let plain = text.chars().filter(|&c| !is_command(c));
            plain.take(longest).collect()
        };
        let scheme = |line: &str| {
            let (name, value) = line.split_once(':')?;
            let scheme = value.split_whitespace().next()?;
            name.eq_ignore_ascii_case("proxy-authenticate")
                .then(|| plain(scheme, 20))
        };
        (code >= 300).then(|| Self {
            status: plain(status, 80),
            schemes: lines.filter_map(scheme).collect(),
        })
    }

    fn wants_credential(&self) -> bool {
        self.status.starts_with("407")
    }

    /// What to do for a proxy that wants to know its user. `was_sent` is whether it was told one.
    fn credential_advice(&self, was_sent: bool, name: &str) -> String {
        let takes_password = |scheme: &String| scheme.eq_ignore_ascii_case("basic");
        if !self.schemes.is_empty() && !self.schemes.iter().any(takes_password) {
            return format!(
                "The proxy offers {} only, and the module signs in to proxies with a user name and \
                 a password (Basic). Ask the owner of the proxy to allow Basic, or specify with \
                 -Proxy a proxy on this machine that signs in to {name}.",
                self.schemes.join(", ")
            );
        }
        let what = match was_sent {
            true => "Check the user name and the password",
            false => "Specify a user name and a password",
        };
        format!(
            "{what}: Connect-ManagedIdentityService -ProxyCredential, or $env:HTTPS_PROXY = \
             'http://<user>:<password>@{name}', with %40 for @ and %3A for a colon in them."
        )
    }
}

/// How a proxy refuses a connection: asked for once more, since the HTTP client does not say it.
/// Nothing but the name of the service, and what the proxy knows of its user, is sent.
async fn refusal(proxy: &Intercept, service: &str) -> Option<Refusal> {
    if proxy.uri().scheme_str() != Some("http") {
        return None;
    }
    let mut head = Vec::new();
    // What came before the end of the time, or of the connection, counts.
    let _ = timeout(PROXY_TIMEOUT, ask(proxy, service, &mut head)).await;
    Refusal::read(&String::from_utf8_lossy(&head))
}

/// Asks for a connection, and reads the head of the answer.
async fn ask(proxy: &Intercept, service: &str, head: &mut Vec<u8>) -> std::io::Result<()> {
    let mut request = format!("CONNECT {service} HTTP/1.1\r\nHost: {service}\r\n").into_bytes();
    if let Some(proof) = proxy.basic_auth() {
        request.extend([b"Proxy-Authorization: ", proof.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    let mut stream = TcpStream::connect(name(proxy)).await?;
    stream.write_all(&request).await?;
    let mut part = [0; 512];
    while head.len() < 4096 && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).await? {
            0 => break,
            read => head.extend(&part[..read]),
        }
    }
    Ok(())
}

/// The proxy's host and port: never its user name and password.
fn name(proxy: &Intercept) -> String {
    let uri = proxy.uri();
    let usual = match uri.scheme_str() {
        Some("https") => 443,
        Some(socks) if socks.starts_with("socks") => 1080,
        _ => 80,
    };
    let port = uri.port_u16().unwrap_or(usual);
    format!("{}:{port}", uri.host().unwrap_or_default())
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{host}:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_with_the_ways_to_sign_in() {
        let head = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Negotiate\r\n\
                    Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
        let refusal = Refusal::read(head).unwrap();
        assert_eq!(refusal.schemes, ["Negotiate", "Basic"]);
        assert!(
            refusal
                .credential_advice(true, "p:1")
                .starts_with("Check the user name")
        );
        assert!(
            refusal
                .credential_advice(false, "p:1")
                .starts_with("Specify a user name")
        );
        let integrated = Refusal::read(&head.replace("Basic", "NTLM")).unwrap();
        let advice = integrated.credential_advice(false, "p:1");
        assert!(
            advice.starts_with("The proxy offers Negotiate, NTLM only"),
            "{advice}"
        );
        for none in [
            "HTTP/1.1 200 Connection established\r\n\r\n",
            "",
            "noise",
            "HTTP/1.1 x y",
        ] {
            assert_eq!(Refusal::read(none), None, "{none}");
        }
    }
}
