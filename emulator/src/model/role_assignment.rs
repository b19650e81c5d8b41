//! Role assignments.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::builtin_roles;
use super::principal::PrincipalType;
use crate::base::clock::{Millis, iso_time};
use crate::base::seed;

/// A role assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleAssignment {
    pub(crate) name: String,
    pub(crate) scope: String,
    pub(crate) subscription: String,
    /// The GUID of the role.
    pub(crate) role: String,
    pub(crate) principal_id: String,
    pub(crate) principal_type: PrincipalType,
    pub(crate) description: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) condition_version: Option<String>,
    pub(crate) delegated_managed_identity_resource_id: Option<String>,
    pub(crate) created: Millis,
    pub(crate) updated: Millis,
}

impl RoleAssignment {
    pub(crate) fn id(&self) -> String {
        format!(
            "{}/providers/Microsoft.Authorization/roleAssignments/{}",
            self.scope, self.name
        )
    }

    /// What `properties` has; `role` is the id of the role as it is shown there.
    pub(crate) fn properties(&self, role: &str) -> Value {
        json!({
            "roleDefinitionId": role,
            "principalId": self.principal_id,
            "principalType": self.principal_type.name(),
            "scope": self.scope,
            "condition": self.condition,
            "conditionVersion": self.condition_version,
            "createdOn": iso_time(self.created),
            "updatedOn": iso_time(self.updated),
            "createdBy": seed::PRINCIPAL_ID,
            "updatedBy": seed::PRINCIPAL_ID,
            "delegatedManagedIdentityResourceId": self.delegated_managed_identity_resource_id,
            "description": self.description,
        })
    }

    pub(crate) fn body(&self) -> Value {
        json!({
            "id": self.id(),
            "type": "Microsoft.Authorization/roleAssignments",
            "name": self.name,
            "properties": self.properties(&builtin_roles::id_in(&self.subscription, &self.role)),
        })
    }

    /// It holds at the scope, or above it or below.
    pub(crate) fn is_at(&self, scope: &str) -> bool {
        self.scope.eq_ignore_ascii_case(scope)
    }

    pub(crate) fn is_above(&self, scope: &str) -> bool {
        scope.starts_with(&format!("{}/", self.scope.to_lowercase()))
    }

    pub(crate) fn is_below(&self, scope: &str) -> bool {
        self.scope.to_lowercase().starts_with(&format!("{scope}/"))
    }
}
