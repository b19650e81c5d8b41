//! Management locks. One on a scope holds for all that is in it.

use super::deed::{Deed, Verb};
use crate::arm::error::ArmError;
use crate::model::lock::{KIND, Level, Lock};
use crate::state::World;

/// What a lock must forbid to stand against a deed, and what the error calls that.
fn forbidden(verb: &Verb, asks: bool) -> Option<(Level, &'static str)> {
    match verb {
        Verb::Read => None,
        Verb::Delete => Some((Level::CanNotDelete, "delete")),
        Verb::Write => Some((Level::ReadOnly, "write")),
        // A `POST` counts as a write, also one that lists keys.
        Verb::Action(name) if !asks || name.starts_with("list") => Some((Level::ReadOnly, "write")),
        Verb::Action(_) => None,
    }
}

/// 409 for what a lock forbids.
pub(super) fn check(world: &World, deed: &Deed) -> Result<(), ArmError> {
    let locks = &world.state.locks;
    // Locks do not lock themselves.
    if locks.is_empty() || deed.kind == KIND {
        return Ok(());
    }
    let Some((level, word)) = forbidden(&deed.verb, deed.asks) else {
        return Ok(());
    };
    let scope = deed.scope.to_lowercase();
    let stands = |lock: &&Lock| {
        let strict = level == Level::CanNotDelete || lock.level == Level::ReadOnly;
        // What is in it goes with what is deleted.
        let inside = level == Level::CanNotDelete && lock.is_below(&scope);
        strict && (lock.is_at_or_above(&scope) || inside)
    };
    let mut locked: Vec<&str> = Vec::new();
    for lock in locks.values().filter(stands) {
        if !locked.contains(&lock.scope.as_str()) {
            locked.push(&lock.scope);
        }
    }
    if locked.is_empty() {
        return Ok(());
    }
    Err(ArmError::new(
        409,
        "ScopeLocked",
        format!(
            "The scope '{}' cannot perform {word} operation because following scope(s) are locked: '{}'. Please remove the lock and try again.",
            deed.scope,
            locked.join(",")
        ),
    )
    .gateway())
}
