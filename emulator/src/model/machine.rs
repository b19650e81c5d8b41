//! Virtual machines and scale sets.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::assignment::Assignment;
use super::power::Power;
use super::resource::{Resource, Tags};
use crate::base::clock::{Millis, compute_time};
use crate::base::random;

/// What kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum MachineKind {
    VirtualMachine,
    ScaleSet,
}

impl MachineKind {
    /// The namespace and resource type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            MachineKind::VirtualMachine => "Microsoft.Compute/virtualMachines",
            MachineKind::ScaleSet => "Microsoft.Compute/virtualMachineScaleSets",
        }
    }

    /// The kind with that name, in any casing.
    pub(crate) fn find(name: &str) -> Option<Self> {
        [MachineKind::VirtualMachine, MachineKind::ScaleSet]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The name in the group of limits that the provider has for writes.
    pub(crate) fn limits(self) -> &'static str {
        match self {
            MachineKind::VirtualMachine => "UpdateVM",
            MachineKind::ScaleSet => "UpdateVMScaleSet",
        }
    }
}

/// A virtual machine or a scale set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    pub(crate) kind: MachineKind,
    pub(crate) subscription: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Tags,
    pub(crate) identity: Assignment,
    /// Members beside `properties` that the emulator only keeps: `sku`, `zones`, `plan`, …
    pub(crate) extra: Map<String, Value>,
    pub(crate) properties: Map<String, Value>,
    pub(crate) provisioning_state: String,
    /// The id of the machine itself, whatever is at its resource id later.
    pub(crate) unique_id: String,
    pub(crate) created: Millis,
    /// When its last operation ended.
    #[serde(default)]
    pub(crate) changed: Option<Millis>,
    /// Of a virtual machine.
    #[serde(default)]
    pub(crate) power: Power,
    pub(crate) etag: u64,
    /// The operation that writes it now.
    pub(crate) running: Option<String>,
    /// Of a scale set.
    pub(crate) instances: Vec<Instance>,
}

impl Machine {
    pub(crate) fn new(
        kind: MachineKind,
        subscription: &str,
        group: &str,
        name: &str,
        location: &str,
        now: Millis,
    ) -> Self {
        Machine {
            kind,
            subscription: subscription.to_owned(),
            group: group.to_owned(),
            name: name.to_owned(),
            location: location.to_owned(),
            tags: Tags::new(),
            identity: Assignment::default(),
            extra: Map::new(),
            properties: Map::new(),
            provisioning_state: "Creating".to_owned(),
            unique_id: random::guid(),
            created: now,
            changed: None,
            power: Power::Running,
            etag: 1,
            running: None,
            instances: Vec::new(),
        }
    }

    pub(crate) fn key(&self) -> String {
        self.id().to_lowercase()
    }

    pub(crate) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{}/{}",
            self.subscription,
            self.group,
            self.kind.name(),
            self.name
        )
    }

    pub(crate) fn quoted_etag(&self) -> String {
        format!("\"{}\"", self.etag)
    }

    pub(crate) fn body(&self) -> Value {
        let mut properties = self.properties.clone();
        properties.insert(
            "provisioningState".to_owned(),
            json!(self.provisioning_state),
        );
        properties.insert("timeCreated".to_owned(), json!(compute_time(self.created)));
        let unique = match self.kind {
            MachineKind::VirtualMachine => "vmId",
            MachineKind::ScaleSet => "uniqueId",
        };
        properties.insert(unique.to_owned(), json!(self.unique_id));
        let mut body = self.extra.clone();
        body.insert("name".to_owned(), json!(self.name));
        body.insert("id".to_owned(), json!(self.id()));
        body.insert("type".to_owned(), json!(self.kind.name()));
        body.insert("location".to_owned(), json!(self.location));
        body.insert("tags".to_owned(), json!(self.tags));
        body.insert("properties".to_owned(), Value::Object(properties));
        body.insert("etag".to_owned(), json!(self.quoted_etag()));
        if let Some(identity) = self.identity.body() {
            body.insert("identity".to_owned(), identity);
        }
        Value::Object(body)
    }

    /// When its state last changed.
    pub(crate) fn changed(&self) -> Millis {
        self.changed.unwrap_or(self.created)
    }

    /// Instances run this model; a change of it leaves them behind, a change of tags does not.
    pub(crate) fn same_model(&self, other: &Machine) -> bool {
        self.identity == other.identity
            && self.properties == other.properties
            && self.extra.get("sku").map(without_capacity)
                == other.extra.get("sku").map(without_capacity)
    }
}

pub(crate) fn without_capacity(sku: &Value) -> Value {
    let mut sku = sku.clone();
    if let Some(sku) = sku.as_object_mut() {
        sku.remove("capacity");
    }
    sku
}

/// One machine of a scale set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) vm_id: String,
    /// It runs the set's model as it is now.
    pub(crate) latest: bool,
    /// The identities that it runs with.
    pub(crate) identity: Assignment,
    #[serde(default)]
    pub(crate) power: Power,
}

impl Resource for Machine {
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
        self.kind.name()
    }

    fn location(&self) -> &str {
        &self.location
    }

    fn tags(&self) -> Option<&Tags> {
        Some(&self.tags)
    }

    fn identity(&self) -> Option<&Assignment> {
        Some(&self.identity)
    }

    fn to_json(&self) -> Value {
        self.body()
    }
}
