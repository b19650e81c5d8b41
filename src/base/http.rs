//! How the requests of one connection leave: through the proxy, or directly on this machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Intercept;

use super::category::Category;
use super::causes::causes;
use super::cloud::is_loopback;
use super::error::{Error, Result};
use super::http_client::{Reach, SharedClient, shared};
use super::observer::Observer;
use super::proxy::{NamedBy, Proxy, Route};
use super::trust::Trusted;
use reqwest::{Method, RequestBuilder, Url};

/// The most that is read of an answer. ARM's longest pages are far below it.
pub(super) const LONGEST_BODY: usize = 64 << 20;

/// How long one request may take where the caller does not say.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(100);

/// Where the requests of a connection leave. The clients are made when they are first needed.
pub(crate) struct Http {
    proxy: Proxy,
    trusted: Trusted,
    /// How long one request may take, from the connection to the last byte of its answer.
    request_timeout: Duration,
    /// The clients that this connection uses.
    clients: Mutex<Vec<Arc<SharedClient>>>,
}

impl Http {
    pub(crate) fn new(proxy: Proxy) -> Self {
        Self {
            proxy,
            trusted: Trusted::default(),
            request_timeout: REQUEST_TIMEOUT,
            clients: Mutex::default(),
        }
    }

    /// The same, trusting further certificates.
    pub(crate) fn trusting(self, trusted: Trusted) -> Self {
        Self {
            trusted: shared(trusted),
            ..self
        }
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
    pub(crate) fn toward(&self, service: &Url) -> Result<HttpClient> {
        if is_loopback(service) {
            return self.machine();
        }
        if service.scheme() != "https" {
            return Err(insecure(service));
        }
        self.client(self.proxy.route(service), false)
    }

    /// The client for what is on this machine, or on its host: the emulator, and the services that
    /// a managed identity's tokens come from.
    ///
    /// # Errors
    /// `TlsUnavailable`.
    pub(crate) fn machine(&self) -> Result<HttpClient> {
        self.client(Route::Direct, true)
    }

    fn client(&self, route: Route, is_near: bool) -> Result<HttpClient> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let known = clients.iter().find(|one| one.goes(&route, is_near));
        let shared = match known {
            Some(known) => known.clone(),
            None => {
                let made = SharedClient::with(Reach {
                    route,
                    trusted: self.trusted.clone(),
                    is_near,
                })?;
                clients.push(made.clone());
                made
            }
        };
        Ok(HttpClient {
            client: shared.client.clone(),
            request_timeout: self.request_timeout,
        })
    }
}

/// A client whose requests each have the connection's time limit.
#[derive(Clone)]
pub(crate) struct HttpClient {
    client: reqwest::Client,
    request_timeout: Duration,
}

impl HttpClient {
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
    /// The body is longer than what is read of one, in bytes.
    TooLong(usize),
}

impl NoAnswer {
    /// What went wrong, down to the root, without the URL.
    pub(crate) fn causes(&self) -> String {
        match self {
            Self::Broken(error) => causes(error),
            Self::TooLong(most) => format!("the response is longer than {} MiB", most >> 20),
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

/// Reads an answer's body.
pub(crate) async fn read_body(answer: reqwest::Response) -> Result<Vec<u8>, NoAnswer> {
    read_body_up_to(LONGEST_BODY, answer).await
}

/// Reads an answer's body, up to a limit, beyond which no byte of it is kept.
pub(crate) async fn read_body_up_to(
    most: usize,
    mut answer: reqwest::Response,
) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > most {
            return Err(NoAnswer::TooLong(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
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
