//! Role assignments, application permissions, references to identities, and deletion of an identity
//! with its assignments.

mod app_role;
mod app_role_assign;
mod app_role_assignment;
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

pub use app_role::{Api, AppRole, MICROSOFT_GRAPH, WELL_KNOWN_APIS, api};
pub use app_role_assign::{AssignAppRole, assign_app_role, plan_assign_app_role};
pub use app_role_assignment::{
    AppRoleAssignment, AppRoleAssignments, FindAppRoles, RevokeAppRole, app_role_assignments,
    plan_revoke_app_role, revoke_app_role,
};
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
