//! Requests to services that give tokens and are on other hosts than Azure's: they do not go through
//! the client for Azure, and carry secrets of their own.

use reqwest::header::HeaderMap;
use tokio::time::sleep;

use super::caller::Caller;
use crate::base::{
    ConnectFailure, Error, Result, Url, causes, is_transient, random_fraction, read_body,
    retry_after,
};

/// What such a service answers.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Sends a request for a token, again while the service is busy or can't be reached.
///
/// # Errors
/// `AuthorityUnreachable`, or what is in the way of it; `InsecureEndpoint`.
pub(super) async fn ask(
    caller: &Caller<'_>,
    url: &Url,
    target: &str,
    request: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder,
) -> Result<Answer> {
    let http = caller.http.toward(url)?;
    for attempt in 1.. {
        let last = attempt >= caller.retry.connect_attempts;
        let wait = match send(request(http)).await {
            Ok(answer) if last || !is_transient(answer.status) => return Ok(answer),
            Ok(answer) => retry_after(&answer.headers).ok().flatten(),
            Err(error) => {
                let (error, lasts) = unanswered(caller, url, target, &error).await;
                if last || lasts {
                    return Err(error);
                }
                None
            }
        };
        let backoff = caller.retry.backoff(attempt, random_fraction());
        sleep(wait.unwrap_or(backoff)).await;
    }
    unreachable!("the last attempt returns")
}

async fn send(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
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
    error: &reqwest::Error,
) -> (Error, bool) {
    const CODE: &str = "AuthorityUnreachable";
    if error.is_connect() {
        let failure = ConnectFailure::diagnose(caller.http, url, error).await;
        let lasts = failure.is_permanent;
        return (failure.error(CODE, target), lasts);
    }
    let host = url.host_str().unwrap_or_default();
    let message = format!("{host} did not respond to the sign-in: {}", causes(error));
    let error = Error::new(
        crate::base::Category::ConnectionError,
        CODE,
        target,
        message,
    )
    .advise("Check -Environment, the network and the proxy.");
    (error, false)
}
