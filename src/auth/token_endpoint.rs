//! The OAuth 2.0 token endpoint of a tenant, which every sign-in but that of a managed identity or
//! of another program comes to.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::sleep;

use super::{AccessToken, Caller, Secret};
use crate::arm::{
    Category, Error, Result, Url, causes, chance, is_transient, read_body, retry_after,
};

/// Where a tenant's tokens are issued.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    authority: Url,
    tenant: String,
}

/// What is asked for, as a form.
#[derive(Default)]
pub(super) struct Form(Vec<(&'static str, Secret)>);

impl Form {
    pub(super) fn with(self, name: &'static str, value: &str) -> Self {
        self.with_secret(name, &value.to_owned().into())
    }

    pub(super) fn with_secret(mut self, name: &'static str, value: &Secret) -> Self {
        self.0.push((name, value.clone()));
        self
    }

    fn encoded(&self) -> String {
        let mut form = Url::parse("form:").expect("is a URL");
        let mut pairs = form.query_pairs_mut();
        for (name, value) in &self.0 {
            pairs.append_pair(name, value.expose_secret());
        }
        drop(pairs);
        form.query().unwrap_or_default().to_owned()
    }
}

/// A token that was issued, and what came with it.
#[derive(Deserialize)]
pub(super) struct Issued {
    access_token: Secret,
    /// Seconds from now: the one time that no clock can be wrong about.
    expires_in: u64,
    pub(super) refresh_token: Option<Secret>,
    pub(super) id_token: Option<Secret>,
}

impl Issued {
    pub(super) fn into_token(self) -> AccessToken {
        AccessToken::issued(self.access_token, Duration::from_secs(self.expires_in))
    }
}

/// Why no token was issued.
pub(super) struct Refusal {
    pub(super) error: Error,
    /// The endpoint's time when it said so.
    pub(super) date: Option<SystemTime>,
    /// What the endpoint wants to see in the next sign-in.
    pub(super) claims: Option<String>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            error,
            date: None,
            claims: None,
        }
    }
}

impl Refusal {
    /// Whether Entra's own code, which its message begins with, is this one.
    pub(super) fn is(&self, aadsts: &str) -> bool {
        self.error.message().starts_with(&format!("{aadsts}:"))
    }
}

/// The form of the endpoint's errors.
#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_description: String,
    claims: Option<String>,
}

impl TokenEndpoint {
    /// The endpoint of a tenant, by its id or one of its domains.
    pub fn new(authority: Url, tenant: &str) -> Self {
        Self {
            authority,
            tenant: tenant.to_owned(),
        }
    }

    /// The tenant's id or domain, as it was given.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Its URL, which assertions name as well.
    pub(super) fn url(&self, what: &str) -> Url {
        let mut url = self.authority.clone();
        url.set_path(&format!("/{}/oauth2/v2.0/{what}", self.tenant));
        url
    }

    /// Asks for a token for `account`.
    ///
    /// # Errors
    /// The endpoint's, such as `invalid_client`; `AuthorityUnreachable`.
    pub(super) async fn token(
        &self,
        caller: &Caller<'_>,
        form: &Form,
        account: &str,
    ) -> Result<Issued, Refusal> {
        self.post(caller, "token", form, account).await
    }

    /// Posts a form, again when the endpoint is busy or can't be reached. It is on another host
    /// than Azure's, so this does not go through the client for Azure.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        caller: &Caller<'_>,
        what: &str,
        form: &Form,
        account: &str,
    ) -> Result<T, Refusal> {
        for attempt in 1.. {
            let last = attempt >= caller.retry.connect_attempts;
            let wait = match self.attempt(caller, what, form, account).await? {
                Attempt::Answered(200, _, body) => return self.read(&body, account),
                Attempt::Answered(status, headers, body) => {
                    if last || !is_transient(status) {
                        return Err(self.refused(status, &headers, &body, account));
                    }
                    retry_after(&headers).ok().flatten()
                }
                Attempt::Failed(error) if last => return Err(error.into()),
                Attempt::Failed(_) => None,
            };
            let backoff = caller.retry.backoff(attempt, chance());
            sleep(wait.unwrap_or(backoff)).await;
        }
        unreachable!("the last attempt returns")
    }

    async fn attempt(
        &self,
        caller: &Caller<'_>,
        what: &str,
        form: &Form,
        account: &str,
    ) -> Result<Attempt> {
        let url = self.url(what);
        let sent = caller
            .http
            .toward(&url)?
            .post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.encoded())
            .send()
            .await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => return Ok(Attempt::Failed(self.unreachable(&error, account))),
        };
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(match read_body(answer).await {
            Ok(body) => Attempt::Answered(status, headers, body),
            Err(error) => Attempt::Failed(self.unreachable(&error, account)),
        })
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8], account: &str) -> Result<T, Refusal> {
        serde_json::from_slice(body).map_err(|_| {
            Error::new(
                Category::InvalidResult,
                "UnexpectedContent",
                account,
                self.not_a_token(),
            )
            .into()
        })
    }

    fn refused(&self, status: u16, headers: &HeaderMap, body: &[u8], account: &str) -> Refusal {
        let (code, message, claims) = match serde_json::from_slice::<Refused>(body) {
            // Trace and correlation ids follow on lines of their own.
            Ok(refused) => {
                let first = refused.error_description.lines().next().unwrap_or_default();
                (refused.error, first.trim().to_owned(), refused.claims)
            }
            Err(_) => (format!("HttpStatus{status}"), self.not_a_token(), None),
        };
        Refusal {
            error: Error::new(Category::AuthenticationError, &code, account, message)
                .with_status(status),
            date: date(headers),
            claims,
        }
    }

    fn not_a_token(&self) -> String {
        let host = self.authority.host_str().unwrap_or_default();
        format!("{host} answered the sign-in with something that is not a token")
    }

    fn unreachable(&self, error: &reqwest::Error, account: &str) -> Error {
        let message = format!(
            "{} can't be reached to sign in: {}",
            self.authority.host_str().unwrap_or_default(),
            causes(error)
        );
        Error::new(
            Category::ConnectionError,
            "AuthorityUnreachable",
            account,
            message,
        )
        .advise("Check -Environment, the network and the proxy.")
    }
}

enum Attempt {
    Answered(u16, HeaderMap, Vec<u8>),
    Failed(Error),
}

/// When an answer was made, by its sender's clock.
pub(super) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}
