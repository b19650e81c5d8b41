//! The tokens that a credential has given, each kept until shortly before it expires.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::caller::Caller;
use super::credential::Credential;
use super::token::AccessToken;
use crate::base::{Audience, Error, Result, Wait};

/// The tokens of one credential, each held until shortly before it runs out.
pub(crate) struct TokenCache {
    credential: Credential,
    held: std::sync::Mutex<HashMap<Audience, Arc<Slot>>>,
}

/// The token for one audience: one request in flight however many wait.
#[derive(Default)]
struct Slot {
    held: Mutex<CachedToken>,
    /// How many requests have failed.
    failures: AtomicU64,
}

#[derive(Default)]
struct CachedToken {
    token: Option<Arc<AccessToken>>,
    /// Why the last request failed.
    failure: Option<Error>,
    /// When to ask again after a failure while the token is still good.
    ask_again_at: Option<Instant>,
}

/// How long a token that could not be renewed is used before the next try.
const TRY_AGAIN: Duration = Duration::from_secs(30);

impl CachedToken {
    /// The token, when it is no time yet for the next one.
    fn fresh(&self) -> Option<Arc<AccessToken>> {
        let waits = self.ask_again_at.is_some_and(|at| Instant::now() < at);
        let good = |token: &&Arc<AccessToken>| !token.is_due() || (waits && !token.has_expired());
        self.token.as_ref().filter(good).cloned()
    }
}

impl TokenCache {
    /// No token yet but the one that came with the sign-in, if one did.
    pub fn new(credential: Credential, first: Option<(Audience, AccessToken)>) -> Self {
        let slot = |token| {
            let held = CachedToken {
                token: Some(Arc::new(token)),
                ..CachedToken::default()
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
        let lock = async {
            match self.credential.questions() {
                // Whoever holds the lock may wait for an answer that only our host can give.
                Some(questions) => questions.while_helping(caller.observer, lock).await,
                None => lock.await,
            }
        };
        let mut held = Wait::new("Signing in", "the token that another operation requests")
            .until(&**caller.observer, None, lock)
            .await;
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
                *held = CachedToken {
                    token: Some(token.clone()),
                    ..CachedToken::default()
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
        // Another operation may have renewed the token since the check.
        if held
            .token
            .as_ref()
            .is_some_and(|token| Arc::ptr_eq(token, refused))
        {
            *held = CachedToken::default();
        }
        self.credential.can_renew()
    }
}
