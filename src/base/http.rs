//! The HTTP clients of one connection: one for the network, one for this machine.

use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Intercept;
use once_cell::sync::OnceCell;
use rustls::pki_types::CertificateDer;

use super::category::Category;
use super::cloud::is_loopback;
use super::error::{Error, Result};
use super::observer::Observer;
use super::proxy::{NamedBy, Proxy};
use super::retry::RetryPolicy;
use super::trust;
use reqwest::{Method, RequestBuilder, Url};

/// The most that is read of an answer. ARM's longest pages are far below it.
const LONGEST_BODY: usize = 64 << 20;

/// Where requests leave: no redirects, no cookies, the operating system's certificates. A client
/// is made when it is first needed, and keeps its connections open for the next request.
pub(crate) struct Http {
    proxy: Proxy,
    roots: Vec<CertificateDer<'static>>,
    /// How long one request may take, from the connection to the last byte of its answer.
    request_timeout: Duration,
    network: OnceCell<reqwest::Client>,
    machine: OnceCell<reqwest::Client>,
}

impl Http {
    pub(crate) fn new(proxy: Proxy) -> Self {
        Self {
            proxy,
            roots: Vec::new(),
            request_timeout: RetryPolicy::default().request_timeout,
            network: OnceCell::new(),
            machine: OnceCell::new(),
        }
    }

    /// The same, trusting further certificates.
    pub(crate) fn trusting(self, roots: Vec<CertificateDer<'static>>) -> Self {
        Self { roots, ..self }
    }

    /// The same, whose requests may take this long each.
    pub(crate) fn waiting(self, request_timeout: Duration) -> Self {
        Self {
            request_timeout,
            ..self
        }
    }

    /// How long one request may take.
    pub(crate) fn request_timeout(&self) -> Duration {
        self.request_timeout
    }

    /// Finds out which proxy is on the way to a service, where only the host can: before the first
    /// request to it.
    ///
    /// # Errors
    /// `InvalidProxy` for one that requests can't go through.
    pub(crate) async fn find_way(&self, service: &Url, observer: &Arc<dyn Observer>) -> Result<()> {
        match is_loopback(service) {
            true => Ok(()),
            false => self.proxy.find(service, observer).await,
        }
    }

    /// The proxy that a request to a service goes through: see [`toward`](Self::toward).
    pub(super) fn proxy_toward(&self, service: &Url) -> Option<(Intercept, NamedBy)> {
        match is_loopback(service) {
            true => None,
            false => self.proxy.on_the_way_to(service),
        }
    }

    /// The client for a service: https through the proxy; this machine itself never through one,
    /// which could not reach it and must not see the token.
    ///
    /// # Errors
    /// `InsecureEndpoint` for http to anywhere but this machine; `InvalidProxy`; `TlsUnavailable`
    /// when the system's certificates can't be used.
    pub(crate) fn toward(&self, service: &Url) -> Result<HttpClient<'_>> {
        if is_loopback(service) {
            return self.machine();
        }
        if service.scheme() != "https" {
            return Err(insecure(service));
        }
        let client = self
            .network
            .get_or_try_init(|| build(self.proxy.apply(self.builder()?.https_only(true))?))?;
        Ok(self.bounded(client))
    }

    /// The client for what is on this machine, or on its host: the emulator, and the services that
    /// a managed identity's tokens come from.
    ///
    /// # Errors
    /// `TlsUnavailable`.
    pub(crate) fn machine(&self) -> Result<HttpClient<'_>> {
        let client = self
            .machine
            .get_or_try_init(|| build(self.builder()?.no_proxy()))?;
        Ok(self.bounded(client))
    }

    fn bounded<'a>(&self, client: &'a reqwest::Client) -> HttpClient<'a> {
        HttpClient {
            client,
            request_timeout: self.request_timeout,
        }
    }

    fn builder(&self) -> Result<reqwest::ClientBuilder> {
        Ok(reqwest::Client::builder()
            .tls_backend_preconfigured(trust::client_config(self.roots.clone())?)
            .user_agent(concat!("ManagedIdentity/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10)))
    }
}

/// A client whose requests each have the connection's time limit.
#[derive(Clone, Copy)]
pub(crate) struct HttpClient<'a> {
    client: &'a reqwest::Client,
    request_timeout: Duration,
}

impl HttpClient<'_> {
    /// A request of any method.
    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url);
        request.timeout(self.request_timeout)
    }

    pub(crate) fn get(&self, url: Url) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    pub(crate) fn post(&self, url: Url) -> RequestBuilder {
        self.request(Method::POST, url)
    }
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client> {
    builder
        .build()
        .map_err(|error| trust::unavailable(&causes(&error)))
}

fn insecure(service: &Url) -> Error {
    let host = service.host_str().unwrap_or_default();
    Error::new(
        Category::InvalidArgument,
        "InsecureEndpoint",
        host,
        format!("Refused to send a secret to {host} without encryption"),
    )
    .advise("Use https. http is allowed only for this machine (127.0.0.1, localhost).")
}

/// Why a request has no answer that can be read.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// No connection came about, or it broke.
    Broken(reqwest::Error),
    /// The body is longer than what is read of one.
    TooLong,
}

impl NoAnswer {
    /// What went wrong, down to the root, without the URL.
    pub(crate) fn causes(&self) -> String {
        match self {
            Self::Broken(error) => causes(error),
            Self::TooLong => format!("the response is longer than {} MiB", LONGEST_BODY >> 20),
        }
    }

    /// Whether the time ran out.
    pub(crate) fn is_timeout(&self) -> bool {
        matches!(self, Self::Broken(error) if error.is_timeout())
    }
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        Self::Broken(error)
    }
}

/// Reads an answer's body, up to a limit, beyond which no byte of it is kept.
pub(crate) async fn read_body(mut answer: reqwest::Response) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(NoAnswer::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What went wrong, down to the root, without the URL.
pub(super) fn causes(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        // hyper's own layer only says which of its stages failed.
        let says_more = !text.starts_with("client error (");
        if says_more && !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        cause = inner.source();
    }
    match texts.is_empty() {
        true => "The request failed".to_owned(),
        false => texts.join(": "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_without_encryption() {
        let http = Http::new(Proxy::System);
        let toward = |url: &str| http.toward(&url.parse().unwrap()).map(|_| ());
        for good in [
            "https://management.azure.com",
            "http://127.0.0.1:1",
            "http://[::1]:1",
        ] {
            assert_eq!(toward(good), Ok(()), "{good}");
        }
        for bad in [
            "http://management.azure.com",
            "http://169.254.169.254",
            "ftp://a",
        ] {
            assert_eq!(toward(bad).unwrap_err().code(), "InsecureEndpoint", "{bad}");
        }
    }
}
