//! The one way to Azure Resource Manager: signs, sends, retries, and says what it did.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, IF_MATCH};
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep};

use super::pacing::Pacer;
use super::retry::{is_transient, retry_after};
use super::{
    Category, Cloud, Error, Observer, Progress, Proxy, Result, RetryPolicy, Silent, registration,
};
use crate::auth::{AccessToken, Credential, Tokens};

pub use reqwest::{Method, Url};

/// What a client is made of.
pub struct Settings {
    /// The cloud that it works in.
    pub cloud: Cloud,
    /// How it signs in.
    pub credential: Credential,
    /// The subscription that is meant where none is named.
    pub subscription_id: Option<String>,
    /// The proxy to go through; the system's when not given.
    pub proxy: Option<Proxy>,
    /// How patient it is.
    pub retry: RetryPolicy,
}

/// A connection to one Azure Resource Manager, cheap to clone.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    subscription_id: Option<Arc<str>>,
    observer: Arc<dyn Observer>,
}

struct Shared {
    http: reqwest::Client,
    endpoint: Url,
    tokens: Tokens,
    retry: RetryPolicy,
    pacer: Pacer,
    answers: Mutex<HashMap<String, Arc<Answer>>>,
}

/// An answer that many operations share, and when it was first asked for.
struct Answer {
    asked: Instant,
    value: OnceCell<String>,
}

/// How long a shared answer counts.
const ANSWER_LIFETIME: Duration = Duration::from_secs(60);

/// The most that is read of an answer. ARM's longest pages are far below it.
const LONGEST_BODY: usize = 64 << 20;

/// A wait worth a sign of life.
const LONG_WAIT: Duration = Duration::from_secs(2);

/// One request.
pub(crate) struct Request<'a> {
    pub method: Method,
    pub url: Url,
    /// What is sent, as it prints: a JSON value, or a caller's own JSON text.
    pub body: Option<&'a (dyn fmt::Display + Sync)>,
    pub if_match: Option<&'a str>,
    /// What errors call it: the resource that it is about.
    pub target: &'a str,
}

/// A successful answer.
pub struct Reply {
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// Whether an earlier attempt may have been carried out although its answer was lost.
    pub repeated: bool,
    headers: HeaderMap,
    body: Vec<u8>,
    request: String,
}

