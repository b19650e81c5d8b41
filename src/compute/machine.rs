//! The types of machines.

use crate::base::ResourceType;

/// The version of Microsoft.Compute that is spoken here; nothing of it is newer than 2025-04-01.
pub const API_VERSION: &str = "2026-04-01";

/// The type of virtual machines.
pub const VIRTUAL_MACHINE: ResourceType = ResourceType {
    namespace: "Microsoft.Compute",
    name: "virtualMachines",
    label: "virtual machine",
    name_rule: "it must have 1 to 80 characters, none of them white space or one of / \\ ? # % & \" ' < > \
                : * |, and must not end in '.'.",
    name_is_valid,
};

/// The type of virtual machine scale sets.
pub const SCALE_SET: ResourceType = ResourceType {
    namespace: "Microsoft.Compute",
    name: "virtualMachineScaleSets",
    label: "virtual machine scale set",
    ..VIRTUAL_MACHINE
};

/// Machines are only ever looked up here, and Azure's rules for their names differ by kind and
/// age: what can be in a path may be a name.
fn name_is_valid(name: &str) -> bool {
    (1..=80).contains(&name.chars().count())
        && !name.ends_with('.')
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "/\\?#%&\"'<>:*|".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_machines() {
        for good in ["myVM", "a", "web-01", "_x", "a.b", "vm(1)"] {
            assert!(name_is_valid(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a b",
            "vm.",
            "a?b",
            "a%2fb",
            &"a".repeat(81),
        ] {
            assert!(!name_is_valid(bad), "{bad}");
        }
    }
}
