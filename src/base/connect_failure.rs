//! Why a service can't be reached: its certificate, the proxy, or the reason that the system gives.

use std::time::Duration;

use hyper_util::client::proxy::matcher::Intercept;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::category::Category;
use super::cloud::is_loopback;
use super::error::Error;
use super::http::{Http, causes};
use super::trust::CertificateRejection;
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
        if let Some(rejection) = CertificateRejection::within(error) {
            return Self {
                code: Some("CertificateNotTrusted"),
                message: rejection.message.clone(),
                advice: rejection.advice.clone(),
                is_permanent: true,
            };
        }
        match http.proxy_toward(url) {
            Some(proxy) => Self::at(&proxy, &service, &why).await,
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
    async fn at(proxy: &Intercept, service: &str, why: &str) -> Self {
        let name = name(proxy);
        let refused = match why {
            why if why.contains(UNAUTHORIZED) => Some("407".to_owned()),
            why if why.contains(REFUSED) => refusal(proxy, service).await,
            _ => None,
        };
        let Some(status) = refused else {
            return Self {
                code: None,
                message: format!("{service} can't be reached through the proxy {name}: {why}"),
                advice: "Check $env:HTTPS_PROXY, which names the proxy, and $env:NO_PROXY, which \
                         lists the hosts to reach without it."
                    .to_owned(),
                is_permanent: false,
            };
        };
        let advice = match status.starts_with("407") {
            true => format!(
                "Add a user name and a password: $env:HTTPS_PROXY = \
                 'http://<user>:<password>@{name}', with %40 for @ and %3A for a colon in them."
            ),
            false => format!(
                "Ask the owner of the proxy to allow {service}, or add the host to $env:NO_PROXY \
                 if it is reachable directly."
            ),
        };
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

/// The status that a proxy refuses a connection with, such as `403 Forbidden`: asked for once more,
/// since the HTTP client does not say it. Nothing but the name of the service is sent.
async fn refusal(proxy: &Intercept, service: &str) -> Option<String> {
    if proxy.uri().scheme_str() != Some("http") {
        return None;
    }
    let answer = timeout(PROXY_TIMEOUT, ask(proxy, service))
        .await
        .ok()?
        .ok()?;
    let line = String::from_utf8_lossy(&answer);
    let (_, status) = line.lines().next()?.split_once(' ')?;
    let is_refusal = |status: &str| {
        let code: Option<u16> = status.get(..3)?.parse().ok();
        (code? >= 300).then_some(())
    };
    is_refusal(status)?;
    Some(
        status
            .chars()
            .filter(|c| !c.is_control())
            .take(80)
            .collect(),
    )
}

async fn ask(proxy: &Intercept, service: &str) -> std::io::Result<Vec<u8>> {
    let mut request = format!("CONNECT {service} HTTP/1.1\r\nHost: {service}\r\n").into_bytes();
    if let Some(proof) = proxy.basic_auth() {
        request.extend([b"Proxy-Authorization: ", proof.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    let mut stream = TcpStream::connect(name(proxy)).await?;
    stream.write_all(&request).await?;
    let mut answer = Vec::new();
    let mut part = [0; 512];
    while answer.len() < 4096 && !answer.contains(&b'\n') {
        match stream.read(&mut part).await? {
            0 => break,
            read => answer.extend(&part[..read]),
        }
    }
    Ok(answer)
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
