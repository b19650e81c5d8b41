//! The managed identity of any resource: read, changed, and nothing lost.

mod attempts;
mod body;
mod change;
mod failure;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod hidden;
mod kinds;
mod model;
mod read;
mod readback;
mod references;
mod search;
mod settle;
mod subject;
mod update;
mod uses;
mod wanted;
mod way;
mod ways;
mod words;

pub(crate) use attempts::Attempts;
pub use change::{Change, IdentityType, Patch, Refused, State, plan};
pub use model::{AssignedIdentity, Existence, ResourceIdentity};
pub use read::{get, get_whole};
pub use references::check as check_references;
pub use search::search;
pub use settle::wait;
pub use subject::Named;
pub(crate) use subject::Subject;
pub(crate) use update::Checked;
pub use update::{plan_update, update};
pub use wanted::{Update, Wanted};
pub(crate) use ways::is_changeable;
pub use ways::{KnownType, known_types};
pub(crate) use words::removal_effect;
