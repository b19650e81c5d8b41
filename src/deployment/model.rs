use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::base::ResourceType;

/// The version of Microsoft.Resources that is spoken here.
pub(super) const API_VERSION: &str = "2022-09-01";

/// The type of deployments.
pub(super) const DEPLOYMENT: ResourceType = ResourceType {
    namespace: "Microsoft.Resources",
    name: "deployments",
    label: "deployment",
    name_rule: "it must have 1 to 64 letters, digits, '-', '_', '.', '(' or ')'.",
    name_is_valid,
};

/// The rule of the service's specification: `^[-\w\._\(\)]+$`, at most 64.
fn name_is_valid(name: &str) -> bool {
    (1..=64).contains(&name.chars().count())
        && !matches!(name, "." | "..")
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '(' | ')'))
}

/// A deployment that has ended.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Deployment {
    /// The resource id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What became of it.
    #[serde(default)]
    pub properties: DeploymentProperties,
}

/// What became of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentProperties {
    /// `Succeeded`, …
    pub provisioning_state: String,
    /// When it was done, as Azure writes it.
    pub timestamp: String,
    /// How long it took, as ISO 8601 writes durations.
    pub duration: String,
    /// Azure's id of the whole deployment.
    pub correlation_id: String,
    /// `Incremental`.
    pub mode: String,
    /// The outputs of the template by name, each with `type` and `value`. Secure ones have none.
    #[serde(deserialize_with = "without_secure")]
    pub outputs: Map<String, Value>,
    /// What it made or found.
    pub output_resources: Vec<OutputResource>,
}

/// A resource of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct OutputResource {
    /// Its id.
    pub id: String,
}

/// Azure leaves out the values of secure outputs; what it would not must not be shown either.
fn without_secure<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let mut outputs = Option::<Map<String, Value>>::deserialize(deserializer)?.unwrap_or_default();
    for output in outputs.values_mut() {
        let is_secure = output["type"]
            .as_str()
            .is_some_and(|kind| kind.to_lowercase().starts_with("secure"));
        if let (true, Some(output)) = (is_secure, output.as_object_mut()) {
            output.remove("value");
        }
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_pattern() {
        for good in ["a", "main.v1_(2)-x", &"x".repeat(64)] {
            assert!(name_is_valid(good), "{good}");
        }
        for bad in ["", "..", "a/b", "a b", "a?", &"x".repeat(65)] {
            assert!(!name_is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn secure_outputs_have_no_value() {
        let deployment: Deployment = serde_json::from_str(
            r#"{"id":"/x","name":"d","properties":{"outputs":{
                "key":{"type":"SecureString","value":"marked"},
                "name":{"type":"String","value":"id1"}}}}"#,
        )
        .unwrap();
        assert!(!format!("{deployment:?}").contains("marked"));
        assert_eq!(deployment.properties.outputs["name"]["value"], "id1");
    }
}
