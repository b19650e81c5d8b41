//! The one way to Azure Resource Manager: signs, sends, retries, and says what it did.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, IF_MATCH};
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep};

use super::cloud::audience;
use super::discovery::discover;
use super::http::{Http, causes, read_body};
use super::pacing::Pacer;
use super::retry::{chance, is_transient, retry_after};
use super::{
    Category, Cloud, Error, Observer, Progress, Result, RetryPolicy, Service, Silent, is_guid,
    registration,
};
use crate::auth::{AccessToken, Audience, Caller, Credential, Tokens, claims};

pub use reqwest::{Method, Url};

/// What a client is made of.
pub struct Settings {
    /// The cloud that it works in.
    pub cloud: Cloud,
    /// How it signs in.
    pub credential: Credential,
    /// The token that came with the sign-in.
    pub(crate) first: Option<AccessToken>,
    /// The subscription that is meant where none is named.
    pub subscription_id: Option<String>,
    /// Where requests leave.
    pub(crate) http: Arc<Http>,
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
    http: Arc<Http>,
    cloud: Cloud,
    /// Microsoft Graph, once it is known.
    graph: OnceCell<Url>,
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
    pub(crate) fn new(settings: Settings) -> Self {
        let Settings {
            cloud,
            credential,
            first,
            subscription_id,
            http,
            retry,
        } = settings;
        let first = first.map(|token| (cloud.resource_manager_audience(), token));
        let shared = Shared {
            http,
            graph: OnceCell::new_with(cloud.graph.clone()),
            cloud,
            tokens: Tokens::new(credential, first),
            retry,
            pacer: Pacer::default(),
            answers: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            subscription_id: subscription_id.map(Arc::from),
            observer: Arc::new(Silent),
        }
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
        let mut url = self.shared.cloud.resource_manager.clone();
        url.set_path(path);
        url.set_query(Some(&format!("api-version={api_version}")));
        url
    }

    /// The URL of a path on this cloud's Microsoft Graph, such as `/v1.0/groups`. A request for it
    /// gets a token of its own, which is Graph's. The host of a cloud that was only named by its
    /// endpoint is asked for once.
    ///
    /// # Errors
    /// `NoGraph` when the cloud has none; those of asking.
    pub async fn graph_url(&self, path: &str) -> Result<Url> {
        let shared = &self.shared;
        let find = || async {
            discover(&shared.cloud, &shared.http)
                .await?
                .graph
                .ok_or_else(|| {
                    let host = shared.cloud.resource_manager.host_str();
                    Error::new(
                        Category::InvalidOperation,
                        "NoGraph",
                        host.unwrap_or_default(),
                        "This cloud does not say where its Microsoft Graph is",
                    )
                })
        };
        let mut url = shared.graph.get_or_try_init(find).await?.clone();
        url.set_path(path);
        Ok(url)
    }

    /// A URL that the service gave, if the token may be sent there.
    ///
    /// # Errors
    /// `ForeignHost` when it leads anywhere but to this Resource Manager.
    pub(crate) fn trusted(&self, link: &str, what: &str, target: &str) -> Result<Url> {
        same_host(&self.shared.cloud.resource_manager, link, what, target)
    }

    /// What a token must be for that goes to `url`.
    ///
    /// # Errors
    /// `ForeignHost` for a host that is none of this cloud's.
    fn audience(&self, url: &Url, target: &str) -> Result<Audience> {
        let cloud = &self.shared.cloud;
        let at = |service: &Url| url.origin() == service.origin();
        // An emulator is both on one host: there the path tells.
        let graph = self.shared.graph.get().filter(|graph| {
            at(graph) && (!at(&cloud.resource_manager) || is_graph_path(url.path()))
        });
        match graph {
            Some(graph) => Ok(Audience {
                service: Service::Graph,
                resource: audience(graph),
            }),
            None if at(&cloud.resource_manager) => Ok(cloud.resource_manager_audience()),
            None => Err(foreign(&cloud.resource_manager, "request", target)),
        }
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
        let repeatable = request.method != Method::POST;
        self.deliver(request, repeatable).await
    }

