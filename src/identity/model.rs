use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::restriction::providers;
use crate::arm::EARLIER_IDENTITY_VERSION;
use crate::base::{Error, ResourceId, ResourceType, Result, null_is_empty};

/// The version of Microsoft.ManagedIdentity that is spoken here, the first stable one with
/// `assignmentRestrictions`.
pub const API_VERSION: &str = "2026-05-31";

/// The type of user-assigned identities.
pub const USER_ASSIGNED_IDENTITY: ResourceType = ResourceType {
    namespace: "Microsoft.ManagedIdentity",
    name: "userAssignedIdentities",
    label: "user-assigned identity",
    name_rule: "it must have 3 to 128 letters, digits, '-' or '_', and begin with a letter or a digit.",
    name_is_valid,
};

/// The rule of Azure's documentation; the service's specification has no pattern.
fn name_is_valid(name: &str) -> bool {
    (3..=128).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A user-assigned identity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UserAssignedIdentity {
    /// The resource id, as Azure writes it (with `/resourcegroups/` in lower case).
    pub id: String,
    /// The name.
    pub name: String,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities`.
    #[serde(rename = "type", deserialize_with = "known_casing")]
    pub resource_type: String,
    /// The region.
    pub location: String,
    /// The tags.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What Azure makes of it.
    #[serde(default)]
    pub properties: Properties,
}

/// What Azure makes of an identity. A member is empty when Azure left it out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Properties {
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// The object id of its service principal.
    pub principal_id: String,
    /// Its application id.
    pub client_id: String,
    /// `None` or `Regional`.
    pub isolation_scope: Option<String>,
    /// The resource providers and resource types that it can be assigned to; empty for all.
    #[serde(rename = "assignmentRestrictions", deserialize_with = "providers")]
    pub assignment_restriction: Vec<String>,
}

/// Resource Graph has all types in lower case.
fn known_casing<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<String, D::Error> {
    String::deserialize(deserializer).map(|given| USER_ASSIGNED_IDENTITY.in_its_casing(given))
}

impl UserAssignedIdentity {
    /// The oldest version that a template of it can name.
    pub(crate) fn template_version(&self) -> &'static str {
        match self.properties.assignment_restriction.is_empty() {
            true => EARLIER_IDENTITY_VERSION,
            false => API_VERSION,
        }
    }

    /// The parts of its id; `None` when Azure's id is not of this type.
    pub fn resource_id(&self) -> Option<ResourceId> {
        ResourceId::read(USER_ASSIGNED_IDENTITY, &self.id)
    }
}

/// The isolation scope in Azure's spelling.
///
/// # Errors
/// `InvalidIsolationScope`, which names the rule.
pub(super) fn isolation_scope(given: Option<&str>) -> Result<Option<&'static str>> {
    let Some(given) = given else {
        return Ok(None);
    };
    ["None", "Regional"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(given))
        .map(Some)
        .ok_or_else(|| {
            Error::invalid(
                "InvalidIsolationScope",
                "IsolationScope",
                given,
                "it must be None or Regional.",
            )
        })
}

/// A region as Azure compares it: "Central US" is `centralus`.
pub(super) fn normal_location(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_documented_rule() {
        let long = "a".repeat(128);
        for good in ["abc", "0-_", "a_b-C9", &long] {
            assert!(name_is_valid(good), "{good}");
        }
        let too_long = "a".repeat(129);
        for bad in [
            "", "ab", &too_long, "-ab", "_ab", "a b", "a.b", "äbc", "ab/",
        ] {
            assert!(!name_is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn what_azure_sends_is_read() {
        let identity: UserAssignedIdentity = serde_json::from_str(
            r#"{"location":"centralus","tags":null,"id":"/x","name":"id1",
                "type":"Microsoft.ManagedIdentity/userAssignedIdentities",
                "properties":{"tenantId":"t","principalId":"p","clientId":"c"}}"#,
        )
        .unwrap();
        assert!(identity.tags.is_empty());
        let of_graph = r#"{"location":"x","id":"/x","name":"id1","properties":{},
            "type":"microsoft.managedidentity/userassignedidentities"}"#;
        let of_graph: UserAssignedIdentity = serde_json::from_str(of_graph).unwrap();
        assert_eq!(of_graph.resource_type, identity.resource_type);
        assert_eq!(identity.properties.client_id, "c");
        assert_eq!(identity.properties.isolation_scope, None);
    }
}
