//! A service principal: the client-credentials grant, with a secret, a certificate or a token of
//! another issuer as proof.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::caller::Caller;
use super::certificate::Certificate;
use super::federated_token::FederatedToken;
use super::token::{AccessToken, Secret};
use super::token_endpoint::{Form, Refusal, TokenEndpoint};
use crate::base::{Audience, Questions, Result};

/// A service principal.
pub struct ServicePrincipal {
    /// Where its tokens are issued.
    pub endpoint: TokenEndpoint,
    /// The application's id.
    pub client_id: String,
    /// What proves that it is it.
    pub proof: Proof,
    /// What to check when that is refused.
    pub advice: &'static str,
}

/// What proves that a caller is an application.
pub enum Proof {
    /// Its secret.
    Secret(Secret),
    /// A certificate with its key.
    Certificate(Certificate, ClockDifference),
    /// A token of an issuer that the application trusts.
    FederatedToken(FederatedToken),
}

/// How many seconds the endpoint's clock is ahead of this machine's, as far as that mattered.
#[derive(Debug, Default)]
pub struct ClockDifference(AtomicI64);

impl ClockDifference {
    fn now(&self) -> i64 {
        unix_time(SystemTime::now()) + self.0.load(Ordering::Relaxed)
    }

    /// Learns the endpoint's time; false when it was known.
    fn learn(&self, theirs: SystemTime) -> bool {
        let difference = unix_time(theirs) - unix_time(SystemTime::now());
        let known = self.0.swap(difference, Ordering::Relaxed);
        (difference - known).abs() > 60
    }
}

/// Entra finds that an assertion is not valid yet, or not any more.
const OUTSIDE_ITS_TIME: &str = "AADSTS700024";

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl ServicePrincipal {
    /// A token for `audience`.
    ///
    /// # Errors
    /// The endpoint's error, such as `invalid_client`; `AuthorityUnreachable`; those of the proof.
    pub(crate) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        let mut answer = self.ask(caller, audience).await;
        if let Err(refusal) = &answer
            && self.learns_the_time(refusal)
        {
            answer = self.ask(caller, audience).await;
        }
        match answer {
            Ok(token) => Ok(token),
            Err(refusal) if refusal.error.recommendation().is_empty() => {
                Err(refusal.error.advise(self.advice))
            }
            Err(refusal) => Err(refusal.error),
        }
    }

    /// What it asks the host, if the host holds its key.
    pub(super) fn questions(&self) -> Option<&Questions> {
        match &self.proof {
            Proof::Certificate(certificate, _) => certificate.questions(),
            Proof::Secret(_) | Proof::FederatedToken(_) => None,
        }
    }

    async fn ask(&self, caller: &Caller<'_>, audience: &Audience) -> Result<AccessToken, Refusal> {
        let authority = self.endpoint.authority();
        let form = self.form(audience);
        let (form, federated) = match &self.proof {
            Proof::Secret(secret) => (form.with_secret("client_secret", secret), None),
            Proof::Certificate(certificate, clock) => {
                let endpoint = self.endpoint.url("token");
                let made = certificate.assertion(
                    &self.client_id,
                    endpoint.as_str(),
                    clock.now(),
                    caller.observer,
                );
                (with_assertion(form, &made.await?), None)
            }
            Proof::FederatedToken(source) => {
                let token = source.read(caller, authority).await?;
                (with_assertion(form, &token), Some((source, token)))
            }
        };
        let issued = self.endpoint.token(caller, &form, &self.client_id).await;
        match (issued, federated) {
            (Err(refusal), Some((source, token))) if refusal.is(OUTSIDE_ITS_TIME) => {
                let now = refusal.date.unwrap_or_else(SystemTime::now);
                Err(source.outside_its_time(&token, refusal.error, now).into())
            }
            (issued, _) => Ok(issued?.into_token()),
        }
    }

    fn form(&self, audience: &Audience) -> Form {
        Form::default()
            .with("grant_type", "client_credentials")
            .with("client_id", &self.client_id)
            .with("scope", &audience.scope())
    }

    /// Whether the endpoint's clock is another than ours, so that the next assertion may do.
    fn learns_the_time(&self, refusal: &Refusal) -> bool {
        match (&self.proof, refusal.date) {
            (Proof::Certificate(_, clock), Some(date)) if refusal.is(OUTSIDE_ITS_TIME) => {
                clock.learn(date)
            }
            _ => false,
        }
    }
}

fn with_assertion(form: Form, assertion: &Secret) -> Form {
    form.with("client_assertion_type", ASSERTION_TYPE)
        .with_secret("client_assertion", assertion)
}

fn unix_time(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}
