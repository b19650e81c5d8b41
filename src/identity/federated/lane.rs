//! Writes under one identity run one at a time: Azure refuses concurrent ones.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, Weak};

use once_cell::sync::Lazy;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::list::all;
use super::model::FederatedCredential;
use super::target::{CredentialTarget, identity};
use crate::arm::Client;
use crate::base::{ResourceId, Result, folded};
use crate::identity::model::API_VERSION;

/// What those who write one after the other know of an identity's credentials.
type Cached = Option<Vec<FederatedCredential>>;

type Lanes = std::sync::Mutex<HashMap<String, Weak<Mutex<Cached>>>>;

/// The right to write under an identity, for as long as it is held. It holds for this process:
/// every connection shares it.
#[derive(Debug)]
pub struct Lane {
    cached: OwnedMutexGuard<Cached>,
    identity: ResourceId,
}

impl Lane {
    /// Waits until no other operation of this process writes under the identity of the credential.
    ///
    /// # Errors
    /// Those of the target, at once.
    pub async fn enter(client: &Client, target: &CredentialTarget) -> Result<Self> {
        let identity = match &target.resource_id {
            Some(_) => target.resolve(client)?.identity,
            None => identity(client, &target.identity)?,
        };
        Ok(Self::of(client, identity).await)
    }

    pub(super) async fn of(client: &Client, identity: ResourceId) -> Self {
        // With the host: the same ids may exist in two clouds.
        let host = client.url("/", API_VERSION);
        let key = format!("{host} {}", folded(identity.as_str()));
        Self {
            cached: lane(&key).lock_owned().await,
            identity,
        }
    }

    /// The identity that may be written under.
    pub(super) fn identity(&self) -> &ResourceId {
        &self.identity
    }

    /// The identity's credentials: as the writer before left them, or read now. Reading is slow,
    /// too: Azure allows a list of an identity's credentials every four seconds.
    pub(super) async fn credentials(&mut self, client: &Client) -> Result<&[FederatedCredential]> {
        if self.cached.is_none() {
            *self.cached = Some(all(client, &self.identity).await?);
        }
        Ok(self.cached.as_deref().unwrap_or_default())
    }

    /// Whether the credentials are as another writer left them.
    pub(super) fn is_cached(&self) -> bool {
        self.cached.is_some()
    }

    /// Discards the cached list: another process has written, or may have.
    pub(super) fn invalidate(&mut self) {
        *self.cached = None;
    }

    /// Notes what a write has come to.
    pub(super) fn record(&mut self, name: &str, now: Option<&FederatedCredential>) {
        if let Some(cached) = &mut *self.cached {
            cached.retain(|one| !one.name.eq_ignore_ascii_case(name));
            cached.extend(now.cloned());
        }
    }
}

/// The lane of that name. It is gone, and what is known with it, when nobody is in it or waits.
fn lane(key: &str) -> Arc<Mutex<Cached>> {
    static LANES: Lazy<Lanes> = Lazy::new(Lanes::default);
    let mut lanes = LANES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(lane) = lanes.get(key).and_then(Weak::upgrade) {
        return lane;
    }
    lanes.retain(|_, lane| lane.strong_count() > 0);
    let lane = Arc::default();
    lanes.insert(key.to_owned(), Arc::downgrade(&lane));
    lane
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_in_a_lane_and_lanes_beside_each_other() {
        let first = lane("test/a").lock_owned().await;
        assert!(lane("test/a").try_lock_owned().is_err());
        assert!(lane("test/b").try_lock_owned().is_ok());
        drop(first);
        assert!(lane("test/a").try_lock_owned().is_ok());
    }

    #[tokio::test]
    async fn what_is_known_goes_with_the_last_writer() {
        let mut first = lane("test/c").lock_owned().await;
        *first = Some(Vec::new());
        let waiting = lane("test/c");
        drop(first);
        assert!(waiting.lock().await.is_some());
        drop(waiting);
        assert!(lane("test/c").lock().await.is_none());
    }
}
