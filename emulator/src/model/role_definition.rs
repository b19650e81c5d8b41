//! Role definitions of one's own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::builtin_roles::{self, Role};
use crate::base::clock::{Millis, iso_time};
use crate::base::seed;

/// The type in `properties` of one's own roles.
pub(crate) const CUSTOM: &str = "CustomRole";
/// That of Azure's.
pub(crate) const BUILT_IN: &str = "BuiltInRole";

/// A role of one's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleDefinition {
    /// A GUID.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) assignable_scopes: Vec<String>,
    pub(crate) created: Millis,
    pub(crate) updated: Millis,
}

/// What a role allows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Permission {
    pub(crate) actions: Vec<String>,
    pub(crate) not_actions: Vec<String>,
    pub(crate) data_actions: Vec<String>,
    pub(crate) not_data_actions: Vec<String>,
}

impl RoleDefinition {
    /// What `properties` has.
    pub(crate) fn properties(&self) -> Value {
        json!({
            "roleName": self.name,
            "type": CUSTOM,
            "description": self.description,
            "assignableScopes": self.assignable_scopes,
            "permissions": self.permissions,
            "createdOn": iso_time(self.created),
            "updatedOn": iso_time(self.updated),
            "createdBy": seed::PRINCIPAL_ID,
            "updatedBy": seed::PRINCIPAL_ID,
        })
    }

    /// Whether it can be assigned at what has that key.
    pub(crate) fn is_assignable_at(&self, key: &str) -> bool {
        self.assignable_scopes.iter().any(|scope| {
            key.strip_prefix(&scope.to_lowercase())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Whether it can be assigned at something in what has that key.
    pub(crate) fn is_assignable_below(&self, key: &str) -> bool {
        self.assignable_scopes.iter().any(|scope| {
            scope
                .to_lowercase()
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    }
}

/// A role, whoever made it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AnyRole<'a> {
    BuiltIn(&'static Role),
    Custom(&'a RoleDefinition),
}

impl AnyRole<'_> {
    pub(crate) fn id(&self) -> &str {
        match self {
            AnyRole::BuiltIn(role) => role.id,
            AnyRole::Custom(role) => &role.id,
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            AnyRole::BuiltIn(role) => role.name,
            AnyRole::Custom(role) => &role.name,
        }
    }

    /// The type in `properties`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            AnyRole::BuiltIn(_) => BUILT_IN,
            AnyRole::Custom(_) => CUSTOM,
        }
    }

    pub(crate) fn properties(&self) -> Value {
        match self {
            AnyRole::BuiltIn(role) => role.properties(),
            AnyRole::Custom(role) => role.properties(),
        }
    }

    /// `prefix` is the subscription that it is looked at from, or nothing.
    pub(crate) fn body(&self, prefix: &str) -> Value {
        json!({
            "id": builtin_roles::id(prefix, self.id()),
            "type": "Microsoft.Authorization/roleDefinitions",
            "name": self.id(),
            "properties": self.properties(),
        })
    }
}
