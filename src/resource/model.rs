use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::change::{IdentityType, State};
use super::ways;
use crate::arm::{Client, own_spelling_of_group};
use crate::base::{ResourceId, null_is_empty};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// The identity of a resource, and what is needed to change it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WireResource")]
pub struct ResourceIdentity {
    /// The resource's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type, with the namespace: `Microsoft.Web/sites/slots`.
    pub resource_type: String,
    /// Its resource group; empty when it is in none. The casing is the group's own, the id's may be
    /// another.
    pub resource_group: String,
    /// Its region; empty when it has none.
    pub location: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
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

/// A user-assigned identity on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedIdentity {
    /// Its resource id, in the casing in which the resource's provider holds it.
    pub id: String,
    /// The object id of its service principal; empty until Azure has resolved it.
    pub principal_id: String,
    /// Its application id; empty until Azure has resolved it.
    pub client_id: String,
    /// Whether the identity itself still exists.
    pub existence: Existence,
}

/// Whether an identity that a resource refers to still exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existence {
    /// Not checked, or the sign-in is not allowed to check.
    #[default]
    Unknown,
    /// It does.
    Exists,
    /// It was deleted: the reference is dead, and Azure refuses every change of the resource.
    Missing,
}

/// The states of a resource that is not being changed. Resource Manager's is `Succeeded`; the others
/// are those of types that have states of their own, in their specifications.
const AT_REST: [&str; 13] = [
    "Succeeded",
    "Activated",
    "Active",
    "Available",
    "Created",
    "Disabled",
    "Enabled",
    "Ok",
    "Online",
    "Ready",
    "SecurityDomainRestore",
    "Stopped",
    "Warning",
];

/// The states of a resource whose last change ended badly, in both spellings.
const FAILED: [&str; 4] = ["Failed", "Canceled", "Cancelled", "TimedOut"];

impl ResourceIdentity {
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

    /// Writes its resource group in the group's own casing.
    pub(crate) async fn spell_group(&mut self, client: &Client) {
        let subscription = ResourceId::read_any(&self.id);
        let subscription = subscription.as_ref().map_or("", ResourceId::subscription);
        self.resource_group =
            own_spelling_of_group(client, subscription, &self.resource_group).await;
    }

    /// Whether the last change of the resource ended well.
    pub(super) fn is_ready(&self) -> bool {
        self.is_in(&AT_REST)
    }

    /// Whether Azure is changing the resource.
    pub fn is_changing(&self) -> bool {
        !self.is_in(&AT_REST) && !self.is_in(&FAILED)
    }

    fn is_in(&self, states: &[&str]) -> bool {
        let mut states = states.iter();
        states.any(|state| self.provisioning_state.eq_ignore_ascii_case(state))
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

/// A resource as its provider sends it, or Resource Graph, which is asked for members of its properties
/// by names of their own.
#[derive(Deserialize)]
struct WireResource {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    location: String,
    #[serde(default, deserialize_with = "null_is_empty")]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    etag: Option<String>,
    /// The same as managed clusters and data factories spell it. Source: their specifications.
    #[serde(default, rename = "eTag")]
    etag_of_some: Option<String>,
    #[serde(default)]
    identity: Option<WireIdentity>,
    #[serde(default)]
    properties: Option<WireProperties>,
    #[serde(default, rename = "provisioningState")]
    provisioning_state: Option<String>,
    #[serde(default, rename = "upgradeMode")]
    upgrade_mode: Option<String>,
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

impl From<WireResource> for ResourceIdentity {
    fn from(resource: WireResource) -> Self {
        let identity = resource.identity.unwrap_or_default();
        let properties = resource.properties.unwrap_or_default();
        let assigned = identity.user_assigned_identities.into_iter();
        let identity_type = IdentityType::read(identity.kind.as_deref().unwrap_or_default());
        // Some types show the two beside user-assigned identities alone, too: container groups the
        // tenant, MySQL servers the principal. Source: recordings of azure-cli.
        let own = |id: Option<String>| {
            let id = id.filter(|_| identity_type.has_system_assigned());
            id.unwrap_or_default()
        };
        let id = ResourceId::read_any(&resource.id);
        Self {
            resource_type: id
                .as_ref()
                .map(|id| ways::spelt(id.type_name()))
                .unwrap_or_default(),
            resource_group: id
                .as_ref()
                .map(ResourceId::group)
                .unwrap_or_default()
                .to_owned(),
            // The name of what is in another resource comes with the other's: `app/staging`.
            name: match &id {
                Some(id) => id.full_name(),
                None => resource.name,
            },
            id: resource.id,
            location: resource.location,
            tags: resource.tags,
            etag: resource.etag.or(resource.etag_of_some).unwrap_or_default(),
            provisioning_state: properties
                .provisioning_state
                .or(resource.provisioning_state)
                .unwrap_or_else(|| "Succeeded".to_owned()),
            identity_type,
            principal_id: own(identity.principal_id),
            tenant_id: own(identity.tenant_id),
            assigned: assigned
                .map(|(id, assigned)| AssignedIdentity {
                    id,
                    principal_id: assigned.principal_id.unwrap_or_default(),
                    client_id: assigned.client_id.unwrap_or_default(),
                    existence: Existence::Unknown,
                })
                .collect(),
            upgrade_mode: properties
                .upgrade_policy
                .mode
                .or(resource.upgrade_mode)
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> ResourceIdentity {
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
    fn the_version_is_read_in_both_spellings() {
        let of = |member: &str| read(&format!(r#"{{"id":"/x","{member}":"\"2\""}}"#)).etag;
        assert_eq!(of("etag"), "\"2\"");
        assert_eq!(of("eTag"), "\"2\"");
        assert_eq!(of("other"), "");
    }

    #[test]
    fn the_principal_is_that_of_a_system_assigned_identity() {
        let read = |kind: &str| {
            let text = r#"{"id":"/x","name":"s","identity":{"type":"KIND","principalId":"p",
                "tenantId":"t","userAssignedIdentities":{"/a":{}}}}"#;
            let one = read(&text.replace("KIND", kind));
            (one.principal_id, one.tenant_id)
        };
        let both = ("p".to_owned(), "t".to_owned());
        assert_eq!(read("systemAssigned, userAssigned"), both);
        assert_eq!(read("UserAssigned"), Default::default());
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
}
