//! The parameters of a template: what they may be, and what they are.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::evaluate::{DeploymentContext, Evaluator, calls, no_references};
use super::expression::Expression;
use super::functions::{member, to_text};
use super::template::{Template, invalid, wrong};
use crate::arm::error::ArmError;
use crate::base::clock::Millis;
use crate::base::json::object;

/// How deep types may be nested in one another, and refer to one another.
const MAX_DEPTH: usize = 16;

/// A type of parameters and outputs.
fn plain_type(name: &str) -> Option<&'static str> {
    [
        "String",
        "SecureString",
        "Int",
        "Bool",
        "Object",
        "SecureObject",
        "Array",
    ]
    .into_iter()
    .find(|known| known.eq_ignore_ascii_case(name))
}

fn is_secure(kind: &str) -> bool {
    kind.starts_with("Secure")
}

/// A declaration: its type, and the objects that its rules are in, the nearest first.
type Resolved<'a> = (&'static str, Vec<&'a Map<String, Value>>);

/// The declaration of a parameter or output, through references to definitions.
fn resolved<'a>(
    definitions: &'a Map<String, Value>,
    declared: &'a Value,
) -> Result<Resolved<'a>, String> {
    let mut layers = Vec::new();
    let mut current = declared;
    loop {
        let layer = current
            .as_object()
            .ok_or_else(|| "A declaration is not a JSON object.".to_owned())?;
        layers.push(layer);
        if layers.len() > MAX_DEPTH {
            return Err("A type is defined by itself.".to_owned());
        }
        if let Some(kind) = member(layer, "type") {
            let name = kind.as_str().unwrap_or_default();
            let kind = plain_type(name)
                .ok_or_else(|| format!("The type '{name}' is not one of a template."))?;
            return Ok((kind, layers));
        }
        let target = member(layer, "$ref")
            .and_then(Value::as_str)
            .ok_or_else(|| "Required property 'type' not found in JSON.".to_owned())?;
        current = target
            .strip_prefix("#/definitions/")
            .and_then(|name| member(definitions, name))
            .ok_or_else(|| format!("The type '{target}' is not defined in the template."))?;
    }
}

/// The type that an output or parameter is shown with, and whether its value may be shown.
pub(super) fn shown_type(
    template: &Template,
    declared: &Value,
) -> Result<(&'static str, bool), String> {
    let (kind, _) = resolved(&template.definitions, declared)?;
    Ok((kind, !is_secure(kind)))
}

/// Checks a value against its declaration.
fn check(
    template: &Template,
    path: &str,
    declared: &Value,
    value: &Value,
    depth: usize,
) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!(
            "The template parameter '{path}' has a type that is nested too deep."
        ));
    }
    let (kind, layers) = resolved(&template.definitions, declared)?;
    let rule = |name: &str| layers.iter().find_map(|layer| member(layer, name));
    if value.is_null() && rule("nullable") == Some(&json!(true)) {
        return Ok(());
    }
    let fits = match kind {
        "String" | "SecureString" => value.is_string(),
        "Int" => value.is_i64(),
        "Bool" => value.is_boolean(),
        "Array" => value.is_array(),
        _ => value.is_object(),
    };
    if !fits {
        return Err(format!(
            "Template parameter JToken type is not valid. Expected '{kind}'. Actual '{}'. The parameter is '{path}'. Please see https://aka.ms/arm-deploy/#parameter-file for usage details.",
            type_of(value)
        ));
    }
    let shown = if is_secure(kind) {
        "***".to_owned()
    } else {
        to_text(value)
    };
    let refused = |why: String| {
        Err(format!(
            "The provided value for the template parameter '{path}' is not valid. {why} Please see https://aka.ms/arm-syntax-parameters for usage details."
        ))
    };
    if let Some(Value::Array(allowed)) = rule("allowedValues") {
        // Of an array, each item may be one of those.
        let fits = allowed.contains(value)
            || value
                .as_array()
                .is_some_and(|items| items.iter().all(|i| allowed.contains(i)));
        if !fits {
            let allowed: Vec<String> = allowed.iter().map(to_text).collect();
            return Err(format!(
                "The provided value for the template parameter '{path}' is not valid. The value '{shown}' is not part of the allowed value(s): '{}'.",
                allowed.join(",")
            ));
        }
    }
    let length = match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        _ => None,
    };
    if let Some(length) = length.and_then(|length| i64::try_from(length).ok()) {
        if let Some(least) = rule("minLength").and_then(Value::as_i64)
            && length < least
        {
            return refused(format!(
                "Length of the value should be greater than or equal to '{least}'."
            ));
        }
        if let Some(most) = rule("maxLength").and_then(Value::as_i64)
            && length > most
        {
            return refused(format!(
                "Length of the value should be less than or equal to '{most}'."
            ));
        }
    }
    if let Some(number) = value.as_i64() {
        if let Some(least) = rule("minValue").and_then(Value::as_i64)
            && number < least
        {
            return refused(format!(
                "The value should be greater than or equal to '{least}'."
            ));
        }
        if let Some(most) = rule("maxValue").and_then(Value::as_i64)
            && number > most
        {
            return refused(format!(
                "The value should be less than or equal to '{most}'."
            ));
        }
    }
    if let (Value::Array(items), Some(declared @ Value::Object(_))) = (value, rule("items")) {
        for (at, item) in items.iter().enumerate() {
            check(
                template,
                &format!("{path}[{at}]"),
                declared,
                item,
                depth + 1,
            )?;
        }
    }
    if let (Value::Object(members), Some(Value::Object(properties))) = (value, rule("properties")) {
        for (name, declared) in properties {
            let inside = format!("{path}.{name}");
            match member(members, name) {
                Some(value) => check(template, &inside, declared, value, depth + 1)?,
                None => {
                    let (_, layers) = resolved(&template.definitions, declared)?;
                    let nullable = layers
                        .iter()
                        .any(|layer| member(layer, "nullable") == Some(&json!(true)));
                    if !nullable {
                        return refused(format!("The property '{inside}' is required."));
                    }
                }
            }
        }
        if rule("additionalProperties") == Some(&json!(false))
            && let Some(extra) = members
                .keys()
                .find(|name| member(properties, name).is_none())
        {
            return refused(format!("The property '{path}.{extra}' is not permitted."));
        }
    }
    Ok(())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_i64() => "Integer",
        Value::Number(_) => "Float",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

