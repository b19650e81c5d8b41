//! Whether an identity can be assigned to a resource.

use super::model::{UserAssignedIdentity, normal_location};
use crate::base::same_name;

/// Why an identity can't be assigned to a resource. Source: Entra's documentation, "Assignment
/// restriction for managed identities" and "Isolation scope for user-assigned managed identities".
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is for other providers or types: for these.
    Restricted(Vec<String>),
    /// It is for its own region, this one.
    Elsewhere(String),
}

impl UserAssignedIdentity {
    /// Why Azure refuses to assign it to a resource of a type in a region, as far as it is known: what
    /// has no region, or is global, may have any.
    pub(crate) fn refusal(&self, kind: &str, location: &str) -> Option<Refusal> {
        let allowed = &self.properties.assignment_restriction;
        let namespace = kind.split('/').next().unwrap_or_default();
        let is_it = |one: &String| same_name(one, kind) || same_name(one, namespace);
        if !allowed.is_empty() && !allowed.iter().any(is_it) {
            return Some(Refusal::Restricted(allowed.clone()));
        }
        let is_regional = self.properties.isolation_scope.as_deref() == Some("Regional");
        let location = normal_location(location);
        let own = normal_location(&self.location);
        let is_elsewhere = !["", "global", &own].contains(&location.as_str());
        (is_regional && is_elsewhere).then_some(Refusal::Elsewhere(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_known_before_the_write() {
        let identity = |allowed: &[&str], scope: &str| -> UserAssignedIdentity {
            serde_json::from_value(serde_json::json!({
                "id": "/x", "name": "id1", "type": "t", "location": "westus",
                "properties": {
                    "isolationScope": scope, "assignmentRestrictions": {"providers": allowed},
                },
            }))
            .unwrap()
        };
        const VM: &str = "Microsoft.Compute/virtualMachines";
        for allowed in [
            &[][..],
            &["microsoft.compute"],
            &["A.B", "Microsoft.compute/VirtualMachines"],
        ] {
            assert_eq!(
                identity(allowed, "None").refusal(VM, "eastus"),
                None,
                "{allowed:?}"
            );
        }
        let sets = identity(&["Microsoft.Compute/virtualMachineScaleSets"], "None");
        assert!(matches!(
            sets.refusal(VM, "westus"),
            Some(Refusal::Restricted(_))
        ));
        let regional = identity(&[], "Regional");
        for there in ["West US", "", "global"] {
            assert_eq!(regional.refusal(VM, there), None, "{there}");
        }
        let elsewhere = Refusal::Elsewhere("westus".to_owned());
        assert_eq!(regional.refusal(VM, "eastus"), Some(elsewhere));
    }
}
