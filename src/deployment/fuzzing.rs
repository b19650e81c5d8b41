//! What the fuzzers call of this folder.

use serde_json::Value;

use super::cause;
use super::template::{self, Parameters};
use crate::base::Error;

/// What is sent of a template with values of its parameters, and the secrets among these.
pub fn template(text: &str, values: Option<&str>) -> Result<(String, Vec<String>), Error> {
    let values = values.map(|text| Parameters::Values(text.to_owned()));
    let body = template::body(text, values.as_ref())?;
    Ok((body.text, body.secrets))
}

/// The same with a file of parameters.
pub fn template_with_file(text: &str, file: &str) -> Result<(String, Vec<String>), Error> {
    let body = template::body(text, Some(&Parameters::File(file.to_owned())))?;
    Ok((body.text, body.secrets))
}

/// The text of the deepest error that a step of a deployment tells.
pub fn cause(message: &Value) -> Option<String> {
    let error = cause::cause(message)?;
    Some(cause::deepest(&error).summary())
}
