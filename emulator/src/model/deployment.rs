//! Deployments of templates.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::ErrorBody;
use super::resource::Tags;
use crate::base::clock::{Millis, compute_time};

/// A deployment: what was asked for, and what has become of it. Its key is its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    pub(crate) subscription: String,
    pub(crate) group: Option<String>,
    pub(crate) name: String,
    /// Of a deployment in a subscription.
    pub(crate) location: Option<String>,
    pub(crate) tags: Option<Tags>,
    /// `Accepted`, `Running`, `Succeeded`, `Failed` or `Canceled`.
    pub(crate) state: String,
    pub(crate) started: Millis,
    /// When it last changed.
    pub(crate) changed: Millis,
    pub(crate) correlation: String,
    /// As it was sent.
    pub(crate) template: Value,
    pub(crate) template_hash: String,
    /// Without the values of secure ones.
    pub(crate) parameters: Value,
    pub(crate) providers: Value,
    pub(crate) dependencies: Value,
    pub(crate) outputs: Option<Value>,
    pub(crate) output_resources: Vec<String>,
    pub(crate) error: Option<ErrorBody>,
    pub(crate) operations: Vec<Operation>,
    /// The id that its status is asked for with, and the signed query.
    pub(crate) status_id: String,
    pub(crate) status_query: String,
}

/// What a deployment did with one resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// `Create`, or `EvaluateDeploymentOutput`.
    pub(crate) what: String,
    pub(crate) state: String,
    pub(crate) status_code: String,
    pub(crate) target: Option<Target>,
    pub(crate) error: Option<ErrorBody>,
    pub(crate) started: Millis,
    pub(crate) changed: Millis,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) resource_type: String,
    pub(crate) resource_name: String,
}

/// `PT1.5S`.
pub(crate) fn duration(time: Millis) -> String {
    format!("PT{}.{:03}S", time / 1_000, time % 1_000)
}

impl Deployment {
    pub(crate) fn id(&self) -> String {
        match &self.group {
            Some(group) => format!(
                "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.Resources/deployments/{}",
                self.subscription, self.name
            ),
            None => format!(
                "/subscriptions/{}/providers/Microsoft.Resources/deployments/{}",
                self.subscription, self.name
            ),
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        ["Accepted", "Running"].contains(&self.state.as_str())
    }

    pub(crate) fn body(&self) -> Value {
        let mut properties = json!({
            "templateHash": self.template_hash,
            "parameters": self.parameters,
            "mode": "Incremental",
            "provisioningState": self.state,
            "timestamp": compute_time(self.changed),
            "duration": duration(self.changed - self.started),
            "correlationId": self.correlation,
            "providers": self.providers,
            "dependencies": self.dependencies,
        });
        if let Some(outputs) = &self.outputs {
            properties["outputs"] = outputs.clone();
        }
        if !self.is_active() {
            properties["outputResources"] = self
                .output_resources
                .iter()
                .map(|id| json!({ "id": id }))
                .collect();
        }
        if let Some(error) = &self.error {
            properties["error"] = json!(error);
        }
        let mut body = json!({
            "id": self.id(),
            "name": self.name,
            "type": "Microsoft.Resources/deployments",
            "properties": properties,
        });
        if let Some(location) = &self.location {
            body["location"] = json!(location);
        }
        if let Some(tags) = &self.tags {
            body["tags"] = json!(tags);
        }
        body
    }

    pub(crate) fn operation_body(&self, operation: &Operation) -> Value {
        let mut properties = json!({
            "provisioningOperation": operation.what,
            "provisioningState": operation.state,
            "timestamp": compute_time(operation.changed),
            "duration": duration(operation.changed - operation.started),
            "trackingId": operation.id,
            "statusCode": operation.status_code,
        });
        if let Some(error) = &operation.error {
            properties["statusMessage"] = json!({ "status": "Failed", "error": error });
        }
        if let Some(target) = &operation.target {
            properties["targetResource"] = json!(target);
        }
        json!({
            "id": format!("{}/operations/{}", self.id(), operation.id),
            "operationId": operation.id,
            "properties": properties,
        })
    }
}
