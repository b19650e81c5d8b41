//! Resources as messages call them: by type and name, and not by id.

use std::fmt;

/// What people call a type of resource. Types that are not here go by their own names.
const LABELS: [(&str, &str); 8] = [
    ("Microsoft.Compute/virtualMachines", "virtual machine"),
    (
        "Microsoft.Compute/virtualMachineScaleSets",
        "virtual machine scale set",
    ),
    (
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "user-assigned identity",
    ),
    (
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "federated credential",
    ),
    (
        "Microsoft.ManagedIdentity/identities",
        "system-assigned identity",
    ),
    ("Microsoft.Authorization/roleAssignments", "role assignment"),
    ("Microsoft.Authorization/roleDefinitions", "role definition"),
    ("Microsoft.Resources/deployments", "deployment"),
];

/// What people call a type of resource; none for types that go by their own names.
pub(crate) fn label(kind: &str) -> Option<&'static str> {
    let mut known = LABELS.iter();
    known
        .find(|(known, _)| known.eq_ignore_ascii_case(kind))
        .map(|(_, label)| *label)
}

/// Where `providers` stands last among the parts of a path, the namespace after it, and the types
/// and names after that, in turn.
pub(crate) fn last_provider<'p, 'a>(
    parts: &'p [&'a str],
) -> Option<(usize, &'a str, &'p [&'a str])> {
    let is_providers = |part: &&str| part.eq_ignore_ascii_case("providers");
    let at = parts.iter().rposition(is_providers)?;
    let (namespace, rest) = parts[at + 1..].split_first()?;
    Some((at, namespace, rest))
}

/// The types of types and names in turn: `virtualMachines/extensions`.
pub(crate) fn every_other(parts: &[&str]) -> String {
    let types: Vec<&str> = parts.iter().step_by(2).copied().collect();
    types.join("/")
}

/// A resource by the parts of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceLabel<'a> {
    /// What its type is called.
    pub(crate) label: String,
    /// Its own name.
    pub(crate) name: &'a str,
    /// The resource that it belongs to, by name.
    pub(crate) parent: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
    pub(crate) subscription: Option<&'a str>,
}

impl<'a> ResourceLabel<'a> {
    /// Reads the id of a resource: `/…/providers/{namespace}/{type}/{name}/…`, of any depth.
    pub(crate) fn read(id: &'a str) -> Option<Self> {
        let parts: Vec<&str> = id.trim_matches('/').split('/').collect();
        let (at, namespace, pairs) = last_provider(&parts)?;
        if pairs.is_empty() || pairs.len() % 2 != 0 || parts.contains(&"") {
            return None;
        }
        let names: Vec<&str> = pairs.iter().skip(1).step_by(2).copied().collect();
        let kind = format!("{namespace}/{}", every_other(pairs));
        let label = label(&kind).map_or(kind, str::to_owned);
        let after = |name: &str| {
            let at = parts[..at]
                .iter()
                .position(|part| part.eq_ignore_ascii_case(name))?;
            parts.get(at + 1).copied()
        };
        Some(Self {
            label,
            name: names.last()?,
            parent: names.len().checked_sub(2).map(|before| names[before]),
            group: after("resourceGroups"),
            subscription: after("subscriptions"),
        })
    }

    /// "virtual machine 'vm1'".
    pub(crate) fn short(&self) -> String {
        format!("{} '{}'", self.label, self.name)
    }
}

/// "virtual machine 'vm1' in resource group 'rg1'".
impl fmt::Display for ResourceLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())?;
        if let Some(parent) = self.parent {
            write!(f, " of '{parent}'")?;
        }
        match (self.group, self.subscription) {
            (Some(group), _) => write!(f, " in resource group '{group}'"),
            (None, Some(subscription)) => write!(f, " in subscription {subscription}"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_goes_by_type_and_name() {
        let group = "/subscriptions/s/resourcegroups/rg1/providers";
        let cases = [
            (
                format!("{group}/microsoft.compute/VirtualMachines/vm1"),
                "virtual machine 'vm1' in resource group 'rg1'",
            ),
            (
                format!(
                    "{group}/Microsoft.ManagedIdentity/userAssignedIdentities/id1/\
                     federatedIdentityCredentials/main"
                ),
                "federated credential 'main' of 'id1' in resource group 'rg1'",
            ),
            (
                format!("{group}/Microsoft.Web/sites/a/slots/b"),
                "Microsoft.Web/sites/slots 'b' of 'a' in resource group 'rg1'",
            ),
            (
                "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/g".to_owned(),
                "role assignment 'g' in subscription s",
            ),
        ];
        for (id, words) in cases {
            assert_eq!(ResourceLabel::read(&id).unwrap().to_string(), words);
        }
        for other in [
            "",
            "x",
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups/g",
        ] {
            assert_eq!(ResourceLabel::read(other), None, "{other}");
        }
        let list = format!("{group}/Microsoft.Compute/virtualMachines");
        assert_eq!(ResourceLabel::read(&list), None);
    }
}
