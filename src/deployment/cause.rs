//! Why a deployment failed: the deepest error that there is, and the resource that it is about.

use serde::Deserialize;
use serde_json::Value;

use super::model::API_VERSION;
use crate::arm::{Client, Pages};
use crate::base::{ArmError, Error, Result};

/// An operation of a deployment: what it does about one resource.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Step {
    #[serde(default)]
    pub(super) properties: StepProperties,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StepProperties {
    pub(super) provisioning_state: String,
    pub(super) target_resource: Option<Target>,
    /// What the resource's provider said: an error, or any text.
    status_message: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Target {
    id: String,
    resource_type: String,
    resource_name: String,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} '{}'", self.resource_type, self.resource_name)
    }
}

/// The error in a status message, which is an object, or a text that holds one.
pub(super) fn cause(message: &Value) -> Option<ArmError> {
    match message {
        Value::String(text) => ArmError::read(text.as_bytes()),
        other => ArmError::read(other.to_string().as_bytes()),
    }
}

/// The first of the innermost errors.
pub(super) fn deepest(error: &ArmError) -> &ArmError {
    let mut deepest = error;
    while let Some(inner) = deepest.details.iter().find(|one| !one.code.is_empty()) {
        deepest = inner;
    }
    deepest
}

/// What a deployment has done and is doing.
pub(super) async fn steps(client: &Client, deployment: &str) -> Result<Vec<Step>> {
    let path = format!("{deployment}/operations");
    Pages::new(client, &path, API_VERSION, deployment)
        .all()
        .await
}

/// The error that made a deployment fail, in place of the one that only says that it did.
pub(super) async fn explain(client: &Client, deployment: &str, error: Error) -> Error {
    let mut place = deployment.to_owned();
    // Deployments in deployments: the cause is in the innermost.
    for _ in 0..10 {
        let Ok(steps) = steps(client, &place).await else {
            return error;
        };
        let failed = steps.into_iter().map(|step| step.properties).find(|step| {
            step.provisioning_state.eq_ignore_ascii_case("Failed") && step.target_resource.is_some()
        });
        let Some((target, message)) = failed.and_then(|step| {
            let target = step.target_resource?;
            Some((target, step.status_message))
        }) else {
            return error;
        };
        let is_deployment = target
            .resource_type
            .eq_ignore_ascii_case("Microsoft.Resources/deployments");
        if is_deployment && target.id != place {
            place = target.id;
            continue;
        }
        let cause = message.and_then(|message| cause(&message));
        return match cause {
            Some(cause) => told(deployment, &target, deepest(&cause), &error),
            None => error,
        };
    }
    error
}

fn told(deployment: &str, target: &Target, cause: &ArmError, error: &Error) -> Error {
    let name = deployment.rsplit('/').next().unwrap_or_default();
    let message = format!(
        "Deployment '{name}' failed at {target}: {}",
        cause.summary()
    );
    let told = match cause.code.as_str() {
        "" => error.clone(),
        code => error.clone().recoded(code),
    };
    told.reworded(message)
        .advise("Resources created before the failure remain. Fix the cause and deploy again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_error_is_told() {
        let step: Step = serde_json::from_str(
            r#"{"properties":{"provisioningState":"Failed","statusMessage":{"error":{
                "code":"DeploymentFailed","message":"Look at the details.","details":[
                {"code":"BadRequest","message":"{\"error\":{\"code\":\"Inner\",\"message\":\"No.\"}}"}
                ]}}}}"#,
        )
        .unwrap();
        let read = cause(&step.properties.status_message.unwrap()).unwrap();
        let cause = deepest(&read);
        assert_eq!(
            (cause.code.as_str(), cause.message.as_str()),
            ("Inner", "No.")
        );
        let text = Value::from(r#"{"error":{"code":"A","message":"b","details":null}}"#);
        assert_eq!(super::cause(&text).unwrap().code, "A");
    }

    #[test]
    fn whatever_a_provider_says_is_read() {
        for text in [
            r#""text""#,
            "null",
            "7",
            r#"{"status":"x"}"#,
            r#"{"error":{}}"#,
        ] {
            let json = format!(r#"{{"properties":{{"statusMessage":{text}}}}}"#);
            assert!(serde_json::from_str::<Step>(&json).is_ok(), "{text}");
        }
    }
}
