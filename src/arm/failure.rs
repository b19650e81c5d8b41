//! An attempt that did not succeed, and whether another may.

use std::time::Duration;

use super::reply::Reply;
use super::request::{Idempotency, Request};
use crate::base::{
    Category, ConnectFailure, Error, NoAnswer, Result, RetryPolicy, is_transient, retry_after,
    seconds,
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
        let error = reply.error(request.target);
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
            (true, Err(wait)) => RetryDecision::Transient(Some(wait)),
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
    pub(super) fn unanswered(request: &Request<'_>, cause: &NoAnswer, retry: &RetryPolicy) -> Self {
        let limit = seconds(retry.request_timeout);
        let host = request.url.host_str().unwrap_or_default();
        let port = request.url.port_or_known_default().unwrap_or_default();
        let why = cause.causes();
        let (category, code, what) = match cause {
            NoAnswer::TooLong(_) => {
                let what = format!("Refused to read what {host}:{port} sent");
                (Category::LimitsExceeded, "ResponseTooLarge", what)
            }
            NoAnswer::Broken(_) if cause.is_timeout() => {
                let what = format!("{host}:{port} did not respond within {limit}");
                (Category::OperationTimeout, "RequestTimeout", what)
            }
            NoAnswer::Broken(_) => {
                let what = format!("The connection to {host}:{port} broke");
                (Category::ConnectionError, "ConnectionBroken", what)
            }
        };
        let mut error = Error::new(category, code, request.target, format!("{what}: {why}"));
        if cause.is_timeout() {
            error = error.advise(format!(
                "Specify a longer -RequestTimeoutSec with {CONNECT}."
            ));
        }
        Self {
            reason: why,
            error: error.during(request.line(), "", ""),
            again: match (cause, request.idempotency) {
                (NoAnswer::TooLong(_), _) | (_, Idempotency::NotIdempotent) => RetryDecision::Never,
                (NoAnswer::Broken(_), Idempotency::ReadOnly | Idempotency::Idempotent) => {
                    RetryDecision::Transient(None)
                }
            },
            uncertain: true,
        }
    }

    /// How long to wait before the next attempt.
    ///
    /// # Errors
    /// The failure itself when there is no other: after that many attempts, when the next would come
    /// later than a request is sent again, or when it would come after the end of the operation's
    /// time.
    pub(super) fn wait(&self, bounds: &Bounds<'_>) -> Result<Duration> {
        let retry = bounds.retry;
        let (most, asked) = match self.again {
            RetryDecision::Never => return Err(self.error.clone()),
            RetryDecision::Transient(asked) => (retry.attempts, asked),
            RetryDecision::Unreachable => (retry.connect_attempts, None),
        };
        if bounds.attempt >= most {
            return Err(self.advise(&bounds.attempts()));
        }
        let wait = retry.retry_wait(bounds.attempt, asked);
        let limit = match bounds.left {
            _ if bounds.elapsed + wait > retry.request_limit => format!(
                "The module sends a request again for at most {}.",
                seconds(retry.request_limit)
            ),
            Some(left) if wait >= left => {
                "The time of -TimeoutSec ends before that: specify a longer one.".to_owned()
            }
            _ => return Ok(wait),
        };
        let when = match asked {
            Some(asked) => format!("Azure asks to retry in {}. ", at_least(asked)),
            None => bounds.attempts() + " ",
        };
        Err(self.advise(&format!("{when}{limit}")))
    }

    /// The error, with more advice.
    fn advise(&self, more: &str) -> Error {
        let known = self.error.recommendation();
        let advice = format!("{known} {more}");
        self.error.clone().advise(advice.trim())
    }
}

/// What bounds the attempts at one request.
pub(super) struct Bounds<'a> {
    pub(super) retry: &'a RetryPolicy,
    /// How many attempts there were.
    pub(super) attempt: u32,
    /// How long ago the first began.
    pub(super) elapsed: Duration,
    /// What is left of the operation's time, where it has a limit.
    pub(super) left: Option<Duration>,
}

impl Bounds<'_> {
    fn attempts(&self) -> String {
        let times = match self.attempt {
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        format!("The module sent the request {times}; -RetryCount of {CONNECT} sets how often.")
    }
}

const CONNECT: &str = "Connect-ManagedIdentityService";

/// A time in the unit that people count it in, rounded up.
fn at_least(time: Duration) -> String {
    match time.as_secs() {
        long @ 120.. => format!("{} minutes", long.div_ceil(60)),
        _ => seconds(time),
    }
}
