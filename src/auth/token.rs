//! Access tokens.

use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use tokio::time::Instant;

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

/// No token or code lives longer. Entra's tokens live 28 hours at most.
const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Reads `expires_in`: whole seconds of a life that a token or a code can have.
pub(super) fn lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let lifetime = Duration::from_secs(u64::deserialize(deserializer)?);
    match lifetime > LONGEST_LIFE {
        true => Err(D::Error::custom("longer than a year")),
        false => Ok(lifetime),
    }
}

impl AccessToken {
    /// A token that the caller has, and that can't be renewed.
    pub fn given(secret: Secret) -> Self {
        Self {
            secret,
            renew_at: None,
            expires_at: None,
        }
    }

    /// A token that was issued just now for `lifetime`, of which at most a year counts.
    pub fn issued(secret: Secret, lifetime: Duration) -> Self {
        let lifetime = lifetime.min(LONGEST_LIFE);
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

    /// The token itself, to hide it where a service reflects it.
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(super) fn is_due(&self) -> bool {
        self.renew_at.is_some_and(|at| Instant::now() >= at)
    }

    pub(super) fn has_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| Instant::now() >= at)
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
    fn no_lifetime_is_too_long_for_the_clock() {
        for seconds in [0, 1, u64::from(u32::MAX), u64::MAX] {
            assert!(!issued(seconds).is_due() || seconds == 0, "{seconds}");
        }
        let read = |text: &str| lifetime(&mut serde_json::Deserializer::from_str(text));
        assert_eq!(read("3599").unwrap(), Duration::from_secs(3599));
        for odd in [
            "18446744073709551615",
            "99999999999",
            "-1",
            "1e400",
            "\"soon\"",
        ] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = AccessToken::given("marked-secret".to_owned().into());
        assert!(!format!("{token:?}").contains("marked"));
    }
}
