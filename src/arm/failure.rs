//! An attempt that did not succeed, and whether another may.

use std::time::Duration;

use super::reply::Reply;
use super::request::{Idempotency, Request};
use crate::base::{
    Category, ConnectFailure, Error, NoAnswer, RetryPolicy, is_transient, retry_after,
};

/// An attempt that did not succeed, and whether another may.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) reason: String,
    again: RetryDecision,
    /// Whether the service may have carried the request out all the same.
    pub(super) uncertain: bool,
}

enum RetryDecision {
    Never,
    /// Azure is at fault or throttles; with the wait that it asks for.
    Transient(Option<Duration>),
    /// No connection came about.
    Unreachable,
}

impl Failure {
    pub(super) fn answered(request: &Request<'_>, reply: &Reply) -> Self {
        let mut error = reply.error(request.target);
        let wait = retry_after(&reply.headers);
        // A service that says when to come back has refused the request. Any other that fails may
        // have lost the answer of one that it has carried out.
        let is_refused = reply.status == 429 || (reply.status == 503 && wait != Ok(None));
        let uncertain = !is_refused && (reply.status >= 500 || reply.status == 408);
        let again = match (is_transient(reply.status), wait) {
            (false, _) => RetryDecision::Never,
            (true, _) if uncertain && request.idempotency == Idempotency::NotIdempotent => {
                RetryDecision::Never
            }
            (true, Ok(wait)) => RetryDecision::Transient(wait),
            (true, Err(wait)) => {
                error = error.advise(format!(
                    "Azure asks to retry in {} minutes.",
                    wait.as_secs().div_ceil(60)
                ));
                RetryDecision::Never
            }
        };
        Self {
            reason: format!("HTTP {} {}", reply.status, error.code()),
            error,
            again,
            uncertain,
        }
    }

    /// No connection came about.
    pub(super) fn unreached(request: &Request<'_>, failure: ConnectFailure) -> Self {
        let again = match failure.is_permanent {
            true => RetryDecision::Never,
            false => RetryDecision::Unreachable,
        };
        let error = failure.error("EndpointUnreachable", request.target);
        Self {
            reason: error.message().to_owned(),
            error: error.during(request.line(), "", ""),
            again,
            uncertain: false,
        }
    }

    /// There was a connection, and no answer that can be read.
    pub(super) fn unanswered(request: &Request<'_>, cause: &NoAnswer) -> Self {
        let host = request.url.host_str().unwrap_or_default();
        let port = request.url.port_or_known_default().unwrap_or_default();
        let why = cause.causes();
        let (category, code, what) = match cause {
            NoAnswer::TooLong => {
                let what = format!("Refused to read what {host}:{port} sent");
                (Category::LimitsExceeded, "ResponseTooLarge", what)
            }
            NoAnswer::Broken(_) if cause.is_timeout() => {
                let what = format!("{host}:{port} did not respond in time");
                (Category::OperationTimeout, "RequestTimeout", what)
            }
            NoAnswer::Broken(_) => {
                let what = format!("The connection to {host}:{port} broke");
                (Category::ConnectionError, "ConnectionBroken", what)
            }
        };
        let error = Error::new(category, code, request.target, format!("{what}: {why}"));
        Self {
            reason: why,
            error: error.during(request.line(), "", ""),
            again: match (cause, request.idempotency) {
                (NoAnswer::TooLong, _) | (_, Idempotency::NotIdempotent) => RetryDecision::Never,
                (NoAnswer::Broken(_), Idempotency::ReadOnly | Idempotency::Idempotent) => {
                    RetryDecision::Transient(None)
                }
            },
            uncertain: true,
        }
    }

    /// How long to wait before the next attempt, if there is one.
    pub(super) fn wait(&self, retry: &RetryPolicy, attempt: u32) -> Option<Duration> {
        let (most, asked) = match self.again {
            RetryDecision::Never => return None,
            RetryDecision::Transient(asked) => (retry.attempts, asked),
            RetryDecision::Unreachable => (retry.connect_attempts, None),
        };
        (attempt < most).then(|| retry.retry_wait(attempt, asked))
    }
}
