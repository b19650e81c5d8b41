//! Handles: numbers instead of pointers, so that a stale one is an error and never a crash.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use once_cell::sync::Lazy;

use super::guard::Status;
use super::questions::Claim;
use super::queue::{GoOn, Queue};
use crate::arm::Client;
use crate::completion::Memory;

/// A client, and what it was asked for the words of command lines.
#[derive(Clone)]
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) memory: Arc<Memory>,
}

impl Connected {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            memory: Arc::default(),
        }
    }
}

/// The things of one kind that the host holds handles of.
pub(super) struct Registry<T> {
    items: Mutex<HashMap<u64, T>>,
}

/// One count for all kinds: a queue's handle is never a client's.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl<T> Registry<T> {
    fn new() -> Self {
        Self {
            items: Mutex::new(HashMap::new()),
        }
    }

    fn items(&self) -> MutexGuard<'_, HashMap<u64, T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, item: T) -> u64 {
        let handle = NEXT.fetch_add(1, Ordering::Relaxed);
        self.items().insert(handle, item);
        handle
    }

    pub(super) fn remove(&self, handle: u64) -> Result<T, Status> {
        self.items().remove(&handle).ok_or(Status::Handle)
    }

    pub(super) fn remove_all(&self) -> Vec<T> {
        let all = std::mem::take(&mut *self.items());
        all.into_values().collect()
    }
}

impl<T: Clone> Registry<T> {
    pub(super) fn get(&self, handle: u64) -> Result<T, Status> {
        self.items().get(&handle).cloned().ok_or(Status::Handle)
    }

    pub(super) fn all(&self) -> Vec<T> {
        self.items().values().cloned().collect()
    }
}

/// The host's queues.
pub(super) fn queues() -> &'static Registry<Arc<Queue>> {
    static QUEUES: Lazy<Registry<Arc<Queue>>> = Lazy::new(Registry::new);
    &QUEUES
}

/// The host's clients.
pub(super) fn clients() -> &'static Registry<Connected> {
    static CLIENTS: Lazy<Registry<Connected>> = Lazy::new(Registry::new);
    &CLIENTS
}

/// The questions that the host has taken up.
pub(super) fn questions() -> &'static Registry<Claim> {
    static QUESTIONS: Lazy<Registry<Claim>> = Lazy::new(Registry::new);
    &QUESTIONS
}

/// The guarded warnings that the host has taken and not answered.
pub(super) fn guards() -> &'static Registry<GoOn> {
    static GUARDS: Lazy<Registry<GoOn>> = Lazy::new(Registry::new);
    &GUARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_works_until_it_is_removed_and_never_again() {
        let registry = Registry::new();
        let handle = registry.insert("x");
        assert_ne!(handle, 0);
        assert_eq!(registry.get(handle), Ok("x"));
        assert_eq!(registry.remove(handle), Ok("x"));
        assert_eq!(registry.remove(handle), Err(Status::Handle));
        assert_ne!(registry.insert("y"), handle);
        assert_eq!(registry.remove_all(), ["y"]);
        assert_eq!(registry.all(), [""; 0]);
    }
}
