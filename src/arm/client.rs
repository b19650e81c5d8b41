//! The one way to Azure Resource Manager: signs, sends, retries, and says what it did.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::failure::{Bounds, Failure};
use super::pacing::Pacer;
use super::plan::Agreement;
use super::registration::Registration;
use super::reply::Reply;
use super::request::{Idempotency, Request};
use super::versions::{ApiVersions, with_version};
use super::{principals, registration};
use crate::auth::{AccessToken, Caller, Credential, TokenCache};
use crate::base::{
    Audience, Category, Cloud, ConnectFailure, Error, Http, HttpClient, Method, NoAnswer, Observer,
    Polling, ResourceLabel, Result, RetryPolicy, Service, Silent, Url, Wait, aside, audience_of,
    discover, headers_without_sent, is_guid, read_body_up_to, without_sent, without_written,
};

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
    agreement: Agreement,
    /// Whether an item of a list that can't be read is an error.
    whole_lists: bool,
    /// Whether a request that fails is not sent again.
    sends_once: bool,
}

struct Shared {
    http: Arc<Http>,
    cloud: Cloud,
    /// Microsoft Graph, once it is known.
    graph: OnceCell<Url>,
    tokens: TokenCache,
    retry: RetryPolicy,
    pacer: Pacer,
    versions: ApiVersions,
    answers: Mutex<HashMap<String, Arc<Answer>>>,
}

/// An answer that many operations share, and when it was first asked for.
struct Answer {
    asked: Instant,
    value: OnceCell<String>,
}

/// What was done, once, for a request that was refused.
#[derive(Default)]
struct Repairs {
    renewed: bool,
    registered: bool,
    versioned: bool,
}

