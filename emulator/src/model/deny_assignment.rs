//! Deny assignments. In Azure only Azure itself makes them, for managed applications and deployment
//! stacks; here they are settings of the emulator.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::random;

/// Namespace and type.
const KIND: &str = "Microsoft.Authorization/denyAssignments";

/// What nobody but those excluded may do at a scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DenyAssignment {
    /// A GUID; a random one if none is named.
    #[serde(default = "random::guid")]
    pub(crate) id: String,
    pub(crate) name: String,
    /// A subscription, a group or a resource, and all that is in it.
    pub(crate) scope: String,
    /// With `*` for any text.
    pub(crate) actions: Vec<String>,
    #[serde(default)]
    not_actions: Vec<String>,
    /// The object ids of those that it does not hold for.
    #[serde(default)]
    exclude_principals: Vec<String>,
}

impl DenyAssignment {
    /// It holds for what has that key.
    pub(crate) fn holds_at(&self, key: &str) -> bool {
        key.strip_prefix(&self.scope.to_lowercase())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// It is on something in what has that key.
    pub(crate) fn is_below(&self, key: &str) -> bool {
        self.scope
            .to_lowercase()
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with('/'))
    }

    pub(crate) fn denies(&self, action: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|one| fits(one, action));
        any(&self.actions) && !any(&self.not_actions)
    }

    pub(crate) fn excludes(&self, principal: &str) -> bool {
        self.exclude_principals
            .iter()
            .any(|one| one.eq_ignore_ascii_case(principal))
    }

    pub(crate) fn body(&self) -> Value {
        let excluded: Vec<Value> = self
            .exclude_principals
            .iter()
            .map(|id| json!({ "id": id, "type": "ServicePrincipal" }))
            .collect();
        json!({
            "id": format!("{}/providers/{KIND}/{}", self.scope, self.id),
            "type": KIND,
            "name": self.id,
            "properties": {
                "denyAssignmentName": self.name,
                "description": "",
                "permissions": [{
                    "actions": self.actions,
                    "notActions": self.not_actions,
                    "dataActions": [],
                    "notDataActions": [],
                    "condition": null,
                    "conditionVersion": null,
                }],
                "scope": self.scope,
                "doNotApplyToChildScopes": false,
                "principals": [{
                    "id": "00000000-0000-0000-0000-000000000000",
                    "type": "SystemDefined",
                    "displayName": "All Principals",
                }],
                "excludePrincipals": excluded,
                "isSystemProtected": true,
            },
        })
    }
}

/// Whether an action fits a pattern with `*` for any text, in any casing.
fn fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| action.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    // What is behind the last `*` is the end.
    last.map_or(rest.is_empty(), |last| action.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        let action = "Microsoft.Compute/virtualMachines/write";
        for pattern in [
            "*",
            "*/write",
            "microsoft.compute/*",
            "Microsoft.Compute/*/write",
            action,
        ] {
            assert!(fits(pattern, action), "{pattern}");
        }
        for pattern in [
            "",
            "*/read",
            "Microsoft.Compute",
            "Microsoft.Network/*",
            "*/writ",
        ] {
            assert!(!fits(pattern, action), "{pattern}");
        }
    }
}