impl Client {
    /// A client that nothing observes. Sends nothing yet.
    ///
    /// # Errors
    /// `TlsUnavailable` when the system's certificates can't be used.
    pub fn new(settings: Settings) -> Result<Self> {
        let Settings {
            cloud,
            credential,
            subscription_id,
            proxy,
            retry,
        } = settings;
        let http = http_client(&cloud.resource_manager, proxy.as_ref())?;
        let tokens = Tokens::new(credential, &cloud.audience);
        let shared = Shared {
            http,
            endpoint: cloud.resource_manager,
            tokens,
            retry,
            pacer: Pacer::default(),
            answers: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            subscription_id: subscription_id.map(Arc::from),
            observer: Arc::new(Silent),
        })
    }

    /// The same client, observed.
    pub fn observed_by(&self, observer: Arc<dyn Observer>) -> Self {
        Self {
            observer,
            ..self.clone()
        }
    }

    /// The same client with another default subscription.
    pub fn in_subscription(&self, id: &str) -> Self {
        Self {
            subscription_id: Some(Arc::from(id)),
            ..self.clone()
        }
    }

    /// Who observes.
    pub fn observer(&self) -> &dyn Observer {
        &*self.observer
    }

    /// How patient it is.
    pub fn retry(&self) -> &RetryPolicy {
        &self.shared.retry
    }

    /// The subscription that is named, or else the connection's.
    ///
    /// # Errors
    /// `MissingParameter` when there is neither.
    pub fn subscription_or(&self, named: Option<&str>) -> Result<String> {
        named
            .or(self.subscription_id.as_deref())
            .map(str::to_owned)
            .ok_or_else(|| {
                Error::missing(
                    "SubscriptionId",
                    "the connection has no subscription of its own, so name one.",
                )
            })
    }

    /// The URL of a path on this Resource Manager.
    pub(crate) fn url(&self, path: &str, api_version: &str) -> Url {
        let mut url = self.shared.endpoint.clone();
        url.set_path(path);
        url.set_query(Some(&format!("api-version={api_version}")));
        url
    }

    /// A URL that the service gave, if the token may be sent there.
    ///
    /// # Errors
    /// `ForeignHost` when it leads anywhere but to this Resource Manager.
    pub(crate) fn trusted(&self, link: &str, what: &str, target: &str) -> Result<Url> {
        let endpoint = &self.shared.endpoint;
        let url = endpoint.join(link).ok();
        if let Some(url) = url.filter(|url| url.origin() == endpoint.origin()) {
            return Ok(url);
        }
        // The link itself stays out of the message: it may carry a signature.
        Err(Error::new(
            Category::InvalidResult,
            "ForeignHost",
            target,
            format!(
                "The {what} leads away from {}, and a token goes nowhere else",
                endpoint.host_str().unwrap_or_default()
            ),
        ))
    }

    /// GET at a path.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub(crate) async fn get(&self, path: &str, api_version: &str, target: &str) -> Result<Reply> {
        self.get_url(self.url(path, api_version), target).await
    }

    /// GET at a URL that is known to be trusted.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub(crate) async fn get_url(&self, url: Url, target: &str) -> Result<Reply> {
        self.send(Request {
            method: Method::GET,
            url,
            body: None,
            if_match: None,
            target,
        })
        .await
    }

    /// Sends a request until it succeeds or it is clear that it will not.
    ///
    /// Sent again: after 408, 429 and 5xx (waiting as `Retry-After` says), when no connection
    /// came about, and when a connection broke, except for POST, which might then happen twice.
    /// Once: with another token after 401, and after registering a provider that the subscription
    /// has not used yet.
    ///
    /// # Errors
    /// Azure's error as it answered; `EndpointUnreachable`, `RequestTimeout` or
    /// `ConnectionBroken` when it did not; those of the sign-in.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Reply> {
        let retry = &self.shared.retry;
        let mut repeated = false;
        let mut renewed = false;
        let mut registered = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.shared.pacer.leave(&request.method).await;
            let token = self.shared.tokens.get(&self.shared.http).await?;
            let failed = match self.attempt(&request, &token).await {
                Ok(mut reply) if (200..300).contains(&reply.status) => {
                    reply.repeated = repeated;
                    return Ok(reply);
                }
                Ok(reply) if reply.status == 401 && !renewed => {
                    renewed = true;
                    if self.shared.tokens.renew(&token).await {
                        continue;
                    }
                    return Err(reply.error(request.target));
                }
                Ok(reply) if reply.status == 409 && !registered => {
                    registered = true;
                    let error = reply.error(request.target);
                    if error.code() != "MissingSubscriptionRegistration" {
                        return Err(error);
                    }
                    let path = request.url.path();
                    Box::pin(registration::register(self, path, request.target)).await?;
                    continue;
                }
                Ok(reply) => Failure::answered(&reply, request.target),
                Err(error) => Failure::unanswered(&request, &error),
            };
            repeated |= failed.uncertain;
            let wait = failed.wait(retry, attempt).ok_or(failed.error)?;
            self.pause(&request, wait, &failed.reason).await;
        }
    }

    async fn attempt(
        &self,
        request: &Request<'_>,
        token: &AccessToken,
    ) -> Result<Reply, reqwest::Error> {
        let started = Instant::now();
        let client_request_id = uuid::Uuid::new_v4().to_string();
        let mut call = self
            .shared
            .http
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, token.header())
            .header("x-ms-client-request-id", &client_request_id)
            .header("x-ms-return-client-request-id", "true");
        if let Some(etag) = request.if_match {
            call = call.header(IF_MATCH, etag);
        }
        if let Some(body) = request.body {
            call = call
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) => {
                self.tell(|| format!("{} failed: {}", request.line(), causes(&error)));
                return Err(error);
            }
        };
        self.shared.pacer.learn(&request.method, answer.headers());
        let reply = Reply {
            status: answer.status().as_u16(),
            repeated: false,
            headers: answer.headers().clone(),
            request: request.line(),
            body: read_body(answer).await?,
        };
        self.tell(|| {
            format!(
                "{} {} in {} ms, request id {}",
                reply.request,
                reply.status,
                started.elapsed().as_millis(),
                reply.request_id()
            )
        });
        Ok(reply)
    }

    fn tell(&self, line: impl FnOnce() -> String) {
        if self.observer.wants_verbose() {
            self.observer.verbose(line());
        }
    }

    async fn pause(&self, request: &Request<'_>, wait: Duration, reason: &str) {
        self.tell(|| {
            format!(
                "{} is sent again in {:.1} s: {reason}",
                request.line(),
                wait.as_secs_f64()
            )
        });
        if wait >= LONG_WAIT {
            self.observer.progress(Progress {
                activity: format!("Waiting for Azure: {}", request.target),
                status: format!("{reason}; trying again in {} s", wait.as_secs()),
                percent: None,
                seconds_elapsed: 0,
            });
        }
        sleep(wait).await;
    }

    /// The answer to a question that many operations have at once: asked once, kept a minute.
    ///
    /// # Errors
    /// Those of `ask`, which is then asked again by the next.
    pub(super) async fn shared_answer<F, A>(&self, key: &str, ask: F) -> Result<String>
    where
        F: FnOnce() -> A,
        A: Future<Output = Result<String>>,
    {
        let answer = {
            let mut answers = self
                .shared
                .answers
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            answers.retain(|_, answer| answer.asked.elapsed() < ANSWER_LIFETIME);
            let fresh = || {
                Arc::new(Answer {
                    asked: Instant::now(),
                    value: OnceCell::new(),
                })
            };
            answers
                .entry(key.to_ascii_lowercase())
                .or_insert_with(fresh)
                .clone()
        };
        answer.value.get_or_try_init(ask).await.cloned()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.shared.endpoint.as_str())
            .field("subscription_id", &self.subscription_id)
            .finish_non_exhaustive()
    }
}

