//! Writes under one identity run one at a time: Azure refuses concurrent ones.

use once_cell::sync::Lazy;
use tokio::sync::OwnedMutexGuard;

use super::list::all;
use super::model::FederatedCredential;
use super::target::{CredentialTarget, identity};
use crate::arm::{Client, Lanes};
use crate::base::{ResourceId, Result, Wait};

/// What those who write one after the other know of an identity's credentials.
type Cached = Option<Vec<FederatedCredential>>;

static LANES: Lazy<Lanes<Cached>> = Lazy::new(Lanes::default);

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
        let wait = Wait::new(
            format!("Writing federated credentials of {}", identity.name()),
            "its turn among the writes of the identity",
        );
        let lane = LANES.of(client, &identity).lock_owned();
        // What the other writes take does not count.
        let _held = client.observer().deadline().hold();
        Self {
            cached: wait.until(client.observer(), None, lane).await,
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
