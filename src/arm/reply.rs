//! What a service answered to one request.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::request::Idempotency;
use crate::auth::claims;
use crate::base::{Answer, Category, Error, Result, aside, json, retry_after, retry_after_ms};

/// An answer to a request.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Whether an earlier attempt may have been carried out although its answer was lost.
    pub repeated: bool,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) request: String,
    pub(super) host: String,
    pub(super) idempotency: Idempotency,
}

impl Reply {
    /// The body as `T`. A member that is null counts as one that is not there.
    ///
    /// # Errors
    /// `UnexpectedContent` when it is something else.
    pub fn json<T: DeserializeOwned>(&self, target: &str) -> Result<T> {
        aside(self.body.len(), || json::from_slice(&self.body)).map_err(|_| self.unexpected(target))
    }

    /// The body as it is written.
    ///
    /// # Errors
    /// `UnexpectedContent` when it is no JSON.
    pub(crate) fn text(&self, target: &str) -> Result<Box<RawValue>> {
        self.whole().map_err(|_| self.unexpected(target))
    }

    /// The body as it stands, nulls and all.
    ///
    /// # Errors
    /// `UnexpectedContent` when it is no JSON.
    pub(crate) fn value(&self, target: &str) -> Result<serde_json::Value> {
        self.whole().map_err(|_| self.unexpected(target))
    }

    /// The body as `T`, exactly as it stands.
    pub(super) fn whole<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        aside(self.body.len(), || serde_json::from_slice(&self.body))
    }

    pub(super) fn unexpected(&self, target: &str) -> Error {
        let content_type = match self.header("content-type") {
            "" => "no content type",
            known => known,
        };
        let what = match json::is_json(&self.body) {
            true => "JSON that this module can't read",
            false => "something that is not JSON",
        };
        let message = format!(
            "{} returned HTTP {} with {what} ({content_type})",
            self.host, self.status
        );
        let error = Error::new(
            Category::InvalidResult,
            "UnexpectedContent",
            target,
            message,
        )
        .with_status(self.status)
        .with_raw(&self.body)
        .advise("Check -Endpoint, and whether a proxy responds in place of Azure.");
        let error = self.identified(error);
        error.perhaps_done_if(self.idempotency != Idempotency::ReadOnly)
    }

    /// Whether there is no body.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The claims that the service wants to see in the token.
    pub(super) fn challenge(&self) -> Option<&str> {
        claims::challenge(self.header("www-authenticate"))
    }

    /// How long the service asks to wait before the next look.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match retry_after(&self.headers) {
            Ok(wait) => wait.or_else(|| retry_after_ms(&self.headers)),
            Err(wait) => Some(wait),
        }
    }

    /// Resource Manager and Microsoft Graph call it differently.
    pub(super) fn request_id(&self) -> &str {
        match self.header("x-ms-request-id") {
            "" => self.header("request-id"),
            id => id,
        }
    }

    /// Whether it has the ids that Azure gives its answers.
    fn is_identified(&self) -> bool {
        let ids = [
            self.request_id(),
            self.header("x-ms-correlation-request-id"),
        ];
        ids.iter().any(|id| !id.is_empty())
    }

    /// Whether something between this machine and Azure answered, such as the page of a proxy or of
    /// a network to sign in to: its status says nothing of what Azure did.
    pub(super) fn is_strange(&self) -> bool {
        !self.is_identified() && !self.is_empty() && !json::is_json(&self.body)
    }

    pub(super) fn error(&self, target: &str) -> Error {
        let answer = Answer {
            status: self.status,
            host: &self.host,
            server: self.header("server"),
            is_identified: self.is_identified(),
            body: &self.body,
        };
        let error = aside(self.body.len(), || Error::from_answer(target, &answer));
        self.identified(error)
    }

    /// Adds to an error which request it was about.
    pub(crate) fn identified(&self, error: Error) -> Error {
        error.during(
            self.request.clone(),
            self.request_id(),
            self.header("x-ms-correlation-request-id"),
        )
    }
}
