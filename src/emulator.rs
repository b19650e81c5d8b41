//! Calls of the interface `/_emulator`, by which an emulator on this machine is filled, set and
//! read, whichever process it runs in. The emulator itself is no part of this library.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};

use crate::auth::Secret;
use crate::base::{
    ArmError, Category, Error, ExtraRoots, Http, HttpClient, Method, NoAnswer, Proxy, Result, Url,
    is_loopback, read_body,
};

/// How long a call may take. Filling an emulator with many resources takes seconds.
const TIME: Duration = Duration::from_secs(120);

/// How long an emulator may refuse connections: a fault does it for a second each time.
const REFUSED: Duration = Duration::from_secs(2);

/// The header that has the emulator's key.
const KEY: &str = "x-emulator-key";

/// What every error of a call is about.
const TARGET: &str = "emulator";

/// What is called, and how.
#[derive(Debug)]
pub struct Call {
    /// `http://127.0.0.1:PORT`, or https.
    pub endpoint: String,
    /// The emulator's key.
    pub admin_key: Secret,
    /// A file with the certificate to trust where the emulator serves https.
    pub certificate_authority: Option<String>,
    /// The method, such as `POST`.
    pub method: String,
    /// What follows `/_emulator`, with its query.
    pub path: String,
    /// JSON.
    pub body: Option<String>,
}

impl Call {
    /// The body of the answer: JSON, or nothing.
    ///
    /// # Errors
    /// `InvalidEndpoint`, `MissingCertificateAuthority`, `CertificateFileUnreadable`, `InvalidCall`,
    /// `EmulatorUnreachable`, `NotAnEmulator`, or what the emulator answers.
    pub async fn send(self) -> Result<String> {
        let url = self.url()?;
        let client = self.client(&url)?;
        let (status, body) = self.exchange(&client, &url).await?;
        match status < 300 {
            true => String::from_utf8(body).map_err(|_| self.no_emulator(status)),
            false => Err(self.refusal(status, &body)),
        }
    }

    /// Status and body of the answer. An emulator that serves http may refuse connections for a
    /// moment, which is no reason to end.
    async fn exchange(&self, client: &HttpClient, url: &Url) -> Result<(u16, Vec<u8>)> {
        let invalid = |_| {
            let message = "The call of the emulator is not valid";
            Error::new(Category::InvalidOperation, "InvalidCall", TARGET, message)
        };
        let method: Method = self.method.parse().map_err(|_| invalid(()))?;
        let key = self.admin_key.expose_secret();
        let mut key = HeaderValue::from_str(key).map_err(|_| invalid(()))?;
        key.set_sensitive(true);
        let begun = Instant::now();
        loop {
            let request = client
                .request(method.clone(), url.clone())
                .header(KEY, key.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(self.body.clone().unwrap_or_default());
            match request.send().await {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    let body = read_body(answer).await;
                    return Ok((status, body.map_err(|why| self.unreachable(&why))?));
                }
                Err(error)
                    if error.is_connect()
                        && begun.elapsed() < REFUSED
                        && url.scheme() == "http" =>
                {
                    sleep(Duration::from_millis(100)).await;
                }
                Err(error) => return Err(self.unreachable(&error.into())),
            }
        }
    }

    /// Where the call goes. The key goes to this machine alone.
    fn url(&self) -> Result<Url> {
        let endpoint = self.endpoint.trim_end_matches('/');
        Url::parse(&format!("{endpoint}/_emulator{}", self.path))
            .ok()
            .filter(|url| is_loopback(url) && matches!(url.scheme(), "http" | "https"))
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .ok_or_else(|| {
                let rule = "it must be the URL of an emulator on this machine, such as \
                            http://127.0.0.1:8080.";
                Error::invalid("InvalidEndpoint", "Endpoint", &self.endpoint, rule)
            })
    }

    fn client(&self, url: &Url) -> Result<HttpClient> {
        let http = Http::new(Proxy::System).waiting(TIME);
        if url.scheme() == "http" {
            return http.machine();
        }
        let Some(file) = &self.certificate_authority else {
            let message = format!("The emulator at {} serves https", self.endpoint);
            let error = Error::new(
                Category::InvalidArgument,
                "MissingCertificateAuthority",
                TARGET,
                message,
            );
            return Err(error.advise(
                "Specify its certificate with -CertificateAuthorityPath: the second line of the \
                 program's output is its path.",
            ));
        };
        let roots = ExtraRoots::default().and_of(Some(PathBuf::from(file)));
        http.trusting(roots.read()?).machine()
    }

    /// What the emulator says instead of a success.
    fn refusal(&self, status: u16, body: &[u8]) -> Error {
        let told = ArmError::read(body).filter(|error| !error.code.is_empty());
        let Some(told) = told else {
            return self.no_emulator(status);
        };
        let category = match status {
            400 | 405 => Category::InvalidArgument,
            401 => Category::AuthenticationError,
            403 => Category::PermissionDenied,
            404 => Category::ObjectNotFound,
            409 => Category::ResourceExists,
            _ => Category::InvalidOperation,
        };
        Error::new(category, &told.code, TARGET, told.message).with_status(status)
    }

    fn no_emulator(&self, status: u16) -> Error {
        let message = format!(
            "There is no emulator at {}: what answers there does not know the emulator's own \
             interface (status {status})",
            self.endpoint
        );
        Error::new(Category::ConnectionError, "NotAnEmulator", TARGET, message)
    }

