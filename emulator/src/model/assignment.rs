//! The identities that a resource has.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::clock::Millis;
use crate::base::json::object;
use crate::base::seed;

/// The identities of a resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assignment {
    pub(crate) system: Option<SystemAssigned>,
    /// In the order in which they were added.
    pub(crate) user: Vec<Reference>,
}

/// An identity that lives and dies with its resource.
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
    /// With `/resourceGroups/`, as the compute provider writes it and most others do.
    pub(crate) id: String,
    /// Unknown until the operation that added it ends.
    pub(crate) known: Option<Known>,
}

/// What a provider knows of an identity that it has taken on.
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
        Spelling::SPACED.of(self)
    }
}

/// How a provider spells the kinds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spelling {
    pub(crate) system: &'static str,
    pub(crate) user: &'static str,
    pub(crate) both: &'static str,
}

impl Spelling {
    /// `, ` between the kinds.
    pub(crate) const SPACED: Spelling = Spelling {
        system: "SystemAssigned",
        user: "UserAssigned",
        both: "SystemAssigned, UserAssigned",
    };
    /// `,` between the kinds.
    pub(crate) const TIGHT: Spelling = Spelling {
        both: "SystemAssigned,UserAssigned",
        ..Spelling::SPACED
    };

    fn of(&self, kind: IdentityType) -> &'static str {
        match (kind.system, kind.user) {
            (true, true) => self.both,
            (true, false) => self.system,
            (false, true) => self.user,
            (false, false) => "None",
        }
    }
}

/// How the keys of the map of user-assigned identities are cased.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Keys {
    /// As Azure usually writes ids.
    Usual,
    /// With `microsoft.managedidentity/userassignedidentities`.
    LowerType,
    /// With `resourcegroups`.
    LowerGroups,
}

impl Keys {
    fn of(self, id: &str) -> String {
        match self {
            Keys::Usual => id.to_owned(),
            Keys::LowerType => match (id.split_once("/providers/"), id.rsplit_once('/')) {
                (Some((scope, _)), Some((whole, name))) => {
                    let kind = whole.get(scope.len()..).unwrap_or_default();
                    format!("{scope}{}/{name}", kind.to_lowercase())
                }
                _ => id.to_owned(),
            },
            Keys::LowerGroups => id.replacen("/resourceGroups/", "/resourcegroups/", 1),
        }
    }
}

/// How a provider shows the identities of a resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct IdentityView {
    pub(crate) spelling: Spelling,
    /// A resource without identities has `{"type":"None"}`, and not no such member.
    pub(crate) none_shown: bool,
    pub(crate) keys: Keys,
    /// With user-assigned identities alone there is a `tenantId`.
    pub(crate) tenant_with_user: bool,
    /// With user-assigned identities alone there is the `principalId` of the first.
    pub(crate) principal_with_user: bool,
    /// The values of the map never have members.
    pub(crate) empty_values: bool,
    /// Principals are shown; in the answer to a write of some providers they are not.
    pub(crate) principals: bool,
    /// The map is shown; in the answer to a write of some providers it is not.
    pub(crate) map: bool,
}

impl IdentityView {
    /// As the compute provider shows them, and most others do.
    pub(crate) const USUAL: IdentityView = IdentityView {
        spelling: Spelling::SPACED,
        none_shown: false,
        keys: Keys::Usual,
        tenant_with_user: false,
        principal_with_user: false,
        empty_values: false,
        principals: true,
        map: true,
    };
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

    /// The `identity` member of a machine in a reply; none when it has no identity.
    pub(crate) fn body(&self) -> Option<Value> {
        self.shown(&IdentityView::USUAL)
    }

    /// The `identity` member of a reply.
    pub(crate) fn shown(&self, view: &IdentityView) -> Option<Value> {
        let kind = self.kind();
        if !kind.system && !kind.user {
            return view.none_shown.then(|| json!({ "type": "None" }));
        }
        let mut body = json!({ "type": view.spelling.of(kind) });
        if let Some(system) = &self.system {
            body["tenantId"] = json!(seed::TENANT_ID);
            if view.principals {
                body["principalId"] = json!(system.principal_id);
            }
        } else if view.tenant_with_user {
            body["tenantId"] = json!(seed::TENANT_ID);
        }
        if view.principal_with_user
            && self.system.is_none()
            && let Some(known) = self.user.first().and_then(|first| first.known.as_ref())
        {
            body["principalId"] = json!(known.principal_id);
            body["tenantId"] = json!(seed::TENANT_ID);
        }
        if kind.user && view.map {
            let map = self.user.iter().map(|reference| {
                let known = match &reference.known {
                    Some(known) if view.principals && !view.empty_values => json!(known),
                    _ => json!({}),
                };
                (view.keys.of(&reference.id), known)
            });
            body["userAssignedIdentities"] = Value::Object(object(map));
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