impl Request<'_> {
    /// Method and path. The query stays out: it may carry a signature.
    fn line(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }
}

impl Reply {
    /// The body as `T`.
    ///
    /// # Errors
    /// `UnexpectedContent` when it is something else.
    pub fn json<T: DeserializeOwned>(&self, target: &str) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|_| self.unexpected(target))
    }

    fn unexpected(&self, target: &str) -> Error {
        let content_type = match self.header("content-type") {
            "" => "no content type",
            known => known,
        };
        let message = format!(
            "The endpoint answered HTTP {} with {content_type}, which is not what Azure Resource \
             Manager sends here",
            self.status
        );
        let error = Error::new(
            Category::InvalidResult,
            "UnexpectedContent",
            target,
            message,
        )
        .with_status(self.status)
        .advise("Check -Endpoint, and whether a proxy answers in Azure's place.");
        self.identified(error)
    }

    /// Whether there is no body.
    pub(super) fn is_empty(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// How long the service asks to wait before the next look.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match retry_after(&self.headers) {
            Ok(wait) => wait,
            Err(wait) => Some(wait),
        }
    }

    fn request_id(&self) -> &str {
        self.header("x-ms-request-id")
    }

    fn error(&self, target: &str) -> Error {
        self.identified(Error::from_reply(target, self.status, &self.body))
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

/// An attempt that did not succeed, and whether another may.
struct Failure {
    error: Error,
    reason: String,
    again: Again,
    /// Whether the service may have carried the request out all the same.
    uncertain: bool,
}

enum Again {
    Never,
    /// Azure is at fault or throttles; with the wait that it asks for.
    Transient(Option<Duration>),
    /// No connection came about.
    Unreachable,
}

impl Failure {
    fn answered(reply: &Reply, target: &str) -> Self {
        let mut error = reply.error(target);
        let again = match (is_transient(reply.status), retry_after(&reply.headers)) {
            (false, _) => Again::Never,
            (true, Ok(wait)) => Again::Transient(wait),
            (true, Err(wait)) => {
                error = error.advise(format!(
                    "Azure asks to come back in {} minutes.",
                    wait.as_secs().div_ceil(60)
                ));
                Again::Never
            }
        };
        Self {
            reason: format!("HTTP {} {}", reply.status, error.code()),
            error,
            again,
            // A gateway can lose the answer of a request that was carried out.
            uncertain: reply.status >= 500 || reply.status == 408,
        }
    }

    fn unanswered(request: &Request<'_>, cause: &reqwest::Error) -> Self {
        let host = request.url.host_str().unwrap_or_default();
        let port = request.url.port_or_known_default().unwrap_or_default();
        let why = causes(cause);
        let error = |category, code, what: &str, advice: &str| {
            Error::new(category, code, request.target, format!("{what}: {why}"))
                .advise(advice)
                .during(request.line(), "", "")
        };
        let (error, again) = if cause.is_connect() {
            let what = format!("{host}:{port} can't be reached");
            let advice = "Check -Endpoint or -Environment, the network and the proxy.";
            let error = error(
                Category::ConnectionError,
                "EndpointUnreachable",
                &what,
                advice,
            );
            (error, Again::Unreachable)
        } else {
            let (category, code, what) = if cause.is_timeout() {
                let what = format!("{host}:{port} did not answer in time");
                (Category::OperationTimeout, "RequestTimeout", what)
            } else {
                let what = format!("The connection to {host}:{port} broke");
                (Category::ConnectionError, "ConnectionBroken", what)
            };
            let again = match request.method {
                Method::POST => Again::Never,
                _ => Again::Transient(None),
            };
            let advice = "It may have been carried out: look before you try again.";
            (error(category, code, &what, advice), again)
        };
        Self {
            reason: why,
            error,
            uncertain: !cause.is_connect(),
            again,
        }
    }

    /// How long to wait before the next attempt, if there is one.
    fn wait(&self, retry: &RetryPolicy, attempt: u32) -> Option<Duration> {
        let (most, asked) = match self.again {
            Again::Never => return None,
            Again::Transient(asked) => (retry.attempts, asked),
            Again::Unreachable => (retry.connect_attempts, None),
        };
        let backoff = retry.backoff(attempt, chance());
        (attempt < most).then(|| asked.unwrap_or(backoff))
    }
}

/// A number from 0 to 1, from the generator that the request ids come from.
fn chance() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_u128() as u32) / f64::from(u32::MAX)
}

/// What went wrong, down to the root, without the URL.
pub(crate) fn causes(error: &reqwest::Error) -> String {
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

/// Reads an answer's body, up to a limit.
pub(crate) async fn read_body(mut answer: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST_BODY {
            // Cut short it is not JSON any more, and is reported as such.
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The HTTP client for a service: no redirects, no cookies, the system's certificates, and the
/// system's proxy unless one is given.
///
/// # Errors
/// `TlsUnavailable` when the system's certificates can't be used; `InvalidProxy`.
pub(crate) fn http_client(service: &Url, proxy: Option<&Proxy>) -> Result<reqwest::Client> {
    // Fails when one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("ManagedIdentity/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(100))
        .https_only(service.scheme() == "https");
    if service.scheme() == "http" {
        // Loopback: a proxy could not reach it, and must not see the token.
        builder = builder.no_proxy();
    } else if let Some(proxy) = proxy {
        builder = builder.proxy(proxy.for_client()?);
    }
    builder.build().map_err(|error| {
        Error::new(
            Category::ConnectionError,
            "TlsUnavailable",
            service.as_str(),
            format!("No secure connection can be made: {}", causes(&error)),
        )
        .advise("Check that the system's certificates are installed (ca-certificates).")
    })
}
