//! A person who signs in with a browser, on this machine or any other: the device authorization
//! grant (RFC 8628).

use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::caller::Caller;
use super::claims;
use super::token::{AccessToken, Secret, lifetime};
use super::token_endpoint::{Form, Issued, Refusal, TokenEndpoint};
use crate::base::{Audience, Category, Error, Result};

/// A person's sign-in.
pub struct DeviceCode {
    endpoint: TokenEndpoint,
    client_id: String,
    /// What a service wants to see in the tokens, as JSON.
    claims: Option<String>,
    /// What the next token is asked for with, once the person has signed in.
    refresh: Mutex<Option<Secret>>,
}

/// Azure PowerShell's own application, which every tenant knows and which may work in Resource
/// Manager and Microsoft Graph on a person's behalf.
pub(crate) const CLIENT_ID: &str = "1950a258-227b-4e31-a9cf-717495945fc2";

/// What is asked for besides the service: who it is, and a token to go on with.
const ALSO: &str = "openid profile offline_access";

/// What the person is to do.
#[derive(Deserialize)]
struct Code {
    device_code: Secret,
    message: String,
    #[serde(deserialize_with = "lifetime")]
    expires_in: Duration,
    #[serde(default = "usual_interval")]
    interval: u64,
}

/// RFC 8628, 3.2.
fn usual_interval() -> u64 {
    5
}

/// Who has signed in.
#[derive(Default)]
pub(crate) struct SignedInUser {
    pub(crate) account: String,
    pub(crate) tenant: Option<String>,
}

impl DeviceCode {
    /// A sign-in with the application `client_id`. `claims` is what a claims challenge said, in
    /// base64.
    ///
    /// # Errors
    /// `InvalidClaimsChallenge`.
    pub(crate) fn new(
        endpoint: TokenEndpoint,
        client_id: String,
        claims: Option<&str>,
    ) -> Result<Self> {
        Ok(Self {
            endpoint,
            client_id,
            claims: claims.map(claims::decode).transpose()?,
            refresh: Mutex::default(),
        })
    }

    /// Tells the person what to do, as a warning, and waits until it is done.
    ///
    /// # Errors
    /// `DeviceCodeExpired`; `authorization_declined`; the endpoint's others.
    pub(crate) async fn sign_in(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<(AccessToken, SignedInUser)> {
        let form = self.form().with("scope", &scope(audience));
        let code: Code = self
            .endpoint
            .post(caller, "devicecode", &form, &self.client_id)
            .await
            .map_err(|refusal| refused(refusal.error))?;
        caller.observer.warning(code.message.clone());
        let issued = self.wait(caller, &code).await?;
        let user = issued.id_token.as_ref().map(user).unwrap_or_default();
        Ok((self.keep(issued).await, user))
    }

    async fn wait(&self, caller: &Caller<'_>, code: &Code) -> Result<Issued> {
        let form = self
            .form()
            .with("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .with_secret("device_code", &code.device_code);
        let until = Instant::now() + code.expires_in;
        // Tests, which are quicker in all waits, are quicker in this one.
        let unit = caller.retry.first_poll;
        let mut interval = unit * u32::try_from(code.interval.max(1)).unwrap_or(u32::MAX);
        while Instant::now() < until {
            sleep(interval.min(until.saturating_duration_since(Instant::now()))).await;
            let answer = self.endpoint.token(caller, &form, &self.client_id).await;
            let Err(Refusal { error, .. }) = answer else {
                return answer.map_err(|refusal| refusal.error);
            };
            match error.code() {
                "authorization_pending" => {}
                // RFC 8628, 3.5.
                "slow_down" => interval += 5 * unit,
                "expired_token" | "code_expired" => break,
                _ => return Err(refused(error)),
            }
        }
        Err(Error::new(
            Category::OperationTimeout,
            "DeviceCodeExpired",
            &self.client_id,
            "The device code expired before it was used",
        )
        .advise("Run Connect-ManagedIdentityService -UseDeviceAuthentication again."))
    }

    /// A token for `audience`, without the person.
    ///
    /// # Errors
    /// `invalid_grant`, `interaction_required` and the like when only the person can help.
    pub(crate) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        let refresh = self.refresh.lock().await.clone().ok_or_else(|| {
            let message = "The sign-in returned no refresh token";
            self.again(Error::new(
                Category::AuthenticationError,
                "NoRefreshToken",
                &self.client_id,
                message,
            ))
        })?;
        let form = self
            .form()
            .with("grant_type", "refresh_token")
            .with_secret("refresh_token", &refresh)
            .with("scope", &scope(audience));
        let issued = self.endpoint.token(caller, &form, &self.client_id).await;
        match issued {
            Ok(issued) => Ok(self.keep(issued).await),
            Err(Refusal { error, claims, .. }) => Err(match claims {
                Some(claims) => error.advise(self.command(Some(&claims::encode(&claims)))),
                None if error.category() == Category::AuthenticationError => self.again(error),
                None => error,
            }),
        }
    }

    /// The command that signs the person in again, as a sentence.
    pub(crate) fn command(&self, challenge: Option<&str>) -> String {
        let tenant = self.endpoint.tenant();
        claims::sign_in_again(
            &format!("Connect-ManagedIdentityService -UseDeviceAuthentication -Tenant {tenant}"),
            challenge.map(|challenge| format!("-ClaimsChallenge \"{challenge}\"")),
        )
    }

    fn again(&self, error: Error) -> Error {
        error.advise(self.command(None))
    }

    async fn keep(&self, mut issued: Issued) -> AccessToken {
        if let Some(refresh) = issued.refresh_token.take() {
            *self.refresh.lock().await = Some(refresh);
        }
        issued.into_token()
    }

    fn form(&self) -> Form {
        let form = Form::default().with("client_id", &self.client_id);
        match &self.claims {
            Some(claims) => form.with("claims", claims),
            None => form,
        }
    }
}

fn scope(audience: &Audience) -> String {
    format!("{} {ALSO}", audience.scope())
}

fn refused(error: Error) -> Error {
    error.advise("Check -Tenant, and whether the tenant allows the device code flow.")
}

/// What an id token says. It came straight from its issuer, so its signature says nothing more.
fn user(token: &Secret) -> SignedInUser {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Claims {
        preferred_username: Option<String>,
        upn: Option<String>,
        tid: Option<String>,
    }
    let claims: Claims = claims::of_token(token).unwrap_or_default();
    SignedInUser {
        account: claims.preferred_username.or(claims.upn).unwrap_or_default(),
        tenant: claims.tid,
    }
}
