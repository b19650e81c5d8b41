//! Credentials, and the tokens that they give: held until shortly before they run out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::azure_cli::AzureCli;
use super::azure_powershell::AzurePowerShell;
use super::device_code::DeviceCode;
use super::given::GivenTokens;
use super::host::Questions;
use super::managed_identity::ManagedIdentity;
use super::service_principal::ServicePrincipal;
use crate::base::{Audience, Error, Http, Observer, Result, RetryPolicy};

/// A secret: wiped when dropped, and never printed.
pub type Secret = SecretString;

/// A token for one audience.
#[derive(Debug)]
pub struct AccessToken {
    secret: Secret,
    /// When to get the next one; never for a token that the caller gave.
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

/// A token is renewed this long before it runs out, or at four fifths of a short life.
const MARGIN: Duration = Duration::from_secs(5 * 60);

impl AccessToken {
    /// A token that the caller has, and that can't be renewed.
    pub fn given(secret: Secret) -> Self {
        Self {
            secret,
            renew_at: None,
            expires_at: None,
        }
    }

    /// A token that was issued just now for `lifetime`.
    pub fn issued(secret: Secret, lifetime: Duration) -> Self {
        let useful = lifetime.saturating_sub(MARGIN).max(lifetime.mul_f64(0.8));
        let now = Instant::now();
        Self {
            secret,
            renew_at: Some(now + useful),
            expires_at: Some(now + lifetime),
        }
    }

    /// The authorization header, marked so that nothing prints it.
    pub(crate) fn header(&self) -> HeaderValue {
        let text = format!("Bearer {}", self.secret.expose_secret());
        let mut value =
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        value
    }

    fn is_due(&self) -> bool {
        self.renew_at.is_some_and(|at| Instant::now() >= at)
    }

    fn has_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| Instant::now() >= at)
    }
}

/// A way to get tokens.
pub enum Credential {
    /// Tokens that the caller has.
    AccessToken(GivenTokens),
    /// A service principal.
    ServicePrincipal(ServicePrincipal),
    /// The managed identity of the machine.
    ManagedIdentity(ManagedIdentity),
    /// A person who signed in with a browser.
    DeviceCode(DeviceCode),
    /// The sign-in of Azure PowerShell.
    AzurePowerShell(AzurePowerShell),
    /// The sign-in of the Azure CLI.
    AzureCli(AzureCli),
}

/// On whose behalf a token is asked for.
pub(crate) struct Caller<'a> {
    /// Where requests leave.
    pub http: &'a Http,
    /// Who hears of it.
    pub observer: &'a Arc<dyn Observer>,
    /// How patient it is.
    pub retry: &'a RetryPolicy,
}

impl Credential {
    async fn token(&self, caller: &Caller<'_>, audience: &Audience) -> Result<AccessToken> {
        match self {
            Self::AccessToken(given) => given.token(audience),
            Self::ServicePrincipal(credential) => credential.token(caller, audience).await,
            Self::ManagedIdentity(credential) => credential.token(caller, audience).await,
            Self::DeviceCode(credential) => credential.token(caller, audience).await,
            Self::AzurePowerShell(credential) => credential.token(caller, audience).await,
            Self::AzureCli(credential) => credential.token(audience).await,
        }
    }

    /// What it asks the host, if it needs the host.
    fn questions(&self) -> Option<&Questions> {
        match self {
            Self::AzurePowerShell(credential) => Some(credential.questions()),
            Self::ServicePrincipal(credential) => credential.questions(),
            _ => None,
        }
    }

    /// What to do about a claims challenge: the command that signs in again, as a sentence.
    pub(crate) fn meet(
        &self,
        challenge: &str,
        tenant: Option<&str>,
        audience: &Audience,
    ) -> String {
        let tenant = tenant.unwrap_or("<tenant>");
        match self {
            Self::AzureCli(_) => format!(
                "Sign in again: az login --tenant \"{tenant}\" --scope \"{}\" \
                 --claims-challenge \"{challenge}\"",
                audience.scope()
            ),
            Self::AzurePowerShell(_) => format!(
                "Sign in again: Connect-AzAccount -Tenant {tenant} -ClaimsChallenge \"{challenge}\""
            ),
            Self::DeviceCode(person) => person.command(Some(challenge)),
            Self::AccessToken(_) => format!(
                "Get a new token with the claims challenge \"{challenge}\" and connect with it: \
                 az login --tenant \"{tenant}\" \
                 --scope \"{}\" --claims-challenge \"{challenge}\"",
                audience.scope()
            ),
            Self::ServicePrincipal(_) | Self::ManagedIdentity(_) => format!(
                "A policy of the tenant blocks this application; sign in as a user with \
                 Connect-ManagedIdentityService -UseDeviceAuthentication -Tenant {tenant} \
                 -ClaimsChallenge \"{challenge}\""
            ),
        }
    }

    fn can_renew(&self) -> bool {
        !matches!(self, Self::AccessToken(_))
    }
}

/// The tokens of one credential, each held until shortly before it runs out.
pub(crate) struct Tokens {
    credential: Credential,
    held: std::sync::Mutex<HashMap<Audience, Arc<Slot>>>,
}