/// How long a shared answer counts.
const ANSWER_LIFETIME: Duration = Duration::from_secs(60);

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
            tokens: TokenCache::new(credential, first),
            retry,
            pacer: Pacer::default(),
            versions: ApiVersions::default(),
            answers: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            subscription_id: subscription_id.map(Arc::from),
            observer: Arc::new(Silent),
            agreement: Agreement::default(),
            whole_lists: false,
            sends_once: false,
        }
    }

    /// The same client, observed.
    pub fn observed_by(&self, observer: Arc<dyn Observer>) -> Self {
        Self {
            observer,
            ..self.clone()
        }
    }

    /// The same client, whose changes have no effect beyond what was agreed to.
    pub fn bound_by(&self, agreement: Agreement) -> Self {
        Self {
            agreement,
            ..self.clone()
        }
    }

    /// Whether both are of one connection.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The same client, for lists on which a change depends: an item that can't be read is an
    /// error.
    pub(crate) fn reading_whole_lists(&self) -> Self {
        Self {
            whole_lists: true,
            ..self.clone()
        }
    }

    /// The same client, for whoever can't wait: a request that fails is not sent again.
    pub(crate) fn without_retries(&self) -> Self {
        Self {
            sends_once: true,
            ..self.clone()
        }
    }

    /// Leaves an item that can't be read out of a list, with a warning.
    ///
    /// # Errors
    /// `UnexpectedContent` when whole lists are wanted.
    pub(super) fn leave_out(
        &self,
        list: &str,
        item: &str,
        error: &serde_json::Error,
    ) -> Result<()> {
        let reason = format!("Azure's response about it can't be read: {error}");
        if !self.whole_lists {
            let warning = format!("Skipped an item of the list: {item}. {reason}.");
            self.observer.warning(warning);
            return Ok(());
        }
        let message = format!("The list contains {item}. {reason}");
        Err(
            Error::new(Category::InvalidResult, "UnexpectedContent", list, message).advise(
                "The list of references is incomplete, so nothing is removed or reported as \
                 unused.",
            ),
        )
    }

    /// What was agreed to.
    pub(crate) fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// Warns of an effect that comes next, and waits until the user has the warning.
    ///
    /// # Errors
    /// `WarningRefused` when the user does not want to go on: the effect must not happen.
    pub(crate) async fn guard(&self, target: &str, warning: String) -> Result<()> {
        if self.observer.guard(warning.clone()).await {
            return Ok(());
        }
        let message = format!("Stopped by the warning: {warning}");
        Err(Error::new(
            Category::OperationStopped,
            "WarningRefused",
            target,
            message,
        ))
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
                    "the connection has no default subscription, so specify one.",
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
            discover(&shared.cloud, &shared.http, &self.observer)
                .await?
                .graph()
                .ok_or_else(|| {
                    let host = shared.cloud.resource_manager.host_str();
                    Error::new(
                        Category::InvalidOperation,
                        "NoGraph",
                        host.unwrap_or_default(),
                        "The metadata of this cloud does not name a Microsoft Graph endpoint on \
                         its own host",
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

    /// A path on this Resource Manager, or a URL that is known to be on it.
    ///
    /// # Errors
    /// `ForeignHost`.
    pub(super) fn own_url(&self, url: &str) -> Result<Url> {
        same_host(&self.shared.cloud.resource_manager, url, "request", url)
    }

    /// How a request leaves for `url`, and the token for it.
    ///
    /// # Errors
    /// `ForeignHost`; those of the way and of the sign-in.
    pub(super) async fn way_to(
        &self,
        url: &Url,
        target: &str,
    ) -> Result<(HttpClient, Arc<AccessToken>)> {
        let shared = &*self.shared;
        let audience = self.audience(url, target)?;
        shared.http.find_way(url, &self.observer).await?;
        let http = shared.http.toward(url)?;
        let token = shared.tokens.get(&self.caller(), &audience).await?;
        Ok((http, token))
    }

    /// Whom a token is fetched for.
    fn caller(&self) -> Caller<'_> {
        Caller {
            http: &self.shared.http,
            observer: &self.observer,
            retry: &self.shared.retry,
        }
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
                resource: audience_of(graph),
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
        self.send(Request::new(Method::GET, url, target)).await
    }

    /// Sends a request until it succeeds or it is clear that it will not.
    ///
    /// Sent again: after 408, 429 and 5xx (waiting as `Retry-After` says), when no connection
    /// came about, and when a connection broke; a POST that changes something only where it is
    /// known that it was not carried out. Once: with another token after 401, after registering a
    /// provider that the subscription has not used yet, and with an api-version that the cloud
    /// has.
    ///
    /// # Errors
    /// Azure's error as it answered; `EndpointUnreachable`, `RequestTimeout` or
    /// `ConnectionBroken` when it did not; those of the sign-in; `OperationTimeout`.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Reply> {
        let target = request.target;
        let perhaps_done = AtomicBool::new(false);
        // Boxed, as it is a part of nearly every other future here.
        let sent = Box::pin(self.send_until(request, &perhaps_done));
        let ended = self.observer.deadline().bound(target, sent).await;
        ended.map_err(|error| error.perhaps_done_if(perhaps_done.into_inner()))
    }

    /// Sends a request until it succeeds or it is clear that it will not. `perhaps_done` is whether
    /// the service may have made the change, whatever the result says.
    async fn send_until(
        &self,
        mut request: Request<'_>,
        perhaps_done: &AtomicBool,
    ) -> Result<Reply> {
        let shared = &*self.shared;
        let retry = &shared.retry;
        let audience = self.audience(&request.url, request.target)?;
        request.check_condition()?;
        shared.http.find_way(&request.url, &self.observer).await?;
        let http = shared.http.toward(&request.url)?;
        if let Some(known) = shared.versions.known(&request) {
            request.url = known;
        }
        let changes = request.idempotency != Idempotency::ReadOnly;
        let began = Instant::now();
        let mut repeated = false;
        let mut repairs = Repairs::default();
        let mut attempt = 0;
        loop {
            attempt += 1;
            if audience.service == Service::ResourceManager {
                self.keep_pace(&request).await;
            }
            let token = shared.tokens.get(&self.caller(), &audience).await?;
            perhaps_done.store(changes, Ordering::Relaxed);
            let answer = self
                .attempt(&http, &request, audience.service, &token)
                .await;
            perhaps_done.store(repeated && changes, Ordering::Relaxed);
            let failed = match answer {
                Ok(mut reply) if (200..300).contains(&reply.status) => {
                    if reply.is_strange() {
                        return Err(reply.unexpected(request.target));
                    }
                    reply.repeated = repeated;
                    if audience.service == Service::ResourceManager {
                        aside(reply.body.len(), || {
                            principals::record(request.url.path(), &reply.body);
                        });
                    }
                    return Ok(reply);
                }
                Ok(reply) if reply.status == 401 && reply.challenge().is_some() => {
                    // Another token of the same sign-in would not have what is asked for.
                    shared.tokens.renew(&audience, &token).await;
                    return Err(self.challenged(&reply, &audience, request.target));
                }
                Ok(reply) if reply.status == 401 && !repairs.renewed => {
                    repairs.renewed = true;
                    if shared.tokens.renew(&audience, &token).await {
                        continue;
                    }
                    return Err(reply.error(request.target));
                }
                Ok(reply) if matches!(reply.status, 400 | 404 | 409) => {
                    let error = reply.error(request.target);
                    self.repair(&mut request, &mut repairs, error).await?;
                    continue;
                }
                Ok(reply) => Failure::answered(&request, &reply),
                Err(NoAnswer::Broken(error)) if error.is_connect() => {
                    let failure =
                        ConnectFailure::diagnose(&shared.http, &request.url, &error).await;
                    Failure::unreached(&request, failure)
                }
                Err(error) => Failure::unanswered(&request, &error, retry),
            };
            repeated |= failed.uncertain;
            perhaps_done.store(repeated && changes, Ordering::Relaxed);
            if self.sends_once {
                return Err(failed.error);
            }
            let wait = failed.wait(&Bounds {
                retry,
                attempt,
                elapsed: began.elapsed(),
                left: self.observer.deadline().left(),
            })?;
            let what = format!("the next attempt at {}", request.line());
            self.waiting(request.target, what)
                .because(failed.reason)
                .pause(&*self.observer, wait)
                .await;
        }
    }

    /// Waits until a request may leave that Azure would throttle otherwise.
    async fn keep_pace(&self, request: &Request<'_>) {
        let pace = self.shared.pacer.take_slot(&request.method, &request.url);
        if let Some(wait) = pace {
            let what = format!("the turn of {}", request.line());
            let wait_for = self.waiting(request.target, what);
            let wait_for = wait_for.because("few requests are left before Azure throttles");
            wait_for.pause(&*self.observer, wait).await;
        }
    }

    /// A wait of a request for the resource that it is about.
    fn waiting(&self, target: &str, what: String) -> Wait {
        let activity = match ResourceLabel::read(target) {
            Some(resource) => format!("Waiting for Azure: {}", resource.short()),
            None => format!("Waiting for Azure: {target}"),
        };
        Wait::new(activity, what)
    }

    /// Does what a refused request needs first, once.
    ///
    /// # Errors
    /// The refusal, where nothing can be done or it was done before; those of doing it.
    async fn repair(
        &self,
        request: &mut Request<'_>,
        repairs: &mut Repairs,
        refusal: Error,
    ) -> Result<()> {
        if refusal.code() == "MissingSubscriptionRegistration" && !repairs.registered {
            repairs.registered = true;
            let path = request.url.path();
            return Box::pin(self.register(path, request.target)).await;
        }
        if repairs.versioned {
            return Err(refusal);
        }
        let version = self.shared.versions.learn(request, refusal)?;
        repairs.versioned = true;
        self.log_verbose(|| {
            format!(
                "This cloud does not support the api-version of {}: this connection uses \
                 {version} instead.",
                request.line()
            )
        });
        request.url = with_version(&request.url, &version);
        Ok(())
    }

    /// Registers the provider that `path` belongs to, and waits until it is registered.
    ///
    /// # Errors
    /// Those of the requests; `OperationTimeout`; `WarningRefused`.
    async fn register(&self, path: &str, target: &str) -> Result<()> {
        let Some(registration) = Registration::needed_by(path) else {
            return Ok(());
        };
        self.guard(target, registration.warning()).await?;
        let provider = registration.provider();
        let url = self.url(&format!("{provider}/register"), registration::API_VERSION);
        self.send(Request::new(Method::POST, url, target)).await?;
        let mut polling = Polling::begin(self.retry());
        loop {
            let state = self
                .get(provider, registration::API_VERSION, target)
                .await?;
            if Registration::is_done(&state, target)? {
                return Ok(());
            }
            polling
                .wait(self.observer(), target, registration.wait(), None)
                .await?;
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
            .claims_advice(challenge, tenant, audience);
        reply.error(target).advise(advice)
    }

    async fn attempt(
        &self,
        http: &HttpClient,
        request: &Request<'_>,
        service: Service,
        token: &AccessToken,
    ) -> Result<Reply, NoAnswer> {
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
        let answered = async {
            let answer = call.send().await?;
            if service == Service::ResourceManager {
                let pacer = &self.shared.pacer;
                pacer.learn(&request.method, &request.url, answer.headers());
            }
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let most = self.shared.retry.longest_body;
            Ok((status, headers, read_body_up_to(most, answer).await?))
        };
        let most = Some(self.shared.retry.request_timeout);
        let (status, mut headers, body) = self
            .waiting(request.target, format!("a response to {}", request.line()))
            .until(&*self.observer, most, answered)
            .await
            .inspect_err(|error: &NoAnswer| {
                self.log_verbose(|| format!("{} failed: {}", request.line(), error.causes()));
            })?;
        let sent = [token.secret().expose_secret()];
        headers_without_sent(&mut headers, &sent);
        let body = aside(body.len(), || match status {
            200..300 => without_written(body, &sent),
            _ => without_sent(body, &sent),
        });
        let reply = Reply {
            status,
            repeated: false,
            headers,
            request: request.line(),
            host: request.url.host_str().unwrap_or_default().to_owned(),
            idempotency: request.idempotency,
            body,
        };
        self.log_verbose(|| {
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

    fn log_verbose(&self, line: impl FnOnce() -> String) {
        if self.observer.wants_verbose() {
            self.observer.verbose(line());
        }
    }

    /// The answer to a question that many operations have at once: asked once, kept a minute.
    ///
    /// # Errors
    /// Those of `ask`, which is then asked again by the next.
    pub(crate) async fn shared_answer(
        &self,
        key: &str,
        ask: BoxFuture<'_, Result<String>>,
    ) -> Result<String> {
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
        answer.value.get_or_try_init(|| ask).await.cloned()
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

/// A link that a service gave, if it leads to that service itself.
///
/// # Errors
/// `ForeignHost` when it leads anywhere else, or signs in as someone else. The link itself stays out
/// of the message: it may carry a signature.
pub(crate) fn same_host(service: &Url, link: &str, what: &str, target: &str) -> Result<Url> {
    let url = service.join(link).ok();
    let url = url
        .filter(|url| url.origin() == service.origin())
        .ok_or_else(|| foreign(service, what, target))?;
    // A user in a URL becomes an authorization header, beside that of the token.
    match url.username().is_empty() && url.password().is_none() {
        true => Ok(url),
        false => Err(Error::new(
            Category::InvalidResult,
            "ForeignHost",
            target,
            format!("Refused to follow the {what}: it contains a user name or a password"),
        )),
    }
}

fn foreign(service: &Url, what: &str, target: &str) -> Error {
    let host = service.host_str().unwrap_or_default();
    Error::new(
        Category::InvalidResult,
        "ForeignHost",
        target,
        format!("Refused to follow the {what}: it is not on {host}"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::StaticTokens;
    use crate::base::Proxy;

    fn client(cloud: Cloud) -> Client {
        let given = StaticTokens::new(&"t".to_owned().into(), None).unwrap();
        Client::new(Settings {
            cloud,
            credential: Credential::AccessToken(given),
            first: None,
            subscription_id: None,
            http: Arc::new(Http::new(Proxy::System)),
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
