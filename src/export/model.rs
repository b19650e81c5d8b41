//! What goes into a template.

use crate::identity::UserAssignedIdentity;
use crate::identity::federated::FederatedCredential;

/// The identities of a resource group.
pub(super) struct Group {
    /// The group's id, in lower case.
    pub(super) id: String,
    pub(super) identities: Vec<ExportedIdentity>,
}

/// An identity, and what belongs to it.
pub(super) struct ExportedIdentity {
    pub(super) identity: UserAssignedIdentity,
    pub(super) credentials: Vec<FederatedCredential>,
    pub(super) roles: Vec<ExportedRole>,
}

/// A role that an identity has on something in the group.
pub(super) struct ExportedRole {
    /// The assignment's name, a GUID.
    pub(super) name: String,
    /// The GUID of the role.
    pub(super) role: String,
    pub(super) target: RoleTarget,
    pub(super) description: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) condition_version: Option<String>,
}

/// What a role is given on.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum RoleTarget {
    Group,
    /// A resource in the group: what comes after `/providers/` in its id.
    Resource(String),
}
