use serde::{Deserialize, Deserializer};

use super::change::{IdentityType, State};
use crate::base::{ResourceId, ResourceType};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// The version of Microsoft.Compute that is spoken here.
pub const API_VERSION: &str = "2025-04-01";

/// What identities can be assigned to. Both kinds are read and changed in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineKind {
    /// A virtual machine.
    VirtualMachine,
    /// A virtual machine scale set.
    ScaleSet,
}

impl MachineKind {
    /// The type of resource.
    pub fn resource_type(self) -> ResourceType {
        match self {
            Self::VirtualMachine => VIRTUAL_MACHINE,
            Self::ScaleSet => SCALE_SET,
        }
    }
}

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

/// The identity of a virtual machine or scale set, and what is needed to change it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WireMachine")]
pub struct MachineIdentity {
    /// The machine's resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub location: String,
    /// Its version, for conditional writes; empty when Azure did not say.
    pub etag: String,
    /// `Succeeded`, `Updating`, `Failed`, …; Azure leaves it out when all is well.
    pub provisioning_state: String,
    /// Which kinds of identity it has.
    pub identity_type: IdentityType,
    /// The system-assigned identity's object id; empty when there is none.
    pub principal_id: String,
    /// The system-assigned identity's tenant; empty when there is none.
    pub tenant_id: String,
    /// The user-assigned identities.
    pub assigned: Vec<AssignedIdentity>,
    /// How a scale set's instances take a new model: `Manual`, `Automatic` or `Rolling`; empty
    /// for a virtual machine.
    pub upgrade_mode: String,
}

/// A user-assigned identity on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedIdentity {
    /// Its resource id, in the casing in which Compute holds it.
    pub id: String,
    /// The object id of its service principal; empty until Azure has resolved it.
    pub principal_id: String,
    /// Its application id; empty until Azure has resolved it.
    pub client_id: String,
    /// Whether the identity itself still exists.
    pub existence: Existence,
}

/// Whether an identity that a machine refers to still exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existence {
    /// Not checked, or the sign-in is not allowed to check.
    #[default]
    Unknown,
    /// It does.
    Exists,
    /// It was deleted: the reference is dead, and Azure refuses every change of the machine.
    Missing,
}

impl MachineIdentity {
    /// What a change starts from.
    pub fn state(&self) -> State {
        let ids = |wanted: fn(&AssignedIdentity) -> bool| {
            let chosen = self.assigned.iter().filter(|assigned| wanted(assigned));
            chosen.map(|assigned| assigned.id.clone()).collect()
        };
        State {
            system_assigned: self.identity_type.has_system_assigned(),
            user_assigned: ids(|_| true),
            missing: ids(|assigned| assigned.existence == Existence::Missing),
        }
    }

    /// Whether the last change of the machine ended well.
    pub(super) fn is_ready(&self) -> bool {
        self.provisioning_state.eq_ignore_ascii_case("Succeeded")
    }

    /// Whether Azure is at work on the machine.
    pub fn is_changing(&self) -> bool {
        !["Succeeded", "Failed", "Canceled"]
            .iter()
            .any(|end| self.provisioning_state.eq_ignore_ascii_case(end))
    }
}

impl AssignedIdentity {
    /// Its name: the last part of its id.
    pub fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or_default()
    }

    /// The parts of its id; `None` when it is not that of a user-assigned identity.
    pub fn resource_id(&self) -> Option<ResourceId> {
        ResourceId::read(USER_ASSIGNED_IDENTITY, &self.id)
    }
}

/// A machine as Compute sends it.
#[derive(Deserialize)]
struct WireMachine {
    id: String,
    name: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    identity: Option<WireIdentity>,
    #[serde(default)]
    properties: Option<WireProperties>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireIdentity {
    #[serde(rename = "type")]
    kind: Option<String>,
    principal_id: Option<String>,
    tenant_id: Option<String>,
    #[serde(deserialize_with = "in_order")]
    user_assigned_identities: Vec<(String, WireAssigned)>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireAssigned {
    principal_id: Option<String>,
    client_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireProperties {
    provisioning_state: Option<String>,
    upgrade_policy: WireUpgradePolicy,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireUpgradePolicy {
    mode: Option<String>,
}

/// The map of assigned identities in the order in which Azure sends it; it may be null.
fn in_order<'de, D>(deserializer: D) -> Result<Vec<(String, WireAssigned)>, D::Error>
where
    D: Deserializer<'de>,
{
    struct InOrder;
    impl<'de> serde::de::Visitor<'de> for InOrder {
        type Value = Vec<(String, WireAssigned)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a map of identities by resource id")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_map<A>(self, mut map: A) -> Result<Self::Value, A::Error>
        where
            A: serde::de::MapAccess<'de>,
        {
            let mut all = Vec::new();
            while let Some((id, assigned)) = map.next_entry::<String, Option<WireAssigned>>()? {
                all.push((id, assigned.unwrap_or_default()));
            }
            Ok(all)
        }
    }
    deserializer.deserialize_any(InOrder)
}

impl From<WireMachine> for MachineIdentity {
    fn from(machine: WireMachine) -> Self {
        let identity = machine.identity.unwrap_or_default();
        let properties = machine.properties.unwrap_or_default();
        let assigned = identity.user_assigned_identities.into_iter();
        Self {
            id: machine.id,
            name: machine.name,
            location: machine.location,
            etag: machine.etag.unwrap_or_default(),
            provisioning_state: properties
                .provisioning_state
                .unwrap_or_else(|| "Succeeded".to_owned()),
            identity_type: IdentityType::read(identity.kind.as_deref().unwrap_or_default()),
            principal_id: identity.principal_id.unwrap_or_default(),
            tenant_id: identity.tenant_id.unwrap_or_default(),
            assigned: assigned
                .map(|(id, assigned)| AssignedIdentity {
                    id,
                    principal_id: assigned.principal_id.unwrap_or_default(),
                    client_id: assigned.client_id.unwrap_or_default(),
                    existence: Existence::Unknown,
                })
                .collect(),
            upgrade_mode: properties.upgrade_policy.mode.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> MachineIdentity {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_machine_without_identity_has_none() {
        let vm = read(r#"{"id":"/x","name":"vm1","location":"eastus","properties":{}}"#);
        assert_eq!(vm.identity_type, IdentityType::None);
        assert_eq!(vm.provisioning_state, "Succeeded");
        assert!(vm.assigned.is_empty());
    }

    #[test]
    fn an_identity_that_was_just_added_has_no_ids_yet() {
        let vm = read(
            r#"{"id":"/x","name":"vm1","etag":"\"2\"","properties":{"provisioningState":"Updating"},
                "identity":{"type":"SystemAssigned, UserAssigned","principalId":"p","tenantId":"t",
                "userAssignedIdentities":{"/b":{},"/a":{"principalId":"q","clientId":"c"}}}}"#,
        );
        assert_eq!(vm.identity_type, IdentityType::SystemAndUserAssigned);
        assert_eq!(vm.assigned[0].id, "/b");
        assert_eq!(vm.assigned[0].principal_id, "");
        assert_eq!(vm.assigned[1].client_id, "c");
        assert_eq!(vm.etag, "\"2\"");
    }

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
