//! What a service answered, without what differs from run to run.

use std::collections::BTreeMap;

use managed_identity::arm::Exchanged;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::script::Area;
use crate::variables::Variables;

/// The area of the steps that create and delete the resource group.
pub const GROUP: &str = "group";

/// What one service answered to the whole script.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Recording {
    /// The steps, in the order of the script.
    pub steps: Vec<Record>,
}

impl Recording {
    /// What belongs to some areas, and to the resource group itself.
    pub fn of(mut self, areas: &[Area]) -> Self {
        let is_wanted = |record: &Record| {
            let area = record.step.split(':').next().unwrap_or_default();
            area == GROUP || areas.iter().any(|one| one.area == area)
        };
        self.steps.retain(is_wanted);
        self
    }
}

/// What came of one step.
#[derive(Debug, Deserialize, Serialize)]
pub struct Record {
    /// The area and the name of the step.
    pub step: String,
    /// The answer to the request, or why there is none.
    pub answer: Result<Answer, String>,
    /// The further answers: looks at the operation, pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<Answer>,
    /// How long the step took, with what followed from it, in milliseconds.
    pub milliseconds: u64,
}

/// An answer.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body: JSON, a text that is no JSON, or null where there is none.
    pub body: Value,
}

impl Answer {
    /// The answer as it came, with the variables' names in place of their values.
    pub fn general(answer: &Exchanged, variables: &Variables) -> Self {
        let headers = answer.headers.iter().map(|(name, value)| {
            let value = variables.general(&String::from_utf8_lossy(value.as_bytes()));
            (name.as_str().to_owned(), value)
        });
        Self {
            status: answer.status,
            headers: headers.collect(),
            body: general(&body(answer), variables),
        }
    }

    /// The state that an operation or a resource names: `status`, or `properties.provisioningState`.
    pub fn state(&self) -> Option<&str> {
        let named = self
            .body
            .get("status")
            .or_else(|| self.body.pointer("/properties/provisioningState"));
        named.and_then(Value::as_str)
    }
}

/// The body: JSON, a text, or null.
pub fn body(answer: &Exchanged) -> Value {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Value::Null;
    }
    serde_json::from_slice(&answer.body)
        .unwrap_or_else(|_| String::from_utf8_lossy(&answer.body).into_owned().into())
}

fn general(value: &Value, variables: &Variables) -> Value {
    match value {
        Value::String(text) => variables.general(text).into(),
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(|item| general(item, variables)).collect();
            // Services list in an order of their own.
            items.sort_by_key(Value::to_string);
            items.into()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (variables.general(name), general(value, variables)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
