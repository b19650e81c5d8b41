//! Templates: what they may contain.

use serde_json::{Map, Value};

use super::evaluate::EvaluationError;
use super::functions::member;
use crate::arm::error::ArmError;

/// How many resources, parameters, variables and outputs a template can have.
pub(super) const MAX_RESOURCES: usize = 800;
const MAX_PARAMETERS: usize = 256;
const MAX_OUTPUTS: usize = 64;

/// A template whose form is right.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pub(super) parameters: Map<String, Value>,
    pub(super) definitions: Map<String, Value>,
    pub(super) variables: Map<String, Value>,
    pub(super) resources: Value,
    pub(super) outputs: Map<String, Value>,
}

/// 400 for a template that does not hold together.
pub(super) fn invalid(problem: impl AsRef<str>) -> ArmError {
    ArmError::new(
        400,
        "InvalidTemplate",
        format!(
            "Deployment template validation failed: '{}'.",
            problem.as_ref()
        ),
    )
    .gateway()
}

pub(super) fn unparsed(problem: &str) -> ArmError {
    ArmError::new(
        400,
        "InvalidTemplate",
        format!("Deployment template parse failed: '{problem}'."),
    )
    .gateway()
}

/// An error where everything has to be known.
pub(super) fn wrong(error: EvaluationError) -> String {
    match error {
        EvaluationError::Invalid(problem) => problem,
        EvaluationError::Refused(error) => error.message,
        EvaluationError::Unknown => {
            "The value depends on a resource that does not exist yet.".to_owned()
        }
    }
}

impl Template {
    pub(super) fn read(template: &Value) -> Result<Self, ArmError> {
        const KNOWN: [&str; 13] = [
            "$schema",
            "contentVersion",
            "languageVersion",
            "apiProfile",
            "metadata",
            "definitions",
            "parameters",
            "variables",
            "functions",
            "resources",
            "outputs",
            "imports",
            "extensions",
        ];
        let Value::Object(members) = template else {
            return Err(unparsed("The template is not a JSON object."));
        };
        if let Some(name) = members
            .keys()
            .find(|name| !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)))
        {
            return Err(unparsed(&format!(
                "Could not find member '{name}' on object of type 'Template'. Path '{name}'."
            )));
        }
        let text = |name: &str| {
            member(members, name)
                .and_then(Value::as_str)
                .ok_or_else(|| {
                    unparsed(&format!(
                        "Required property '{name}' not found in JSON. Path ''."
                    ))
                })
        };
        let schema = text("$schema")?.to_lowercase();
        if ![
            "/deploymenttemplate.json#",
            "/subscriptiondeploymenttemplate.json#",
        ]
        .iter()
        .any(|end| {
            schema
                .trim_end_matches('#')
                .ends_with(end.trim_end_matches('#'))
        }) {
            return Err(unparsed(&format!(
                "The schema '{schema}' is not one of a template for a resource group or a subscription."
            )));
        }
        text("contentVersion")?;
        if let Some(version) = member(members, "languageVersion")
            && !["1.0", "2.0"].contains(&version.as_str().unwrap_or_default())
        {
            return Err(unparsed(&format!(
                "The template language version {version} is not supported by the emulator: it takes '1.0' and '2.0'."
            )));
        }
        for name in ["functions", "imports", "extensions"] {
            let there = member(members, name).is_some_and(|part| match part {
                Value::Array(items) => !items.is_empty(),
                Value::Object(members) => !members.is_empty(),
                _ => true,
            });
            if there {
                return Err(unparsed(&format!(
                    "The section '{name}' of a template is not supported by the emulator."
                )));
            }
        }
        let section = |name: &str, most: usize| match member(members, name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(section)) if section.len() <= most => Ok(section.clone()),
            Some(Value::Object(section)) => Err(invalid(format!(
                "The template has {} {name}, and at most {most} are allowed.",
                section.len()
            ))),
            Some(_) => Err(unparsed(&format!(
                "The section '{name}' is not a JSON object."
            ))),
        };
        let resources = member(members, "resources")
            .cloned()
            .ok_or_else(|| unparsed("Required property 'resources' not found in JSON. Path ''."))?;
        Ok(Template {
            parameters: section("parameters", MAX_PARAMETERS)?,
            definitions: section("definitions", MAX_PARAMETERS)?,
            variables: section("variables", MAX_PARAMETERS)?,
            outputs: section("outputs", MAX_OUTPUTS)?,
            resources,
        })
    }
}
