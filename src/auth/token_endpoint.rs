//! The OAuth 2.0 token endpoint of a tenant, which every sign-in but that of a managed identity or
//! of another program comes to.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ask::{Answer, ask};
use super::caller::Caller;
use super::token::{AccessToken, Secret, lifetime};
use super::tool_error::entras_sentence;
use crate::base::{Category, Error, Result, Url};

/// Where a tenant's tokens are issued.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    authority: Url,
    tenant: String,
}

/// What is asked for, as a form.
#[derive(Default)]
pub(crate) struct Form {
    fields: Vec<(&'static str, Secret)>,
    /// The names of those that no one may see.
    secret: Vec<&'static str>,
}

impl Form {
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned().into()));
        self
    }

    pub(crate) fn with_secret(mut self, name: &'static str, value: &Secret) -> Self {
        self.fields.push((name, value.clone()));
        self.secret.push(name);
        self
    }

    fn secrets(&self) -> Vec<&Secret> {
        let is_secret = |name| self.secret.contains(name);
        let fields = self.fields.iter().filter(|(name, _)| is_secret(name));
        fields.map(|(_, value)| value).collect()
    }

    fn encoded(&self) -> String {
        let mut form = Url::parse("form:").expect("is a URL");
        let mut pairs = form.query_pairs_mut();
        for (name, value) in &self.fields {
            pairs.append_pair(name, value.expose_secret());
        }
        drop(pairs);
        form.query().unwrap_or_default().to_owned()
    }
}

/// A token that was issued, and what came with it.
#[derive(Deserialize)]
pub(crate) struct Issued {
    access_token: Secret,
    /// Seconds from now: the one time that no clock can be wrong about.
    #[serde(deserialize_with = "lifetime")]
    expires_in: Duration,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<Secret>,
}

impl Issued {
    pub(crate) fn into_token(self) -> AccessToken {
        AccessToken::issued(self.access_token, self.expires_in)
    }
}

/// Why no token was issued.
pub(crate) struct Refusal {
    pub(crate) error: Error,
    /// The endpoint's time when it said so.
    pub(crate) date: Option<SystemTime>,
    /// What the endpoint wants to see in the next sign-in.
    pub(crate) claims: Option<String>,
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
    pub(crate) fn is(&self, aadsts: &str) -> bool {
        self.error.message().starts_with(&format!("{aadsts}:"))
    }
}

/// The form of the endpoint's errors.
#[derive(Deserialize)]
struct Refused {
    error: String,
    error_description: Option<String>,
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

    /// Where tokens are issued for all tenants.
    pub(crate) fn authority(&self) -> &Url {
        &self.authority
    }

    /// The tenant's id or domain, as it was given.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Its URL, which assertions name as well.
    pub(crate) fn url(&self, what: &str) -> Url {
        let mut url = self.authority.clone();
        url.set_path(&format!("/{}/oauth2/v2.0/{what}", self.tenant));
        url
    }

    /// Asks for a token for `account`.
    ///
    /// # Errors
    /// The endpoint's, such as `invalid_client`; `AuthorityUnreachable`.
    pub(crate) async fn token(
        &self,
        caller: &Caller<'_>,
        form: &Form,
        account: &str,
    ) -> Result<Issued, Refusal> {
        self.post(caller, "token", form, account).await
    }

    /// Posts a form, again when the endpoint is busy or can't be reached.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        caller: &Caller<'_>,
        what: &str,
        form: &Form,
        account: &str,
    ) -> Result<T, Refusal> {
        let url = self.url(what);
        let secrets = form.secrets();
        let answer = ask(caller, &url, account, &secrets, |http| {
            http.post(url.clone())
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.encoded())
        });
        let answer = answer.await?;
        match answer.status {
            200 => self.read(&answer.body, account),
            _ => Err(self.refused(&answer, account)),
        }
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8], account: &str) -> Result<T, Refusal> {
        serde_json::from_slice(body).map_err(|_| {
            let what = "HTTP 200 and no usable token";
            self.strange("UnexpectedContent", account, what).into()
        })
    }

    fn refused(&self, answer: &Answer, account: &str) -> Refusal {
        let status = answer.status;
        let (error, claims) = match serde_json::from_slice::<Refused>(&answer.body) {
            Ok(refused) => {
                let category = Category::AuthenticationError;
                let message = refusal_of(&refused.error, refused.error_description.as_deref());
                (
                    Error::new(category, &refused.error, account, message),
                    refused.claims,
                )
            }
            Err(_) => {
                let code = format!("HttpStatus{status}");
                let what = format!("HTTP {status} and no error of Entra's");
                (self.strange(&code, account, &what), None)
            }
        };
        Refusal {
            error: error.with_status(status),
            date: date(&answer.headers),
            claims,
        }
    }

    /// The error of an answer that no token endpoint gives.
    fn strange(&self, code: &str, account: &str, what: &str) -> Error {
        let host = self.authority.host_str().unwrap_or_default();
        let message = format!(
            "{host}, or a proxy in between, responded to the sign-in with \
             {what}"
        );
        Error::new(Category::InvalidResult, code, account, message)
            .advise("Try again later. If the error persists, check the proxy.")
    }
}

/// Entra's code and sentence, of a refusal; the ids behind it are of no use to the reader.
pub(super) fn refusal_of(code: &str, description: Option<&str>) -> String {
    let text = description.unwrap_or_default();
    let first = || text.lines().next().map(str::trim);
    let told = entras_sentence(text).or_else(first);
    match told.filter(|told| !told.is_empty()) {
        Some(told) => told.to_owned(),
        None => format!("The sign-in was refused: {code}"),
    }
}

/// When an answer was made, by its sender's clock.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}