    /// POST that only reads: it is sent again also when a connection broke.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub(crate) async fn ask(
        &self,
        url: Url,
        body: &serde_json::Value,
        target: &str,
    ) -> Result<Reply> {
        let request = Request {
            method: Method::POST,
            url,
            body: Some(body),
            if_match: None,
            target,
        };
        self.deliver(request, true).await
    }

    async fn deliver(&self, request: Request<'_>, repeatable: bool) -> Result<Reply> {
        let shared = &*self.shared;
        let retry = &shared.retry;
        let audience = self.audience(&request.url, request.target)?;
        let http = shared.http.toward(&request.url)?;
        let caller = Caller {
            http: &shared.http,
            observer: &self.observer,
            retry,
        };
        let mut repeated = false;
        let mut renewed = false;
        let mut registered = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            if audience.service == Service::ResourceManager {
                shared.pacer.leave(&request.method, &request.url).await;
            }
            let token = shared.tokens.get(&caller, &audience).await?;
            let failed = match self.attempt(http, &request, audience.service, &token).await {
                Ok(mut reply) if (200..300).contains(&reply.status) => {
                    reply.repeated = repeated;
                    return Ok(reply);
                }
                Ok(reply) if reply.status == 401 && reply.challenge().is_some() => {
                    // Another token of the same sign-in would not have what is asked for.
                    shared.tokens.renew(&audience, &token).await;
                    return Err(self.challenged(&reply, &audience, request.target));
                }
                Ok(reply) if reply.status == 401 && !renewed => {
                    renewed = true;
                    if shared.tokens.renew(&audience, &token).await {
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
                Err(error) => Failure::unanswered(&request, &error, repeatable),
            };
            repeated |= failed.uncertain;
            let wait = failed.wait(retry, attempt).ok_or(failed.error)?;
            self.pause(&request, wait, &failed.reason).await;
        }
    }

    /// The error of an answer that wants more of the sign-in than its token shows.
    fn challenged(&self, reply: &Reply, audience: &Audience, target: &str) -> Error {
        let challenge = reply.challenge().unwrap_or_default();
        let tenant = tenant_of_challenge(reply.header("www-authenticate"));
        let advice = self
            .shared
            .tokens
            .credential()
            .meet(challenge, tenant, audience);
        reply.error(target).advise(advice)
    }

    async fn attempt(
        &self,
        http: &reqwest::Client,
        request: &Request<'_>,
        service: Service,
        token: &AccessToken,
    ) -> Result<Reply, reqwest::Error> {
        let started = Instant::now();
        let client_request_id = uuid::Uuid::new_v4().to_string();
        let (id_header, ask_header) = match service {
            Service::ResourceManager => ("x-ms-client-request-id", "x-ms-return-client-request-id"),
            Service::Graph => ("client-request-id", "return-client-request-id"),
        };
        let mut call = http
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, token.header())
            .header(id_header, &client_request_id)
            .header(ask_header, "true");
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
        if service == Service::ResourceManager {
            self.shared
                .pacer
                .learn(&request.method, &request.url, answer.headers());
        }
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
    pub(crate) async fn shared_answer<F, A>(&self, key: &str, ask: F) -> Result<String>
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
            .field("endpoint", &self.shared.cloud.endpoint())
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

    /// The claims that the service wants to see in the token.
    fn challenge(&self) -> Option<&str> {
        claims::challenge(self.header("www-authenticate"))
    }

    /// How long the service asks to wait before the next look.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match retry_after(&self.headers) {
            Ok(wait) => wait,
            Err(wait) => Some(wait),
        }
    }

    /// Resource Manager and Microsoft Graph call it differently.
    fn request_id(&self) -> &str {
        match self.header("x-ms-request-id") {
            "" => self.header("request-id"),
            id => id,
        }
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

/// A link that a service gave, if it leads to that service itself.
///
/// # Errors
/// `ForeignHost` when it leads anywhere else. The link itself stays out of the message: it may
/// carry a signature.
pub(crate) fn same_host(service: &Url, link: &str, what: &str, target: &str) -> Result<Url> {
    let url = service.join(link).ok();
    url.filter(|url| url.origin() == service.origin())
        .ok_or_else(|| foreign(service, what, target))
}

fn foreign(service: &Url, what: &str, target: &str) -> Error {
    let host = service.host_str().unwrap_or_default();
    Error::new(
        Category::InvalidResult,
        "ForeignHost",
        target,
        format!("The {what} leads away from {host}, and a token goes nowhere else"),
    )
}

/// The tenant whose sign-in a challenge names: `authorization_uri="https://…/<tenant>/…"`.
fn tenant_of_challenge(header: &str) -> Option<&str> {
    let (_, rest) = header.split_once("authorization_uri=\"")?;
    let (uri, _) = rest.split_once('"')?;
    uri.split('/').find(|part| is_guid(part))
}

/// Graph's paths begin with its version.
fn is_graph_path(path: &str) -> bool {
    path.starts_with("/v1.0/") || path.starts_with("/beta/")
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

    fn unanswered(request: &Request<'_>, cause: &reqwest::Error, repeatable: bool) -> Self {
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
            let again = match repeatable {
                true => Again::Transient(None),
                false => Again::Never,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Proxy;
    use crate::auth::GivenTokens;

    fn client(cloud: Cloud) -> Client {
        let given = GivenTokens::new(&"t".to_owned().into(), None).unwrap();
        Client::new(Settings {
            cloud,
            credential: Credential::AccessToken(given),
            first: None,
            subscription_id: None,
            http: Arc::new(Http::new(Proxy::None)),
            retry: RetryPolicy::default(),
        })
    }

    #[test]
    fn each_host_gets_its_own_token_and_no_other_any() {
        let client = client(Cloud::named("AzureUSGovernment").unwrap());
        let audience = |url: &str| client.audience(&url.parse().unwrap(), "x");
        let arm = audience("https://management.usgovcloudapi.net/subscriptions").unwrap();
        assert_eq!(arm.service, Service::ResourceManager);
        assert_eq!(arm.resource, "https://management.usgovcloudapi.net");
        let graph = audience("https://graph.microsoft.us/v1.0/groups").unwrap();
        assert_eq!(graph.service, Service::Graph);
        assert_eq!(graph.resource, "https://graph.microsoft.us");
        for foreign in [
            "https://graph.microsoft.com/v1.0/groups",
            "https://management.azure.com/subscriptions",
            "http://management.usgovcloudapi.net/subscriptions",
            "https://management.usgovcloudapi.net:444/subscriptions",
            "https://management.usgovcloudapi.net.example.com/subscriptions",
        ] {
            assert_eq!(
                audience(foreign).unwrap_err().code(),
                "ForeignHost",
                "{foreign}"
            );
        }
    }

    #[test]
    fn one_host_of_both_services_is_told_apart_by_paths() {
        let mut cloud = Cloud::at("http://127.0.0.1:9").unwrap();
        cloud.graph = Some(cloud.resource_manager.clone());
        let client = client(cloud);
        let service = |path: &str| {
            let url = format!("http://127.0.0.1:9{path}").parse().unwrap();
            client.audience(&url, "x").unwrap().service
        };
        assert_eq!(service("/v1.0/groups"), Service::Graph);
        assert_eq!(service("/subscriptions"), Service::ResourceManager);
    }

    #[test]
    fn a_challenge_names_its_tenant() {
        let tenant = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
        let header =
            format!("Bearer authorization_uri=\"https://login.windows.net/{tenant}\", error=\"x\"");
        assert_eq!(tenant_of_challenge(&header), Some(tenant));
        let common = "Bearer authorization_uri=\"https://login.windows.net/common\"";
        assert_eq!(tenant_of_challenge(common), None);
    }
}
