//! Why a deployment failed: the deepest error that there is, and the resource that it is about.

use serde::Deserialize;

use super::model::API_VERSION;
use crate::arm::{Client, Error, Pages, Result};

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
    status_message: Option<StatusMessage>,
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

/// What the resource's provider said: an error, or any text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum StatusMessage {
    Error { error: Cause },
    Bare(Cause),
    Other(serde::de::IgnoredAny),
}

/// An error, which may have others behind it.
#[derive(Clone, Debug, Default, Deserialize)]
struct Cause {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Cause>,
}

impl Cause {
    /// The first of the innermost: errors lie in details, and as JSON in messages.
    fn deepest(self, depth: u32) -> Self {
        #[derive(Deserialize)]
        struct Envelope {
            error: Cause,
        }
        if depth > 20 {
            return self;
        }
        if let Ok(Envelope { error }) = serde_json::from_str(&self.message) {
            return error.deepest(depth + 1);
        }
        match self.details.first() {
            Some(detail) if !detail.code.is_empty() => detail.clone().deepest(depth + 1),
            _ => self,
        }
    }
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
        return match message {
            Some(StatusMessage::Error { error: cause } | StatusMessage::Bare(cause)) => {
                told(deployment, &target, cause.deepest(0), &error)
            }
            _ => error,
        };
    }
    error
}

fn told(deployment: &str, target: &Target, cause: Cause, error: &Error) -> Error {
    let name = deployment.rsplit('/').next().unwrap_or_default();
    let message = format!(
        "Deployment '{name}' failed at {target}: {}",
        match cause.message.trim() {
            "" => cause.code.as_str(),
            message => message,
        }
    );
    error
        .clone()
        .recoded(&cause.code)
        .reworded(message)
        .advise("What was made before stays; deploy again when the cause is gone.")
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
        let Some(StatusMessage::Error { error }) = step.properties.status_message else {
            panic!("no error");
        };
        let cause = error.deepest(0);
        assert_eq!(
            (cause.code.as_str(), cause.message.as_str()),
            ("Inner", "No.")
        );
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
