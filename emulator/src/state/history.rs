//! Every state of identities that a machine has had, for tests of writers that race: what no
//! writer asked for must be in none of them.

use std::collections::VecDeque;

use serde::Serialize;

/// How many states are kept over all machines; older ones go first.
const KEPT: usize = 100_000;

/// The identities of a machine after a write.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seen {
    /// The machine's id.
    pub(crate) id: String,
    /// The ETag that the write gave it.
    pub(crate) etag: String,
    pub(crate) system_assigned: bool,
    /// The ids of its user-assigned identities.
    pub(crate) user_assigned: Vec<String>,
}

/// The last states, in the order in which they came about.
#[derive(Debug, Default)]
pub(crate) struct History {
    seen: VecDeque<Seen>,
}

impl History {
    pub(crate) fn add(&mut self, seen: Seen) {
        if self.seen.len() >= KEPT {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }

    pub(crate) fn clear(&mut self) {
        self.seen.clear();
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter()
    }
}