    fn unreachable(&self, why: &NoAnswer) -> Error {
        let message = format!("No emulator answers at {}: {}", self.endpoint, why.causes());
        Error::new(
            Category::ConnectionError,
            "EmulatorUnreachable",
            TARGET,
            message,
        )
        .advise("Check that it runs, and its port.")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener};

    use ::emulator::{Emulator, Options};

    use super::*;

    /// What a call comes to: the body, or the error.
    async fn call(
        endpoint: &str,
        key: &str,
        (method, path, body): (&str, &str, &str),
        certificate: Option<&str>,
    ) -> Result<String> {
        let call = Call {
            endpoint: endpoint.to_owned(),
            admin_key: key.to_owned().into(),
            certificate_authority: certificate.map(str::to_owned),
            method: method.to_owned(),
            path: path.to_owned(),
            body: Some(body.to_owned()).filter(|body| !body.is_empty()),
        };
        call.send().await
    }

    #[tokio::test]
    async fn an_emulator_is_called_by_its_key_and_its_refusals_are_errors() {
        let emulator = Emulator::start(Options::default()).await.unwrap();
        let (endpoint, key) = (emulator.endpoint(), emulator.admin_key());
        assert_eq!(KEY, ::emulator::ADMIN_KEY_HEADER);

        let about = call(endpoint, key, ("GET", "", ""), None).await.unwrap();
        assert!(about.contains("\"endpoint\""), "{about}");
        let made = ("POST", "/resourcegroups", r#"{"names":["grün"]}"#);
        let body = call(endpoint, key, made, None).await.unwrap();
        assert!(body.contains("grün"), "{body}");
        let nothing = call(endpoint, key, ("POST", "/reset", ""), None).await;
        assert_eq!(nothing, Ok(String::new()));
        call(endpoint, key, made, None).await.unwrap();

        let bad = ("POST", "/resourcegroups", "{}");
        for (key, request, code, category) in [
            (key, bad, "InvalidContent", Category::InvalidArgument),
            (
                "another",
                ("GET", "/settings", ""),
                "AdminKeyRequired",
                Category::AuthenticationError,
            ),
            (
                key,
                ("GET", "/nothing", ""),
                "NotFound",
                Category::ObjectNotFound,
            ),
            (key, made, "AlreadyExists", Category::ResourceExists),
            (
                "two\nlines",
                ("GET", "/settings", ""),
                "InvalidCall",
                Category::InvalidOperation,
            ),
        ] {
            let error = call(endpoint, key, request, None).await.unwrap_err();
            assert_eq!((error.code(), error.category()), (code, category));
            assert!(!error.to_string().contains(key), "{error}");
        }
        emulator.stop().await;
    }

    #[tokio::test]
    async fn the_key_goes_to_an_emulator_of_this_machine_alone() {
        let get = ("GET", "", "");
        for endpoint in [
            "http://example.com",
            "http://10.0.0.1:80",
            "ftp://127.0.0.1",
            "http://user@127.0.0.1:1",
            "127.0.0.1:80",
            "",
        ] {
            let error = call(endpoint, "key", get, None).await.unwrap_err();
            assert_eq!(error.code(), "InvalidEndpoint", "{endpoint}");
            assert_eq!(error.category(), Category::InvalidArgument);
            let named = format!("-Endpoint '{endpoint}' is not valid: ");
            assert!(error.message().starts_with(&named), "{error}");
        }
    }

    #[tokio::test]
    async fn what_answers_with_something_else_is_no_emulator() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = format!("http://{}", server.local_addr().unwrap());
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let mut buffer = [0; 4096];
            assert!(stream.read(&mut buffer).unwrap() > 0);
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")
                .unwrap();
        });
        let error = call(&endpoint, "key", ("GET", "", ""), None)
            .await
            .unwrap_err();
        answering.join().unwrap();
        assert_eq!(error.code(), "NotAnEmulator", "{error}");
        assert_eq!(error.category(), Category::ConnectionError);
    }

    #[tokio::test]
    async fn an_emulator_that_serves_https_is_trusted_by_its_certificate() {
        let start = || {
            Emulator::start(Options {
                tls: true,
                ..Options::default()
            })
        };
        let (emulator, other) = (start().await.unwrap(), start().await.unwrap());
        let call = async |certificate: Option<&str>| {
            let get = ("GET", "/settings", "");
            call(emulator.endpoint(), emulator.admin_key(), get, certificate).await
        };
        let certificate = |emulator: &Emulator| {
            let path = emulator.ca_certificate().unwrap();
            path.to_str().unwrap().to_owned()
        };
        let own = certificate(&emulator);
        let settings = call(Some(&own)).await.unwrap();
        assert!(settings.contains("operationMs"), "{settings}");
        std::fs::write(other.ca_certificate().unwrap().with_extension("bad"), "x").unwrap();
        let strange = certificate(&other);
        let bad = format!("{}.bad", strange.trim_end_matches(".pem"));
        for (given, code) in [
            (None, "MissingCertificateAuthority"),
            (Some(strange.as_str()), "EmulatorUnreachable"),
            (Some(bad.as_str()), "CertificateFileUnreadable"),
            (Some("/nonexistent/ca.pem"), "CertificateFileUnreadable"),
        ] {
            let error = call(given).await.unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            let names_the_file = error.to_string().contains(given.unwrap_or_default());
            assert!(names_the_file || code == "EmulatorUnreachable", "{error}");
        }
        other.stop().await;
        emulator.stop().await;
    }
}
