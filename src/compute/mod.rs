//! The managed identity of virtual machines: read, changed, and nothing lost.

mod change;
mod model;
mod read;
mod update;

pub use change::{Change, IdentityType, Patch, Refused, State, plan};
pub use model::{API_VERSION, AssignedIdentity, VIRTUAL_MACHINE, VmIdentity};
pub use read::{get, list};
pub use update::{Update, Wanted, plan_update, update};
