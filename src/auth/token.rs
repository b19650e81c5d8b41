//! Credentials, and the tokens that they give: held until shortly before they run out.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{AzureCli, ClientSecret};
use crate::arm::Result;

/// A secret: wiped when dropped, and never printed.
pub type Secret = SecretString;

/// A token for one audience.
#[derive(Debug)]
pub struct AccessToken {
    secret: Secret,
    /// When to get the next one; never for a token that the caller gave.
    renew_at: Option<Instant>,
}

/// A token is renewed this long before it runs out, or at four fifths of a short life.
const MARGIN: Duration = Duration::from_secs(5 * 60);

impl AccessToken {
    /// A token that the caller has, and that can't be renewed.
    pub fn given(secret: Secret) -> Self {
        Self {
            secret,
            renew_at: None,
        }
    }

    /// A token that was issued just now for `lifetime`.
    pub fn issued(secret: Secret, lifetime: Duration) -> Self {
        let useful = lifetime.saturating_sub(MARGIN).max(lifetime.mul_f64(0.8));
        Self {
            secret,
            renew_at: Some(Instant::now() + useful),
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
}

/// A way to get tokens.
pub enum Credential {
    /// A token that the caller has.
    AccessToken(Secret),
    /// A service principal's secret.
    ClientSecret(ClientSecret),
    /// The sign-in of the Azure CLI.
    AzureCli(AzureCli),
}

impl Credential {
    async fn token(&self, http: &reqwest::Client, audience: &str) -> Result<AccessToken> {
        match self {
            Self::AccessToken(secret) => Ok(AccessToken::given(secret.clone())),
            Self::ClientSecret(credential) => credential.token(http, audience).await,
            Self::AzureCli(credential) => credential.token(audience).await,
        }
    }

    fn can_renew(&self) -> bool {
        !matches!(self, Self::AccessToken(_))
    }
}

/// The tokens of one credential for one audience: one request in flight however many wait.
pub struct Tokens {
    credential: Credential,
    audience: String,
    held: Mutex<Option<Arc<AccessToken>>>,
}

impl Tokens {
    /// No token yet.
    pub fn new(credential: Credential, audience: &str) -> Self {
        Self {
            credential,
            audience: audience.to_owned(),
            held: Mutex::new(None),
        }
    }

    /// A token that is good for a while.
    ///
    /// # Errors
    /// Those of the sign-in.
    pub async fn get(&self, http: &reqwest::Client) -> Result<Arc<AccessToken>> {
        let mut held = self.held.lock().await;
        if let Some(token) = held.as_ref().filter(|token| !token.is_due()) {
            return Ok(token.clone());
        }
        let token = Arc::new(self.credential.token(http, &self.audience).await?);
        *held = Some(token.clone());
        Ok(token)
    }

    /// Gives up a token that was refused. False when no other can be had.
    pub async fn renew(&self, refused: &Arc<AccessToken>) -> bool {
        let mut held = self.held.lock().await;
        // Another operation may have renewed it meanwhile.
        if held
            .as_ref()
            .is_some_and(|token| Arc::ptr_eq(token, refused))
        {
            *held = None;
        }
        self.credential.can_renew()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

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
    fn a_token_is_never_printed() {
        let token = AccessToken::given("marked-secret".to_owned().into());
        assert!(!format!("{token:?}").contains("marked"));
    }
}
