//! The client itself.

use std::env;
use std::error::Error;
use std::fs;
use std::iter;
use std::path::Path;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Certificate, Method, Response, Url};

use crate::{Result, Way};

/// The variable with the token: other users of the machine can read arguments.
const TOKEN: &str = "FLOOR_TOKEN";

/// A client that sends a token with each request.
#[derive(Clone, Debug)]
pub(crate) struct Bare(reqwest::Client);

impl Bare {
    /// A client that has no connection yet.
    pub(crate) fn new(way: &Way) -> Result<Self> {
        let token = env::var(TOKEN).map_err(|_| format!("{TOKEN} is not set"))?;
        let mut authorization = HeaderValue::try_from(format!("Bearer {token}"))?;
        authorization.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("*/*")),
            (AUTHORIZATION, authorization),
        ]);
        // Installed once in this process; it has no other.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent("floor")
            .default_headers(headers)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        if let Some(path) = &way.ca {
            builder = builder.tls_certs_only(certificates(path)?);
        }
        #[cfg(feature = "http2")]
        if !way.http2 {
            builder = builder.http1_only();
        }
        #[cfg(feature = "gzip")]
        {
            builder = builder.gzip(way.gzip);
        }
        Ok(Self(builder.build()?))
    }

    /// Sends a request; any answer will do.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<String>,
    ) -> Result<Response> {
        let mut request = self.0.request(method, url);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        Ok(request.send().await?)
    }

    /// The body of a GET that succeeds.
    pub(crate) async fn get(&self, url: Url) -> Result<Vec<u8>> {
        let answer = self.send(Method::GET, url, None).await?;
        Ok(answer.error_for_status()?.bytes().await?.into())
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let pem = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Certificate::from_pem_bundle(&pem)?)
}

/// An error with what caused it: reqwest's own text does not say why.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let all = iter::successors(Some(error), |&error| error.source());
    let all: Vec<String> = all.map(ToString::to_string).collect();
    all.join(": ")
}
