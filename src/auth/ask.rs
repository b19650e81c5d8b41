//! Requests to services that give tokens and are on other hosts than Azure's: they do not go through
//! the client for Azure, and carry secrets of their own.

use reqwest::header::HeaderMap;
use secrecy::ExposeSecret;

use super::caller::Caller;
use super::token::Secret;
use crate::base::{
    ConnectFailure, Error, HttpClient, NoAnswer, Result, Url, Wait, headers_without_sent,
    is_transient, read_body, retry_after, without_sent,
};

/// What such a service answers.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The same without the secrets that were sent, where it is a refusal.
    pub(super) fn without(mut self, secrets: &[&Secret]) -> Self {
        if self.status != 200 {
            let secrets: Vec<&str> = secrets.iter().map(|one| one.expose_secret()).collect();
            headers_without_sent(&mut self.headers, &secrets);
            self.body = without_sent(self.body, &secrets);
        }
        self
    }
}

/// Sends a request for a token, again while the service is busy or can't be reached. `secrets` is
/// what the request proves itself with: a refusal is without it.
///
/// # Errors
/// `AuthorityUnreachable`, or what is in the way of it; `InsecureEndpoint`; `InvalidProxy`.
pub(super) async fn ask(
    caller: &Caller<'_>,
    url: &Url,
    target: &str,
    secrets: &[&Secret],
    request: impl Fn(&HttpClient) -> reqwest::RequestBuilder,
) -> Result<Answer> {
    caller.http.find_way(url, caller.observer).await?;
    let http = caller.http.toward(url)?;
    for attempt in 1.. {
        let last = attempt >= caller.retry.connect_attempts;
        let response = Wait::new("Signing in", format!("a response of {}", host(url)));
        let most = Some(caller.http.request_timeout());
        let sent = response.until(&**caller.observer, most, send(request(&http)));
        let (wait, why) = match sent.await {
            Ok(answer) if last || !is_transient(answer.status) => {
                return Ok(answer.without(secrets));
            }
            Ok(answer) => {
                let wait = retry_after(&answer.headers).ok().flatten();
                (wait, format!("HTTP {}", answer.status))
            }
            Err(error) => {
                let (error, lasts) = unanswered(caller, url, target, &error).await;
                if last || lasts {
                    return Err(error);
                }
                (None, error.message().to_owned())
            }
        };
        let wait = caller.retry.retry_wait(attempt, wait);
        Wait::new("Signing in", format!("the next request to {}", host(url)))
            .because(why)
            .pause(&**caller.observer, wait)
            .await;
    }
    unreachable!("the last attempt returns")
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

pub(super) async fn send(request: reqwest::RequestBuilder) -> Result<Answer, NoAnswer> {
    let answer = request.send().await?;
    Ok(Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: read_body(answer).await?,
    })
}

/// The error of a request without an answer, and whether the same request would meet it again.
async fn unanswered(
    caller: &Caller<'_>,
    url: &Url,
    target: &str,
    cause: &NoAnswer,
) -> (Error, bool) {
    const CODE: &str = "AuthorityUnreachable";
    if let NoAnswer::Broken(error) = cause
        && error.is_connect()
    {
        let failure = ConnectFailure::diagnose(caller.http, url, error).await;
        let lasts = failure.is_permanent;
        return (failure.error(CODE, target), lasts);
    }
    let host = host(url);
    let message = format!("{host} did not respond to the sign-in: {}", cause.causes());
    let error = Error::new(
        crate::base::Category::ConnectionError,
        CODE,
        target,
        message,
    )
    .advise("Check -Environment, the network and the proxy.");
    (error, matches!(cause, NoAnswer::TooLong(_)))
}
