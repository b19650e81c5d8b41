//! User-assigned managed identities.

mod assignable;
mod change;
mod create;
mod delete;
pub mod federated;
mod ids_in_text;
mod list;
mod model;
mod restriction;
mod revoke;
mod siblings;
mod system_assigned;
mod tags;
mod update;

pub(crate) use assignable::Refusal;
pub use create::{Create, create, plan_create};
pub(crate) use delete::deletion_effect;
pub use delete::{delete, plan_delete};
pub(crate) use ids_in_text::ids_in;
pub(crate) use list::{find, find_named, read};
pub use list::{get, list, search};
pub use model::{API_VERSION, USER_ASSIGNED_IDENTITY, UserAssignedIdentity};
pub use revoke::{plan_revoke_tokens, revoke_tokens};
pub use siblings::Siblings;
pub(crate) use system_assigned::cannot_have_identity;
pub use system_assigned::{SystemAssignedIdentity, system_assigned};
pub use update::{Update, plan_update, update};
