//! The identities that a machine has.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base::clock::Millis;
use crate::base::seed;

/// The identities of a machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assignment {
    pub(crate) system: Option<SystemAssigned>,
    /// In the order in which they were added.
    pub(crate) user: Vec<Reference>,
}

/// An identity that lives and dies with its machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SystemAssigned {
    pub(crate) principal_id: String,
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) created: Millis,
}

/// A user-assigned identity, by its id. That the identity itself is deleted changes nothing here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    /// With `/resourceGroups/`, as the compute provider writes it.
    pub(crate) id: String,
    /// Unknown until the operation that added it ends.
    pub(crate) known: Option<Known>,
}

/// What the compute provider knows of an identity that it has taken on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Known {
    pub(crate) principal_id: String,
    pub(crate) client_id: String,
}

/// A parsed `type`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct IdentityType {
    pub(crate) system: bool,
    pub(crate) user: bool,
}

impl IdentityType {
    /// `SystemAssigned`, `UserAssigned`, both with a comma, or `None`, in any casing and with or
    /// without the space.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut found = IdentityType {
            system: false,
            user: false,
        };
        let parts: Vec<String> = text.split(',').map(|p| p.trim().to_lowercase()).collect();
        if parts == ["none"] {
            return Some(found);
        }
        for part in parts {
            match part.as_str() {
                "systemassigned" => found.system = true,
                "userassigned" => found.user = true,
                _ => return None,
            }
        }
        Some(found)
    }

    pub(crate) fn text(self) -> &'static str {
        match (self.system, self.user) {
            (true, true) => "SystemAssigned, UserAssigned",
            (true, false) => "SystemAssigned",
            (false, true) => "UserAssigned",
            (false, false) => "None",
        }
    }
}

impl Assignment {
    pub(crate) fn kind(&self) -> IdentityType {
        IdentityType {
            system: self.system.is_some(),
            user: !self.user.is_empty(),
        }
    }

    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.user
            .iter()
            .position(|reference| reference.id.eq_ignore_ascii_case(id))
    }

    /// The `identity` member of a reply; none when the machine has no identity.
    pub(crate) fn body(&self) -> Option<Value> {
        let kind = self.kind();
        if !kind.system && !kind.user {
            return None;
        }
        let mut body = json!({ "type": kind.text() });
        if let Some(system) = &self.system {
            body["principalId"] = json!(system.principal_id);
            body["tenantId"] = json!(seed::TENANT_ID);
        }
        if kind.user {
            let map: Map<String, Value> = self
                .user
                .iter()
                .map(|reference| {
                    let known = match &reference.known {
                        Some(known) => json!(known),
                        None => json!({}),
                    };
                    (reference.id.clone(), known)
                })
                .collect();
            body["userAssignedIdentities"] = Value::Object(map);
        }
        Some(body)
    }

    /// The ids that `before` has not.
    pub(crate) fn added_to<'a>(&'a self, before: &Assignment) -> Vec<&'a str> {
        self.user
            .iter()
            .filter(|reference| before.position(&reference.id).is_none())
            .map(|reference| reference.id.as_str())
            .collect()
    }
}
