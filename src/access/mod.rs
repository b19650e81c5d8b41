//! Role assignments, references to identities, and deletion of an identity with its assignments.

mod assign;
mod assignment;
mod directory;
mod group;
mod list;
mod principal;
mod references;
mod removal;
mod replication;
mod role;
mod role_scope;
mod unused;
mod usage;

pub use assign::{Assign, assign, plan_assign};
pub use assignment::{Find, Revoke, RoleAssignment, find, plan_revoke, revoke};
pub use group::{
    GroupMember, Members, Membership, add_member, members, plan_add_member, plan_remove_member,
    remove_member,
};
pub use list::{Identities, ListIdentities};
pub use principal::Principal;
pub use references::{FindReferences, Reference, ReferenceKind, Source, references};
pub use removal::{plan_remove_detached, plan_remove_unused, remove_detached, remove_unused};
pub use role::{Role, RoleDefinition, definitions};
pub use role_scope::RoleScope;
