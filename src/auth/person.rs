//! A person who has signed in: what their next tokens are asked for with, however they signed in.

use serde::Deserialize;
use tokio::sync::Mutex;

use super::caller::Caller;
use super::claims;
use super::token::{AccessToken, Secret};
use super::token_endpoint::{Form, Issued, Refusal, TokenEndpoint};
use crate::base::{Audience, Category, Error, Result};

/// A person's sign-in.
pub struct Person {
    pub(super) endpoint: TokenEndpoint,
    /// The application that asks on the person's behalf.
    pub(super) client_id: String,
    /// What a service wants to see in the tokens, as JSON.
    pub(super) claims: Option<String>,
    /// The parameter of Connect-ManagedIdentityService that asks for this sign-in.
    switch: &'static str,
    /// What the next token is asked for with, once the person has signed in.
    refresh: Mutex<Option<Secret>>,
}

/// Azure PowerShell's own application, which every tenant knows and which may work in Resource
/// Manager and Microsoft Graph on a person's behalf. It may return to any port of `localhost`.
const CLIENT_ID: &str = "1950a258-227b-4e31-a9cf-717495945fc2";

/// What is asked for besides the service: who it is, and a token to go on with.
const ALSO: &str = "openid profile offline_access";

/// Who has signed in.
#[derive(Default)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) tenant: Option<String>,
}

impl Person {
    /// A sign-in by way of an application; Azure PowerShell's when not given. `claims` is what a
    /// claims challenge said, in base64.
    ///
    /// # Errors
    /// `InvalidClaimsChallenge`.
    pub(crate) fn new(
        endpoint: TokenEndpoint,
        client_id: Option<&str>,
        claims: Option<&str>,
        switch: &'static str,
    ) -> Result<Self> {
        Ok(Self {
            endpoint,
            client_id: client_id.unwrap_or(CLIENT_ID).to_owned(),
            claims: claims.map(claims::decode).transpose()?,
            switch,
            refresh: Mutex::default(),
        })
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
        let (switch, tenant) = (self.switch, self.endpoint.tenant());
        claims::sign_in_again(
            &format!("Connect-ManagedIdentityService {switch} -Tenant {tenant}"),
            challenge.map(|challenge| format!("-ClaimsChallenge \"{challenge}\"")),
        )
    }

    fn again(&self, error: Error) -> Error {
        error.advise(self.command(None))
    }

    /// The tokens that a sign-in has given, and who signed in.
    pub(super) async fn signed_in(&self, issued: Issued) -> (AccessToken, Account) {
        let account = issued.id_token.as_ref().map(account).unwrap_or_default();
        (self.keep(issued).await, account)
    }

    async fn keep(&self, mut issued: Issued) -> AccessToken {
        if let Some(refresh) = issued.refresh_token.take() {
            *self.refresh.lock().await = Some(refresh);
        }
        issued.into_token()
    }

    /// What every request for tokens says.
    pub(super) fn form(&self) -> Form {
        let form = Form::default().with("client_id", &self.client_id);
        match &self.claims {
            Some(claims) => form.with("claims", claims),
            None => form,
        }
    }
}

/// What a person is asked to allow.
pub(super) fn scope(audience: &Audience) -> String {
    format!("{} {ALSO}", audience.scope())
}

/// What an id token says. It came straight from its issuer, so its signature says nothing more.
fn account(token: &Secret) -> Account {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Claims {
        preferred_username: Option<String>,
        upn: Option<String>,
        tid: Option<String>,
    }
    let claims: Claims = claims::of_token(token).unwrap_or_default();
    Account {
        name: claims.preferred_username.or(claims.upn).unwrap_or_default(),
        tenant: claims.tid,
    }
}
