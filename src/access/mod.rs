//! Who may do what, and who uses what: role assignments, references, and removal without a trace.

mod assign;
mod assignment;
mod group;
mod holder;
mod list;
mod place;
mod references;
mod removal;
mod replication;
mod role;
mod scope;
mod unused;
mod usage;

pub use assign::{Assign, assign, plan_assign};
pub use assignment::{Find, Revoke, RoleAssignment, find, plan_revoke, revoke};
pub use group::{
    GroupMember, Members, Membership, add_member, members, plan_add_member, plan_remove_member,
    remove_member,
};
pub use holder::Holder;
pub use list::{Identities, ListIdentities};
pub use place::Place;
pub use references::{FindReferences, Reference, ReferenceKind, Source, references};
pub use removal::{plan_remove_detached, plan_remove_unused, remove_detached, remove_unused};
pub use role::{Role, RoleDefinition, definitions};
pub use scope::AccessScope;
pub(crate) use unused::Used;
