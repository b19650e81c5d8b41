//! Panics on demand, for the test of what becomes of them. Compiled with the feature `fuzzing` alone.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Where in an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Before it does anything.
    Begin,
    /// With its first message: a response has arrived, and the operation holds its locks.
    Message,
}

thread_local! {
    static EXPORT: Cell<bool> = const { Cell::new(false) };
}

static OPERATIONS: Mutex<BTreeSet<(u64, Place)>> = Mutex::new(BTreeSet::new());

/// The next call that this thread makes panics.
pub fn in_next_call() {
    EXPORT.set(true);
}

/// The operation with this tag panics, once.
pub fn in_operation(tag: u64, place: Place) {
    let mut armed = OPERATIONS.lock().unwrap_or_else(PoisonError::into_inner);
    armed.insert((tag, place));
}

pub(super) fn here_in_call() {
    assert!(!EXPORT.replace(false), "on purpose, in a call");
}

pub(super) fn here_in_operation(tag: u64, place: Place) {
    let armed = OPERATIONS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&(tag, place));
    assert!(!armed, "on purpose, in an operation");
}
