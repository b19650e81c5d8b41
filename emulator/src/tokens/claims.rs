//! The claims that a client asks for, and those that Azure Resource Manager demands of users
//! before it writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::base::http::Request;
use crate::state::World;

use super::refusal::{Refusal, refuse};
use super::store::Issued;

/// The members under `access_token` of a `claims` parameter.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Claims(Map<String, Value>);

/// The values that a member of a claims request names: `{"value": …}` or `{"values": […]}`.
fn values(member: &Value) -> Vec<String> {
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

    /// These and those.
    pub(crate) fn and(mut self, other: Claims) -> Self {
        self.0.extend(other.0);
        self
    }

    /// What a user has to be present for: authentication contexts.
    fn contexts(&self) -> Vec<String> {
        self.0.get("acrs").map(values).unwrap_or_default()
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
        let capabilities = self.0.get("xms_cc").map(values).unwrap_or_default();
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

/// Whether a token meets what the setting `requireClaims` demands.
fn meets(issued: &Issued, required: &Map<String, Value>) -> bool {
    let Some(Value::Object(members)) = required.get("access_token") else {
        return true;
    };
    members.iter().all(|(name, demand)| {
        let demanded = values(demand);
        if name == "nbf" {
            // Of no use is a token from before that time, whatever it was asked for with.
            return demanded
                .iter()
                .filter_map(|seconds| seconds.parse::<u64>().ok())
                .all(|seconds| issued.issued / 1_000 >= seconds);
        }
        let given = issued.claims.0.get(name).map(values);
        given.is_some_and(|given| demanded.iter().all(|one| given.contains(one)))
    })
}

/// Refuses the write of a user whose token lacks the demanded claims, and says in the challenge
/// which they are.
pub(crate) fn demand(world: &World, request: &Request) -> Result<(), ArmError> {
    let Some(required) = &world.session.settings.require_claims else {
        return Ok(());
    };
    let issued = crate::oauth::bearer(request)
        .ok()
        .and_then(|token| world.session.tokens.find(token));
    if !issued.is_some_and(|issued| issued.party.is_user() && !meets(issued, required)) {
        return Ok(());
    }
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{}\"",
        world.site.endpoint,
        STANDARD.encode(Value::Object(required.clone()).to_string())
    );
    let name = request
        .segments
        .last()
        .map(String::as_str)
        .unwrap_or_default();
    Err(ArmError::new(
        401,
        "RequestDisallowedByPolicy",
        format!(
            "Resource '{name}' was disallowed by policy. Reasons: 'Users must authenticate with multi-factor authentication to create, change or delete resources.'. See error details for policy resource IDs."
        ),
    )
    .header("WWW-Authenticate", challenge)
    .gateway())
}
