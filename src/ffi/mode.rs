//! Whether a change is carried out or only planned.

use crate::arm::Agreement;

/// A change, and what to do with it.
pub(super) struct Change<T> {
    pub(super) wanted: T,
    pub(super) mode: Mode,
}

/// What to do with a change.
pub(super) enum Mode {
    /// Only find out what it would do.
    Plan,
    /// Carry it out, within what was agreed to.
    CarryOut(Agreement),
}

impl<T> Change<T> {
    /// Whether only to find out what it would do.
    pub(super) fn is_plan(&self) -> bool {
        matches!(self.mode, Mode::Plan)
    }

    pub(super) fn map<U>(self, to: impl FnOnce(T) -> U) -> Change<U> {
        Change {
            wanted: to(self.wanted),
            mode: self.mode,
        }
    }
}
