//! Every state of identities that a resource has had, for tests of writers that race: what no
//! writer asked for must be in none of them.

use std::collections::VecDeque;

use serde::Serialize;

use crate::model::assignment::Assignment;

/// How many states are remembered of all resources; older ones go first.
const CAPACITY: usize = 100_000;

/// The identities of a resource after a write.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HistoryEntry {
    /// The resource's id.
    pub(crate) id: String,
    /// The ETag that the write gave it.
    pub(crate) etag: String,
    pub(crate) system_assigned: bool,
    /// The ids of its user-assigned identities.
    pub(crate) user_assigned: Vec<String>,
}

impl HistoryEntry {
    /// The state that a write led to.
    pub(crate) fn of(id: String, etag: String, identity: &Assignment) -> Self {
        HistoryEntry {
            id,
            etag,
            system_assigned: identity.system.is_some(),
            user_assigned: identity.user.iter().map(|one| one.id.clone()).collect(),
        }
    }
}

/// The last states, in the order in which they came about.
#[derive(Debug, Default)]
pub(crate) struct History {
    seen: VecDeque<HistoryEntry>,
}

impl History {
    pub(crate) fn add(&mut self, seen: HistoryEntry) {
        if self.seen.len() >= CAPACITY {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }

    pub(crate) fn clear(&mut self) {
        self.seen.clear();
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &HistoryEntry> {
        self.seen.iter()
    }
}
