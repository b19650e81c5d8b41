//! Policies that deny writes. They are settings of the emulator, not resources.

use serde::{Deserialize, Serialize};

use crate::base::seed;

/// A policy with the effect deny, and its assignment: both have its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Policy {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// Where it is assigned; without it, at the root of the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// What it is for; without any, for all that has a location.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resource_types: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) allowed_locations: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) required_tag: Option<String>,
    /// What people are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl Policy {
    pub(crate) fn display_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    /// Where it is assigned.
    pub(crate) fn scope(&self) -> String {
        self.scope.clone().unwrap_or_else(|| {
            format!(
                "/providers/Microsoft.Management/managementGroups/{}",
                seed::TENANT_ID
            )
        })
    }

    pub(crate) fn assignment_id(&self) -> String {
        format!(
            "{}/providers/Microsoft.Authorization/policyAssignments/{}",
            self.scope(),
            self.name
        )
    }

    /// Policies are defined where the subscription is, or at the root.
    pub(crate) fn definition_id(&self) -> String {
        let scope = self.scope();
        let parts: Vec<&str> = scope.split('/').take(3).collect();
        let place = match self.scope {
            Some(_) => parts.join("/"),
            None => scope,
        };
        format!(
            "{place}/providers/Microsoft.Authorization/policyDefinitions/{}",
            self.name
        )
    }

    /// It holds for what has that key.
    pub(crate) fn holds_at(&self, key: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| {
            key.strip_prefix(&scope.to_lowercase())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    pub(crate) fn is_for(&self, kind: &str) -> bool {
        self.resource_types.is_empty()
            || self
                .resource_types
                .iter()
                .any(|one| one.eq_ignore_ascii_case(kind))
    }
}
