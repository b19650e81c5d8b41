//! One request, as the client sends it.

use std::fmt;

use reqwest::header::HeaderValue;

use crate::base::{Category, Error, Method, Result, Url};

/// One request.
pub(crate) struct Request<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    /// What is sent, as it prints: a JSON value, or a caller's own JSON text.
    pub(super) body: Option<&'a (dyn fmt::Display + Sync)>,
    pub(super) if_match: Option<&'a str>,
    /// What errors call it: the resource that it is about.
    pub(super) target: &'a str,
    pub(super) idempotency: Idempotency,
    pub(super) versions: Versions,
}

/// What sending a request twice does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idempotency {
    /// Nothing: it only reads.
    ReadOnly,
    /// The same as sending it once: PUT, PATCH and DELETE.
    Idempotent,
    /// Perhaps a second change: POST.
    NotIdempotent,
}

/// Which api-versions can serve a request. A cloud that does not have the one in the URL gets the
/// newest of those that it lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    /// Any that the provider has.
    Any,
    /// This one, or a newer one: the request uses what older ones do not have.
    Since {
        /// The first that has it.
        version: &'static str,
        /// What the request uses, as errors call it: a parameter.
        needed_by: &'static str,
    },
    /// One of these, the better one first: no other has what the request uses.
    OneOf(&'static [&'static str]),
    /// The one in the URL alone: the caller chose it, or no other has the operation.
    Exact,
}

impl<'a> Request<'a> {
    /// A request without a body.
    pub(crate) fn new(method: Method, url: Url, target: &'a str) -> Self {
        let idempotency = match method {
            Method::GET | Method::HEAD => Idempotency::ReadOnly,
            Method::POST => Idempotency::NotIdempotent,
            _ => Idempotency::Idempotent,
        };
        Self {
            method,
            url,
            body: None,
            if_match: None,
            target,
            idempotency,
            versions: Versions::Any,
        }
    }

    /// A POST that only reads.
    pub(crate) fn query(url: Url, target: &'a str) -> Self {
        Self {
            idempotency: Idempotency::ReadOnly,
            ..Self::new(Method::POST, url, target)
        }
    }

    /// A POST that comes to the same when it is carried out twice.
    pub(crate) fn repeatable(self) -> Self {
        Self {
            idempotency: Idempotency::Idempotent,
            ..self
        }
    }

    /// Adds a body.
    pub(crate) fn body(self, body: &'a (dyn fmt::Display + Sync)) -> Self {
        self.body_if(Some(body))
    }

    /// Adds a body, where there is one.
    pub(crate) fn body_if(self, body: Option<&'a (dyn fmt::Display + Sync)>) -> Self {
        Self { body, ..self }
    }

    /// Writes on condition that the resource still has this ETag; an empty one is no condition.
    pub(crate) fn if_match(self, etag: &'a str) -> Self {
        Self {
            if_match: Some(etag).filter(|etag| !etag.is_empty()),
            ..self
        }
    }

    /// Checks that the ETag can be sent: it is what a service wrote.
    ///
    /// # Errors
    /// `InvalidETag`.
    pub(super) fn check_condition(&self) -> Result<()> {
        match self.if_match.map(HeaderValue::from_str) {
            Some(Err(_)) => Err(Error::new(
                Category::InvalidResult,
                "InvalidETag",
                self.target,
                "Azure returned an ETag that is no text of a header, so no request can be \
                 conditional on it",
            )
            .advise("Check the resource with Invoke-ArmRequest, then try again.")),
            _ => Ok(()),
        }
    }

    /// Says which api-versions can serve it.
    pub(crate) fn versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// Method and path. The query stays out: it may carry a signature.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }
}
