//! Calls of `/_emulator`: of an emulator in this process or in another.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, Method, Url, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

/// How long a call may take. Filling an emulator with many resources takes seconds.
const TIME: Duration = Duration::from_secs(120);

/// How long an emulator may refuse connections: a fault does it for a second each time.
const REFUSED: Duration = Duration::from_secs(2);

/// What is called, and how.
pub(crate) struct Call {
    /// `http://127.0.0.1:PORT`, or https.
    pub(crate) endpoint: String,
    pub(crate) admin_key: String,
    /// A file of certificates (PEM) to trust.
    pub(crate) certificate_authority: Option<PathBuf>,
    pub(crate) method: String,
    /// What follows `/_emulator`, with its query.
    pub(crate) path: String,
    /// JSON; empty for none.
    pub(crate) body: String,
}

/// Why a call came to nothing.
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
    /// The status that the emulator answered with; none where it did not answer.
    pub(crate) status: Option<u16>,
}

impl Failure {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Failure {
            code: code.to_owned(),
            message: message.into(),
            status: None,
        }
    }
}

impl Call {
    /// The body of the answer.
    pub(crate) async fn send(self) -> Result<String, Failure> {
        let url = self.url()?;
        let invalid = || Failure::new("InvalidCall", "The call of the emulator is not valid.");
        let method: Method = self.method.parse().map_err(|_| invalid())?;
        let client = self.client(&url)?;
        let begun = Instant::now();
        let answer = loop {
            let request = client
                .request(method.clone(), url.clone())
                .header(emulator::ADMIN_KEY_HEADER, &self.admin_key)
                .header("content-type", "application/json")
                .body(self.body.clone());
            match request.send().await {
                Err(error)
                    if error.is_connect() && begun.elapsed() < REFUSED && !self.is_https() =>
                {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                answer => break answer,
            }
        };
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        let status = answer.status().as_u16();
        let text = answer
            .text()
            .await
            .map_err(|error| self.unreachable(&error))?;
        if status < 300 {
            return Ok(text);
        }
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let member = |name: &str| body["error"][name].as_str().map(str::to_owned);
        Err(match (member("code"), member("message")) {
            (Some(code), Some(message)) => Failure {
                code,
                message,
                status: Some(status),
            },
            _ => Failure::new(
                "NotAnEmulator",
                format!(
                    "There is no emulator at {}: what answers there does not know the emulator's \
                     own interface (status {status}).",
                    self.endpoint
                ),
            ),
        })
    }

    /// Where the call goes. The key goes to this machine alone.
    fn url(&self) -> Result<Url, Failure> {
        let url = format!(
            "{}/_emulator{}",
            self.endpoint.trim_end_matches('/'),
            self.path
        );
        let invalid = || {
            Failure::new(
                "InvalidEndpoint",
                format!(
                    "The endpoint '{}' is not valid: it must be the URL of an emulator on this \
                     machine, such as http://127.0.0.1:8080.",
                    self.endpoint
                ),
            )
        };
        let url = Url::parse(&url).map_err(|_| invalid())?;
        let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
        let plain = url.username().is_empty() && url.password().is_none();
        match here && plain && matches!(url.scheme(), "http" | "https") {
            true => Ok(url),
            false => Err(invalid()),
        }
    }

    fn is_https(&self) -> bool {
        self.endpoint.to_ascii_lowercase().starts_with("https:")
    }

    fn client(&self, url: &Url) -> Result<Client, Failure> {
        let mut roots = RootCertStore::empty();
        if url.scheme() == "https" {
            self.read_roots(&mut roots)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::new("EmulatorUnreachable", error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Client::builder()
            .tls_backend_preconfigured(config)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(TIME)
            .build()
            .map_err(|error| Failure::new("EmulatorUnreachable", error.to_string()))
    }

    fn read_roots(&self, roots: &mut RootCertStore) -> Result<(), Failure> {
        let Some(path) = &self.certificate_authority else {
            return Err(Failure::new(
                "MissingCertificateAuthority",
                format!(
                    "The emulator at {} serves https. Specify its certificate with \
                     -CertificateAuthorityPath: the second line of the program's output is its \
                     path.",
                    self.endpoint
                ),
            ));
        };
        let unreadable = |why: String| {
            Failure::new(
                "CertificateFileUnreadable",
                format!("Can't read certificates from {}: {why}", path.display()),
            )
        };
        let text = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        for certificate in CertificateDer::pem_slice_iter(&text) {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| unreadable(error.to_string()))?;
        }
        match roots.is_empty() {
            true => Err(unreadable("it has no certificate.".to_owned())),
            false => Ok(()),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut why: &dyn std::error::Error = error;
        while let Some(cause) = why.source() {
            why = cause;
        }
        Failure::new(
            "EmulatorUnreachable",
            format!(
                "No emulator answers at {}: {why}. Check that it runs, and its port.",
                self.endpoint
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use emulator::{Emulator, Options};

    use super::*;
    use crate::running::wait;

    #[test]
    fn an_emulator_that_serves_https_is_trusted_by_its_certificate_alone() {
        let started = wait(Emulator::start(Options {
            tls: true,
            ..Options::default()
        }));
        let emulator = started.unwrap().unwrap();
        let call = |certificate_authority| {
            let call = Call {
                endpoint: emulator.endpoint().to_owned(),
                admin_key: emulator.admin_key().to_owned(),
                certificate_authority,
                method: "GET".to_owned(),
                path: "/settings".to_owned(),
                body: String::new(),
            };
            wait(call.send()).unwrap()
        };
        let certificate = emulator.ca_certificate().unwrap().to_owned();
        let settings = call(Some(certificate.clone())).ok().unwrap();
        assert!(settings.contains("operationMs"), "{settings}");
        assert_eq!(
            call(None).err().unwrap().code,
            "MissingCertificateAuthority"
        );
        let other = wait(Emulator::start(Options {
            tls: true,
            ..Options::default()
        }));
        let other = other.unwrap().unwrap();
        let strange = call(Some(other.ca_certificate().unwrap().to_owned()));
        let strange = strange.err().unwrap();
        assert_eq!(strange.code, "EmulatorUnreachable", "{}", strange.message);
        std::fs::write(&certificate, "nothing").unwrap();
        let empty = call(Some(certificate)).err().unwrap();
        assert_eq!(empty.code, "CertificateFileUnreadable");
        wait(other.stop()).unwrap();
        wait(emulator.stop()).unwrap();
    }
}
