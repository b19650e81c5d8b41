//! User-assigned identities.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::resource::{Resource, Tags};
use crate::base::clock::Millis;
use crate::base::seed;

/// The resource type of a user-assigned identity.
pub(crate) const KIND: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

/// The first version that has `isolationScope`.
pub(crate) const ISOLATION_SINCE: &str = "2024-11-30";

/// The first preview and the first stable version that have `assignmentRestrictions`; the stable one
/// before, 2026-04-30, has not. Source: the service's specification.
const RESTRICTIONS_PREVIEW: &str = "2025-05-31-preview";
const RESTRICTIONS_SINCE: &str = "2026-05-31";

/// Whether a version has `assignmentRestrictions`.
pub(crate) fn has_restrictions(api_version: &str) -> bool {
    api_version >= RESTRICTIONS_SINCE || api_version == RESTRICTIONS_PREVIEW
}

/// A user-assigned identity.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserAssignedIdentity {
    pub(crate) subscription: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Tags,
    pub(crate) isolation_scope: String,
    /// The resource providers and types that it can be assigned to: all, if there are none. None
    /// until they are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) assignment_restrictions: Option<Vec<String>>,
    pub(crate) principal_id: String,
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) created: Millis,
}

impl UserAssignedIdentity {
    /// With `resourcegroups` in lower case, as this provider writes it (and no other does).
    pub(crate) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourcegroups/{}/providers/{KIND}/{}",
            self.subscription, self.group, self.name
        )
    }

    pub(crate) fn body(&self, api_version: &str) -> Value {
        let mut body = json!({
            "id": self.id(),
            "name": self.name,
            "type": KIND,
            "location": self.location,
            "tags": self.tags,
            "properties": {
                "tenantId": seed::TENANT_ID,
                "principalId": self.principal_id,
                "clientId": self.client_id,
            },
        });
        if api_version >= ISOLATION_SINCE {
            body["properties"]["isolationScope"] = json!(self.isolation_scope);
        }
        if let Some(providers) = &self.assignment_restrictions
            && has_restrictions(api_version)
        {
            body["properties"]["assignmentRestrictions"] = json!({ "providers": providers });
        }
        body
    }

    /// Whether it can be assigned to resources of a type, by its restrictions.
    pub(crate) fn allows(&self, kind: &str) -> bool {
        let namespace = kind.split('/').next().unwrap_or_default();
        let providers = self.assignment_restrictions.as_deref().unwrap_or_default();
        providers.is_empty()
            || providers.iter().any(|allowed| {
                [namespace, kind]
                    .iter()
                    .any(|one| one.eq_ignore_ascii_case(allowed))
            })
    }
}

impl Resource for UserAssignedIdentity {
    fn id(&self) -> String {
        self.id()
    }

    fn subscription(&self) -> &str {
        &self.subscription
    }

    fn group(&self) -> &str {
        &self.group
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &str {
        KIND
    }

    fn location(&self) -> &str {
        &self.location
    }

    fn tags(&self) -> Option<&Tags> {
        Some(&self.tags)
    }

    fn to_json(&self) -> Value {
        self.body(RESTRICTIONS_SINCE)
    }
}