/// The values of all parameters: those given, and the defaults of the others.
pub(super) fn values(
    template: &Template,
    given: Option<&Value>,
    context: &DeploymentContext,
    now: Millis,
) -> Result<Map<String, Value>, ArmError> {
    let empty = Map::new();
    let given = match given {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(given)) => given,
        Some(_) => return Err(invalid("The parameters are not a JSON object.")),
    };
    let extra: Vec<&str> = given
        .keys()
        .filter(|name| member(&template.parameters, name).is_none())
        .map(String::as_str)
        .collect();
    if !extra.is_empty() {
        let known: Vec<&str> = template.parameters.keys().map(String::as_str).collect();
        return Err(invalid(format!(
            "The template parameters '{}' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. The only supported parameters for this template are '{}'. Please see https://aka.ms/arm-pass-parameter-values for usage details.",
            extra.join(", "),
            known.join(", ")
        )));
    }
    let mut inputs = Inputs {
        template,
        given,
        context,
        now,
        values: Map::new(),
        open: BTreeSet::new(),
    };
    for name in template.parameters.keys() {
        inputs.settle(name).map_err(invalid)?;
    }
    Ok(inputs.values)
}

/// The values of parameters while they are made: a default may refer to other parameters.
struct Inputs<'a> {
    template: &'a Template,
    given: &'a Map<String, Value>,
    context: &'a DeploymentContext,
    now: Millis,
    values: Map<String, Value>,
    open: BTreeSet<String>,
}

impl Inputs<'_> {
    fn settle(&mut self, name: &str) -> Result<(), String> {
        let Some((name, declared)) = self
            .template
            .parameters
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        else {
            // Evaluating says so.
            return Ok(());
        };
        if self.values.contains_key(name) {
            return Ok(());
        }
        if !self.open.insert(name.clone()) || self.open.len() > 64 {
            return Err(format!(
                "The default value of the template parameter '{name}' refers to itself."
            ));
        }
        let value = match member(self.given, name) {
            Some(Value::Object(given)) => match member(given, "value") {
                Some(value) => value.clone(),
                None if member(given, "reference").is_some() => {
                    return Err(format!(
                        "The value of the template parameter '{name}' is a reference to a key vault, which is not supported by the emulator."
                    ));
                }
                None => {
                    return Err(format!(
                        "The value of deployment parameter '{name}' is null. Please specify the value or use the parameter reference. See https://aka.ms/arm-create-parameter-file for details."
                    ));
                }
            },
            Some(_) => {
                return Err(format!(
                    "The deployment parameter '{name}' is not an object with a 'value'."
                ));
            }
            None => self.default(name, declared)?,
        };
        check(self.template, name, declared, &value, 0)?;
        self.open.remove(name);
        self.values.insert(name.clone(), value);
        Ok(())
    }

    fn default(&mut self, name: &str, declared: &Value) -> Result<Value, String> {
        let (_, layers) = resolved(&self.template.definitions, declared)?;
        let rule = |rule: &str| layers.iter().find_map(|layer| member(layer, rule));
        let Some(default) = rule("defaultValue") else {
            if rule("nullable") == Some(&json!(true)) {
                return Ok(Value::Null);
            }
            return Err(format!(
                "The value for the template parameter '{name}' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details."
            ));
        };
        let mut needed = Vec::new();
        calls(default, &mut |function, arguments| {
            if let ("parameters", [Expression::Text(other)]) =
                (function.to_lowercase().as_str(), arguments)
            {
                needed.push(other.clone());
            }
        })?;
        for other in needed {
            self.settle(&other)?;
        }
        let variables = Map::new();
        let mut none = no_references;
        let mut evaluator = Evaluator::new(self.context, &self.values, &variables, &mut none);
        evaluator.clock = Some(self.now);
        evaluator.value(default).map_err(|error| {
            format!(
                "The template parameter '{name}' is not valid: {}",
                wrong(error)
            )
        })
    }
}

/// The parameters of a deployment as it shows them: without the values of secure ones.
pub(super) fn shown_parameters(template: &Template, values: &Map<String, Value>) -> Value {
    let shown = values.iter().filter_map(|(name, value)| {
        let declared = member(&template.parameters, name)?;
        let (kind, open) = shown_type(template, declared).ok()?;
        let mut body = json!({ "type": kind });
        if open {
            body["value"] = value.clone();
        }
        Some((name.clone(), body))
    });
    Value::Object(object(shown))
}

/// The values of parameters with those of secure ones hidden, for what is only shown.
pub(super) fn masked(template: &Template, values: &Map<String, Value>) -> Map<String, Value> {
    fn hide(value: &mut Value) {
        match value {
            Value::Object(members) => members.values_mut().for_each(hide),
            Value::Array(items) => items.iter_mut().for_each(hide),
            Value::Null => {}
            other => *other = json!("*******"),
        }
    }
    let mut masked = values.clone();
    for (name, value) in &mut masked {
        let declared = member(&template.parameters, name);
        let open = declared
            .is_some_and(|declared| shown_type(template, declared).is_ok_and(|(_, open)| open));
        if !open {
            hide(value);
        }
    }
    masked
}
