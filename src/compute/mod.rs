//! The managed identity of virtual machines and scale sets: read, changed, and nothing lost.

mod attempts;
mod change;
mod failure;
mod instances;
mod model;
mod read;
mod references;
mod settle;
mod update;

pub use change::{Change, IdentityType, Patch, Refused, State, plan};
pub use instances::Upgrade;
pub use model::{
    API_VERSION, AssignedIdentity, Existence, MachineIdentity, MachineKind, SCALE_SET,
    VIRTUAL_MACHINE,
};
pub use read::{get, get_whole, list, list_whole};
pub use references::check as check_references;
pub use settle::wait;
pub(crate) use update::removal_effect;
pub use update::{Update, Wanted, plan_update, update};
