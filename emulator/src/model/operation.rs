//! Long-running operations.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::assignment::Assignment;
use super::error::ErrorBody;
use super::generic::GenericResource;
use super::machine::Machine;
use super::power::Power;
use crate::base::clock::Millis;

/// A long-running operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) subscription: String,
    pub(crate) started: Millis,
    pub(crate) ends: Millis,
    /// The signed query that it must be asked for with.
    pub(crate) query: String,
    /// What it ends with, when not with success.
    pub(crate) failure: Option<ErrorBody>,
    /// What happens at its end; nothing when it has ended.
    pub(crate) effect: Option<Effect>,
    /// What its result is asked for in the end; nothing for no content.
    #[serde(default)]
    pub(crate) result: Option<Value>,
}

/// What the end of an operation does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// A write of a machine is through; on failure the machine is again what it was.
    MachineWritten {
        key: String,
        before: Option<Box<Machine>>,
    },
    /// The machine is gone.
    MachineDeleted { key: String },
    /// A write of another resource is through; on failure it is again what it was. Where the
    /// resource shows its old identities until then, the new ones are here.
    ResourceWritten {
        key: String,
        before: Option<Box<GenericResource>>,
        identity: Option<Assignment>,
    },
    /// The resource is gone.
    ResourceDeleted { key: String },
    /// Instances of a scale set take on its current model.
    InstancesUpgraded { key: String, ids: Vec<String> },
    /// The machine, or these instances of a scale set, are on or off; none where only its model is
    /// applied again.
    MachinePowered {
        key: String,
        instances: Vec<String>,
        after: Option<Power>,
    },
    /// The deployment is forgotten; what it made stays.
    DeploymentDeleted { key: String },
    /// Nothing: the operation is there for its result.
    Answered,
    /// The group and everything in it is gone.
    GroupDeleted { subscription: String, group: String },
}