/// The token for one audience: one request in flight however many wait.
#[derive(Default)]
struct Slot {
    held: Mutex<Held>,
    /// How many requests have failed.
    failures: AtomicU64,
}

#[derive(Default)]
struct Held {
    token: Option<Arc<AccessToken>>,
    /// Why the last request failed.
    failure: Option<Error>,
    /// When to ask again after a failure while the token is still good.
    ask_again_at: Option<Instant>,
}

/// How long a token that could not be renewed is used before the next try.
const TRY_AGAIN: Duration = Duration::from_secs(30);

impl Held {
    /// The token, when it is no time yet for the next one.
    fn fresh(&self) -> Option<Arc<AccessToken>> {
        let waits = self.ask_again_at.is_some_and(|at| Instant::now() < at);
        let good = |token: &&Arc<AccessToken>| !token.is_due() || (waits && !token.has_expired());
        self.token.as_ref().filter(good).cloned()
    }
}

impl Tokens {
    /// No token yet but the one that came with the sign-in, if one did.
    pub fn new(credential: Credential, first: Option<(Audience, AccessToken)>) -> Self {
        let slot = |token| {
            let held = Held {
                token: Some(Arc::new(token)),
                ..Held::default()
            };
            Arc::new(Slot {
                held: Mutex::new(held),
                failures: AtomicU64::new(0),
            })
        };
        let first = first.map(|(audience, token)| (audience, slot(token)));
        Self {
            credential,
            held: std::sync::Mutex::new(first.into_iter().collect()),
        }
    }

    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    fn slot(&self, audience: &Audience) -> Arc<Slot> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.entry(audience.clone()).or_default().clone()
    }

    /// A token that is good for a while. One that is still good is used when it can't be renewed.
    ///
    /// # Errors
    /// Those of the sign-in, also to those that waited for another's request.
    pub async fn get(&self, caller: &Caller<'_>, audience: &Audience) -> Result<Arc<AccessToken>> {
        let slot = self.slot(audience);
        let failures = slot.failures.load(Ordering::SeqCst);
        let lock = slot.held.lock();
        let mut held = match self.credential.questions() {
            // Whoever holds the lock may wait for an answer that only our host can give.
            Some(questions) => questions.while_helping(caller.observer, lock).await,
            None => lock.await,
        };
        if let Some(token) = held.fresh() {
            return Ok(token);
        }
        if let Some(error) = &held.failure
            && slot.failures.load(Ordering::SeqCst) != failures
        {
            return Err(error.clone());
        }
        match self.credential.token(caller, audience).await {
            Ok(token) => {
                let token = Arc::new(token);
                *held = Held {
                    token: Some(token.clone()),
                    ..Held::default()
                };
                Ok(token)
            }
            Err(error) => {
                if let Some(token) = held.token.clone().filter(|token| !token.has_expired()) {
                    held.ask_again_at = Some(Instant::now() + TRY_AGAIN);
                    return Ok(token);
                }
                held.failure = Some(error.clone());
                slot.failures.fetch_add(1, Ordering::SeqCst);
                Err(error)
            }
        }
    }

    /// Gives up a token that was refused. False when no other can be had.
    pub async fn renew(&self, audience: &Audience, refused: &Arc<AccessToken>) -> bool {
        let slot = self.slot(audience);
        let mut held = slot.held.lock().await;
        // Another operation may have renewed it meanwhile.
        if held
            .token
            .as_ref()
            .is_some_and(|token| Arc::ptr_eq(token, refused))
        {
            *held = Held::default();
        }
        self.credential.can_renew()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::base::Service;

    fn issued(seconds: u64) -> AccessToken {
        AccessToken::issued("t".to_owned().into(), Duration::from_secs(seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_due_before_it_runs_out() {
        let hour = issued(3600);
        let short = issued(300);
        advance(Duration::from_secs(239)).await;
        assert!(!short.is_due());
        advance(Duration::from_secs(1)).await;
        assert!(short.is_due());
        advance(Duration::from_secs(3600 - 300 - 241)).await;
        assert!(!hour.is_due());
        advance(Duration::from_secs(1)).await;
        assert!(hour.is_due());
    }

    #[test]
    fn a_challenge_is_met_by_the_command_of_the_sign_in() {
        let audience = Audience {
            service: Service::ResourceManager,
            resource: "https://management.azure.com".to_owned(),
        };
        let meet = |credential: Credential| credential.meet("eyJ9", Some("t1"), &audience);
        let cli = meet(Credential::AzureCli(AzureCli::default()));
        assert_eq!(
            cli,
            "Sign in again: az login --tenant \"t1\" --scope \
             \"https://management.azure.com/.default\" --claims-challenge \"eyJ9\""
        );
        let az = meet(Credential::AzurePowerShell(AzurePowerShell::new(None)));
        assert_eq!(
            az,
            "Sign in again: Connect-AzAccount -Tenant t1 -ClaimsChallenge \"eyJ9\""
        );
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = AccessToken::given("marked-secret".to_owned().into());
        assert!(!format!("{token:?}").contains("marked"));
    }
}
