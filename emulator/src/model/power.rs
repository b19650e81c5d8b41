//! Whether machines are on.

use serde::{Deserialize, Serialize};

/// Whether a machine is on, or on its way to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Power {
    Starting,
    #[default]
    Running,
    Stopping,
    /// Off, and still paid for.
    Stopped,
    Deallocating,
    Deallocated,
}

impl Power {
    /// The code and the display status in an instance view.
    pub(crate) fn status(self) -> (&'static str, &'static str) {
        match self {
            Power::Starting => ("PowerState/starting", "VM starting"),
            Power::Running => ("PowerState/running", "VM running"),
            Power::Stopping => ("PowerState/stopping", "VM stopping"),
            Power::Stopped => ("PowerState/stopped", "VM stopped"),
            Power::Deallocating => ("PowerState/deallocating", "VM deallocating"),
            Power::Deallocated => ("PowerState/deallocated", "VM deallocated"),
        }
    }
}
