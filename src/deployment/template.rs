//! Templates and parameters as users have them in files.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::base::{Error, Result};

/// The values of a template's parameters.
#[derive(Clone)]
pub enum Parameters {
    /// JSON: an object of values by name.
    Values(String),
    /// JSON: the text of a file of parameters.
    File(String),
}

/// The body of a deployment.
pub(super) struct Body {
    /// What is sent.
    pub(super) text: String,
    /// The values of secure parameters, which no message may show.
    pub(super) secrets: Vec<String>,
}

/// A template is JSON, in which comments are allowed.
///
/// # Errors
/// `InvalidTemplate` and `InvalidTemplateParameter`, which do not repeat what they are about: it
/// may hold secrets.
pub(super) fn body(template: &str, parameters: Option<&Parameters>) -> Result<Body> {
    let template = read("TemplateFile", "InvalidTemplate", template)?;
    let declared: Map<String, Value> = serde_json::from_str(template.get())
        .map_err(|error| no_template("TemplateFile", "InvalidTemplate", &error))?;
    let declared = Declared::of(declared);
    let given = match parameters {
        None => BTreeMap::new(),
        Some(Parameters::Values(text)) => values(text)?,
        Some(Parameters::File(text)) => file(text)?,
    };
    if let Some(unknown) = given.keys().find(|name| declared.kind(name).is_none()) {
        return Err(Error::invalid(
            "InvalidTemplateParameter",
            "TemplateParameterObject",
            unknown,
            "the template has no parameter of that name.",
        ));
    }
    let parameters = serde_json::to_string(&given).unwrap_or_default();
    Ok(Body {
        text: format!(
            r#"{{"properties":{{"mode":"Incremental","template":{},"parameters":{parameters}}}}}"#,
            template.get()
        ),
        secrets: secrets(&declared, &given),
    })
}

/// The parameters that a template declares.
struct Declared {
    parameters: Map<String, Value>,
}

impl Declared {
    fn of(mut template: Map<String, Value>) -> Self {
        let parameters = match template.remove("parameters") {
            Some(Value::Object(parameters)) => parameters,
            _ => Map::new(),
        };
        Self { parameters }
    }

    fn kind(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let (_, parameter) = parameters.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(parameter["type"].as_str().unwrap_or_default())
    }
}

type Given = BTreeMap<String, Box<RawValue>>;

/// Values by the names of parameters.
fn values(text: &str) -> Result<Given> {
    let parameter = "TemplateParameterObject";
    let invalid = |error| no_template(parameter, "InvalidTemplateParameter", &error);
    let mut values: Given = serde_json::from_str(text).map_err(invalid)?;
    for value in values.values_mut() {
        *value = RawValue::from_string(format!(r#"{{"value":{value}}}"#)).map_err(invalid)?;
    }
    Ok(values)
}

/// A file of parameters: with its envelope, or what is in it.
fn file(text: &str) -> Result<Given> {
    #[derive(Deserialize)]
    struct Envelope {
        parameters: Given,
    }
    let (parameter, code) = ("TemplateParameterFile", "InvalidTemplateParameter");
    let text = read(parameter, code, text)?;
    serde_json::from_str(text.get())
        .map(|Envelope { parameters }| parameters)
        .or_else(|_| serde_json::from_str(text.get()))
        .map_err(|error| no_template(parameter, code, &error))
}

/// All texts in the values of secure parameters.
fn secrets(declared: &Declared, given: &Given) -> Vec<String> {
    let mut all = Vec::new();
    for (name, value) in given {
        let kind = declared.kind(name).unwrap_or_default().to_lowercase();
        if kind.starts_with("secure") {
            let value = serde_json::from_str(value.get()).unwrap_or_default();
            texts(&value, &mut all);
        }
    }
    all.retain(|text| !text.is_empty());
    all
}

fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.values().for_each(|member| texts(member, into)),
        _ => {}
    }
}

fn read(parameter: &str, code: &str, text: &str) -> Result<Box<RawValue>> {
    serde_json::from_str(&without_comments(text))
        .map_err(|error| no_template(parameter, code, &error))
}

fn no_template(parameter: &str, code: &str, error: &serde_json::Error) -> Error {
    Error::invalid(
        code,
        parameter,
        "(not shown)",
        &format!("it must be JSON of a template or of its parameters: {error}."),
    )
}

/// The text with spaces in place of comments, so that positions stay what they are.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches('\u{feff}').chars().peekable();
    let mut in_text = false;
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\\', Some(_)) if in_text => {
                out.push(c);
                out.extend(rest.next());
            }
            ('"', _) => {
                in_text = !in_text;
                out.push(c);
            }
            ('/', Some('/')) if !in_text => {
                while rest.next_if(|c| *c != '\n').is_some() {
                    out.push(' ');
                }
            }
            ('/', Some('*')) if !in_text => {
                let mut before = ' ';
                for c in rest.by_ref().skip(1) {
                    out.push(if c == '\n' { c } else { ' ' });
                    if (before, c) == ('*', '/') {
                        break;
                    }
                    before = c;
                }
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r#"{
        // The name. /* not here */
        "parameters": { "name": { "type": "string" }, "key": { "type": "secureString" } },
        /* " // */ "resources": [ "https://x", 123456789012345678901234567890 ]
    }"#;

    fn code(template: &str, parameters: Option<Parameters>) -> String {
        body(template, parameters.as_ref())
            .err()
            .unwrap()
            .code()
            .to_owned()
    }

    #[test]
    fn a_template_leaves_as_it_is_but_for_comments() {
        let given = Parameters::Values(r#"{"name":"id1","key":"marked"}"#.to_owned());
        let made = body(TEMPLATE, Some(&given)).unwrap();
        let read: Value = serde_json::from_str(&made.text).unwrap();
        assert_eq!(read["properties"]["mode"], "Incremental");
        assert_eq!(read["properties"]["template"]["resources"][0], "https://x");
        assert_eq!(read["properties"]["parameters"]["name"]["value"], "id1");
        assert!(made.text.contains("123456789012345678901234567890"));
        assert_eq!(made.secrets, ["marked"]);
    }

    #[test]
    fn files_of_parameters_come_with_and_without_their_envelope() {
        for text in [
            r#"{"$schema":"x","contentVersion":"1.0.0.0","parameters":{"name":{"value":"id1"}}}"#,
            r#"{"name":{"value":"id1"}}"#,
        ] {
            let made = body(TEMPLATE, Some(&Parameters::File(text.to_owned()))).unwrap();
            let read: Value = serde_json::from_str(&made.text).unwrap();
            assert_eq!(read["properties"]["parameters"]["name"]["value"], "id1");
        }
    }

    #[test]
    fn what_is_no_template_is_refused_unseen() {
        assert_eq!(code("{", None), "InvalidTemplate");
        assert_eq!(code("[]", None), "InvalidTemplate");
        assert_eq!(code("resource x 'y' = {}", None), "InvalidTemplate");
        let other = Parameters::Values(r#"{"other":1}"#.to_owned());
        assert_eq!(code(TEMPLATE, Some(other)), "InvalidTemplateParameter");
        let broken = Parameters::File(r#"{"key":marked}"#.to_owned());
        let error = body(TEMPLATE, Some(&broken)).err().unwrap();
        assert!(!error.to_string().contains("marked"));
    }

    proptest::proptest! {
        #[test]
        fn comments_never_panic_and_change_no_json(text in "\\PC*") {
            let _ = without_comments(&text);
            let json = Value::String(text).to_string();
            proptest::prop_assert_eq!(without_comments(&json), json);
        }
    }
}
