//! The claims that a client asks for.

use serde_json::{Map, Value, json};

use super::refusal::{Refusal, refuse};

/// The members under `access_token` of a `claims` parameter.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Claims(Map<String, Value>);

/// The values that a member of a claims request names: `{"value": …}` or `{"values": […]}`.
pub(crate) fn values(member: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match (member.get("value"), member.get("values")) {
        (_, Some(Value::Array(many))) => many.iter().filter_map(text).collect(),
        (Some(one), _) => text(one).into_iter().collect(),
        _ => Vec::new(),
    }
}

impl Claims {
    /// Reads the `claims` parameter of a request for a token.
    pub(crate) fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = text else {
            return Ok(Claims::default());
        };
        let malformed = || {
            refuse(
                400,
                "invalid_request",
                9_002_313,
                "Invalid request. Request is malformed or invalid.",
            )
        };
        let all: Map<String, Value> = serde_json::from_str(text).map_err(|_| malformed())?;
        match all.get("access_token") {
            None | Some(Value::Null) => Ok(Claims::default()),
            Some(Value::Object(members)) => Ok(Claims(members.clone())),
            Some(_) => Err(malformed()),
        }
    }

    /// The values of a member, if there is such a member.
    pub(crate) fn get(&self, name: &str) -> Option<Vec<String>> {
        self.0.get(name).map(values)
    }

    /// These and those.
    pub(crate) fn and(mut self, other: Claims) -> Self {
        self.0.extend(other.0);
        self
    }

    /// What a user has to be present for: authentication contexts.
    fn contexts(&self) -> Vec<String> {
        self.get("acrs").unwrap_or_default()
    }

    /// How the user proved to be who they are.
    pub(crate) fn methods(&self) -> Vec<&'static str> {
        if self.contexts().is_empty() {
            vec!["pwd"]
        } else {
            vec!["pwd", "mfa"]
        }
    }

    /// Adds to a token's claims what was asked for and can be given.
    pub(crate) fn write(&self, claims: &mut Map<String, Value>) {
        let contexts = self.contexts();
        if !contexts.is_empty() {
            claims.insert("acrs".to_owned(), json!(contexts));
        }
        let capabilities = self.get("xms_cc").unwrap_or_default();
        if !capabilities.is_empty() {
            claims.insert("xms_cc".to_owned(), json!(capabilities));
        }
    }

    /// A sign-in from before cannot prove more than was proven then: the user has to come again.
    pub(crate) fn check_proven(&self, proven: &Claims, audience: &str) -> Result<(), Refusal> {
        let known = proven.contexts();
        if self.contexts().iter().all(|one| known.contains(one)) {
            return Ok(());
        }
        let mut refusal = refuse(
            400,
            "interaction_required",
            50_076,
            format!(
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{audience}'."
            ),
        );
        refusal.claims = Some(json!({ "access_token": self.0 }).to_string());
        Err(refusal)
    }
}
