//! Writes that must go one after the other, whatever connection they come by.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Mutex as Turn;

use super::client::Client;
use crate::base::{ResourceId, folded};

/// A lane for each resource, for this whole process; in it is what its writers hand on.
pub(crate) struct Lanes<T>(Mutex<HashMap<String, Weak<Turn<T>>>>);

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Default> Lanes<T> {
    /// The lane of a resource of the client's cloud: the same ids may exist in two clouds.
    pub(crate) fn of(&self, client: &Client, resource: &ResourceId) -> Arc<Turn<T>> {
        let host = client.url("/", "");
        self.named(&format!("{host} {}", folded(resource.as_str())))
    }

    /// The lane of that name. It is gone, and what is in it, when no writer is in it or waits.
    fn named(&self, name: &str) -> Arc<Turn<T>> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(name).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::default();
        lanes.insert(name.to_owned(), Arc::downgrade(&lane));
        lane
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_in_a_lane_and_lanes_beside_each_other() {
        let lanes = Lanes::<()>::default();
        let first = lanes.named("a").lock_owned().await;
        assert!(lanes.named("a").try_lock_owned().is_err());
        assert!(lanes.named("b").try_lock_owned().is_ok());
        drop(first);
        assert!(lanes.named("a").try_lock_owned().is_ok());
    }

    #[tokio::test]
    async fn what_is_known_goes_with_the_last_writer() {
        let lanes = Lanes::<Option<u8>>::default();
        let mut first = lanes.named("c").lock_owned().await;
        *first = Some(1);
        let waiting = lanes.named("c");
        drop(first);
        assert!(waiting.lock().await.is_some());
        drop(waiting);
        assert!(lanes.named("c").lock().await.is_none());
    }
}
