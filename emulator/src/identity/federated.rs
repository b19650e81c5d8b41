//! Federated identity credentials: whose tokens, of another issuer, may act as a user-assigned
//! identity. They are children of the identity and go with it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::user_assigned;
use crate::arm::error::{ArmError, resource_not_found};
use crate::arm::paging;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::arm::throttle::{
    self, FEDERATED_LISTS, FEDERATED_READS, FEDERATED_WRITES, FederatedLimits,
};
use crate::arm::values::not_a;
use crate::base::clock::Millis;
use crate::base::http::Reply;
use crate::base::seed;
use crate::model::federated::{Expression, FLEXIBLE, FederatedCredential, KIND, Trust};
use crate::model::identity::{self, UserAssignedIdentity};
use crate::state::{Part, World, key, within};

/// Those of identities, from the first that has credentials.
pub(crate) const VERSIONS: Versions = Versions::Listed(&[
    "2022-01-31-preview",
    "2023-01-31",
    "2023-07-31-preview",
    "2024-11-30",
    "2025-01-31-preview",
    "2025-05-31-preview",
    "2026-04-30",
    "2026-05-31",
]);

/// As many as an identity can have.
const MAX: usize = 20;

/// The longest that issuer, subject and audience can be.
const MAX_LENGTH: usize = 600;
const ALL: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}/federatedIdentityCredentials";
const ONE: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}/federatedIdentityCredentials/{credential}";

pub(crate) const ROUTES: &[Route] = &[
    route("PUT", ONE, put, VERSIONS),
    route("GET", ONE, get, VERSIONS),
    route("DELETE", ONE, delete, VERSIONS),
    route("GET", ALL, list, VERSIONS),
];

/// Until when a federated credential is being written, by identity.
#[derive(Debug, Default)]
pub(super) struct Writes(HashMap<String, Millis>);

impl Part for Writes {
    fn reset(&mut self) {
        self.0.clear();
    }
}

fn parent_key(call: &Call<'_>) -> String {
    key::resource(
        call.param("subscription"),
        call.param("group"),
        identity::KIND,
        call.param("name"),
    )
}

fn key_of(call: &Call<'_>) -> String {
    format!(
        "{}{}",
        key::credentials(&parent_key(call)),
        call.param("credential").to_lowercase()
    )
}

/// The id of the identity that the path is under.
fn parent(world: &World, call: &Call<'_>) -> Result<String, ArmError> {
    world
        .state
        .identities
        .get(&parent_key(call))
        .map(UserAssignedIdentity::id)
        .ok_or_else(|| {
            ArmError::new(
                404,
                "NotFound",
                "The parent user-assigned identity doesn't exist.",
            )
        })
}

/// 3 to 120 letters, digits, hyphens and underscores, beginning with a letter or digit.
fn name_is_valid(name: &str) -> bool {
    (3..=120).contains(&name.len()) && user_assigned::name_is_valid(name)
}

fn bad_request(message: impl Into<String>) -> ArmError {
    ArmError::new(400, "BadRequest", message)
}

/// What a body wants, with every rule that a credential has by itself.
fn wanted(body: &Map<String, Value>, api_version: &str) -> Result<Trust, ArmError> {
    let properties = match body.get("properties") {
        None | Some(Value::Null) => return Err(empty_properties()),
        Some(Value::Object(properties)) if properties.is_empty() => return Err(empty_properties()),
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(not_a("properties", "JSON object")),
    };
    let issuer = required(properties, "issuer")?;
    let expression = match FLEXIBLE.contains(&api_version) {
        true => expression(properties)?,
        false => None,
    };
    let subject = match &expression {
        None => Some(required(properties, "subject")?),
        Some(_) if properties.get("subject").is_none_or(Value::is_null) => None,
        Some(_) => {
            return Err(bad_request(
                "The request format was unexpected. Federated Identity Credential must specify either 'subject' or 'claimsMatchingExpression', not both.",
            ));
        }
    };
    let audiences = match properties.get("audiences") {
        None | Some(Value::Null) => return Err(unspecified()),
        Some(Value::Array(audiences)) => audiences,
        Some(_) => return Err(not_a("properties.audiences", "JSON array")),
    };
    let [audience] = &audiences[..] else {
        return Err(bad_request(
            "Federated identity credentials must have exactly one audience.",
        ));
    };
    let audience = audience
        .as_str()
        .ok_or_else(|| not_a("properties.audiences[0]", "string"))?;
    if audience.is_empty() {
        return Err(unspecified());
    }
    for (name, value) in [
        ("issuer", issuer),
        ("subject", subject.unwrap_or_default()),
        (
            "claimsMatchingExpression",
            expression.as_ref().map_or("", |one| &one.value),
        ),
        ("audience", audience),
    ] {
        let length = value.chars().count();
        if length > MAX_LENGTH {
            return Err(bad_request(format!(
                "The request format was unexpected. Federated Identity Credential '{name}' has {length} characters, and at most {MAX_LENGTH} are allowed."
            )));
        }
    }
    if !is_url(issuer) {
        return Err(bad_request(format!(
            "The request format was unexpected. Federated Identity Credential 'issuer' is not an absolute URL: '{issuer}'."
        )));
    }
    Ok(Trust {
        issuer: issuer.to_owned(),
        subject: subject.map(str::to_owned),
        claims_matching_expression: expression,
        audience: audience.to_owned(),
    })
}

fn expression(properties: &Map<String, Value>) -> Result<Option<Expression>, ArmError> {
    let given = match properties.get("claimsMatchingExpression") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(given)) => given,
        Some(_) => {
            return Err(not_a("properties.claimsMatchingExpression", "JSON object"));
        }
    };
    let value = required(given, "value")?;
    let language_version = given.get("languageVersion").and_then(Value::as_i64);
    match language_version {
        Some(1) => Ok(Some(Expression {
            value: value.to_owned(),
            language_version: 1,
        })),
        _ => Err(bad_request(
            "The request format was unexpected. 'languageVersion' of 'claimsMatchingExpression' must be 1.",
        )),
    }
}

fn empty_properties() -> ArmError {
    bad_request("Federated Identity Credential from HTTP body has empty properties")
}

fn unspecified() -> ArmError {
    bad_request(
        "The request format was unexpected. Federated Identity Credential must specify 'issuer', 'subject' and 'audience'.",
    )
}

fn required<'a>(properties: &'a Map<String, Value>, name: &str) -> Result<&'a str, ArmError> {
    match properties.get(name) {
        None | Some(Value::Null) => Err(unspecified()),
        Some(Value::String(text)) if text.is_empty() => Err(unspecified()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(not_a(&format!("properties.{name}"), "string")),
    }
}

/// The specification says `uri`, and nothing of the scheme.
fn is_url(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["https://", "http://"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme))
        .is_some_and(|rest| {
            !rest.is_empty()
                && !rest.starts_with(['/', '?', '#', ':'])
                && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        })
}

/// Counts a request against the limits of the tenant, the subscription and the identity.
fn count(
    world: &mut World,
    call: &Call<'_>,
    what: &str,
    limits: &FederatedLimits,
) -> Result<(), ArmError> {
    if !world.session.settings.throttling {
        return Ok(());
    }
    let subscription = call.param("subscription").to_lowercase();
    for (place, limit) in [
        (seed::TENANT_ID.to_owned(), limits.tenant),
        (subscription, limits.subscription),
        (parent_key(call), limits.identity),
    ] {
        world
            .session
            .throttle
            .take(format!("federated/{what}/{place}"), limit, call.now)
            .map_err(throttle::federated_throttled)?;
    }
    Ok(())
}

/// Begins a write, which takes its time: until it is over, another one under the same identity is
/// refused. The time that it takes.
fn begin_write(world: &mut World, call: &Call<'_>, parent: &str) -> Result<Millis, ArmError> {
    let takes = world.session.settings.federated_write_ms;
    let writes = &mut world.session.part_mut::<Writes>().0;
    writes.retain(|_, until| *until > call.now);
    let identity = parent_key(call);
    if writes.contains_key(&identity) {
        return Err(ArmError::new(
            409,
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
            format!(
                "Too many Federated Identity Credentials are written concurrently for the managed identity '{parent}'. Concurrent Federated Identity Credentials writes under the same managed identity are not supported."
            ),
        ));
    }
    if takes > 0 {
        writes.insert(identity, call.now.saturating_add(takes));
    }
    Ok(takes)
}

fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let name = call.param("credential");
    if !name_is_valid(name) {
        return Err(bad_request(format!(
            "Federated Identity Credential name '{name}' is invalid."
        )));
    }
    let parent = parent(world, call)?;
    let trust = wanted(&call.json()?, &call.api_version)?;
    count(world, call, "write", &FEDERATED_WRITES)?;

    let key = key_of(call);
    let prefix = key::credentials(&parent_key(call));
    let others = || within(&world.state.federated, &prefix).filter(|(other, _)| **other != key);
    if others().any(|(_, other)| {
        other.trust.issuer == trust.issuer
            && other.trust.subject == trust.subject
            && other.trust.claims_matching_expression == trust.claims_matching_expression
    }) {
        return Err(bad_request(
            "Issuer and subject combination already exists for this Managed Identity.",
        ));
    }
    if others().count() >= MAX {
        return Err(bad_request(format!(
            "Too many Federated Identity Credentials: the managed identity '{parent}' has {MAX}, and that is the most it can have."
        )));
    }
    let takes = begin_write(world, call, &parent)?;
    let there = world.state.federated.get(&key);
    let status = if there.is_some() { 200 } else { 201 };
    let credential = FederatedCredential {
        name: there.map_or_else(|| name.to_owned(), |there| there.name.clone()),
        parent,
        trust,
    };
    let mut reply = Reply::json(status, &credential.body(&call.api_version));
    if status == 201 {
        // A path, as that of an identity.
        reply = reply.header("Location", credential.id());
    }
    world.state.federated.insert(key, credential);
    Ok(reply.delayed(takes))
}

fn get(world: &mut World, call: &Call<'_>) -> Handled {
    parent(world, call)?;
    count(world, call, "get", &FEDERATED_READS)?;
    world
        .state
        .federated
        .get(&key_of(call))
        .map(|credential| Reply::json(200, &credential.body(&call.api_version)))
        .ok_or_else(|| {
            resource_not_found(
                KIND,
                &format!("{}/{}", call.param("name"), call.param("credential")),
                call.param("group"),
            )
        })
}

/// 200 when it was there, 204 when not, or when its identity is not.
fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let key = key_of(call);
    let Ok(parent) = parent(world, call) else {
        return Ok(Reply::empty(204));
    };
    count(world, call, "delete", &FEDERATED_WRITES)?;
    let takes = begin_write(world, call, &parent)?;
    let removed = world.state.federated.remove(&key);
    Ok(Reply::empty(if removed.is_some() { 200 } else { 204 }).delayed(takes))
}

fn list(world: &mut World, call: &Call<'_>) -> Handled {
    parent(world, call)?;
    count(world, call, "list", &FEDERATED_LISTS)?;
    let prefix = key::credentials(&parent_key(call));
    paging::list(
        world,
        call,
        (&world.state.federated, &prefix),
        paging::top(world, call)?,
        |credential| Some(credential.body(&call.api_version)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names() {
        for name in ["abc", "0-_", &"x".repeat(120)] {
            assert!(name_is_valid(name), "{name}");
        }
        for name in ["", "ab", "-ab", "_ab", "a.b", "äbc", &"x".repeat(121)] {
            assert!(!name_is_valid(name), "{name}");
        }
    }

    #[test]
    fn issuers_are_urls() {
        for url in [
            "https://token.actions.githubusercontent.com",
            "HTTPS://a/b/",
            "http://localhost:8080/realms/x",
        ] {
            assert!(is_url(url), "{url}");
        }
        for text in [
            "a",
            "https://",
            "https:///x",
            "https:// a",
            "https://a ",
            "ftp://a",
            " https://a",
        ] {
            assert!(!is_url(text), "{text}");
        }
    }

    #[test]
    fn what_is_missing_or_wrong() {
        let at = |version: &str, value: Value| {
            wanted(json!({ "properties": value }).as_object().unwrap(), version)
        };
        let of = |value: Value| at("2024-11-30", value);
        let good = json!({"issuer": "https://i", "subject": "s", "audiences": ["a"]});
        of(good.clone()).unwrap();
        let with = |name: &str, value: Value| {
            let mut changed = good.clone();
            changed[name] = value;
            changed
        };
        for (value, part) in [
            (json!(null), "empty properties"),
            (json!({}), "empty properties"),
            (json!([]), "JSON object"),
            (with("issuer", json!(null)), "must specify"),
            (with("issuer", json!("")), "must specify"),
            (with("issuer", json!("here")), "absolute URL"),
            (
                with("issuer", json!(format!("https://{}", "x".repeat(593)))),
                "601 characters",
            ),
            (with("subject", json!(1)), "string"),
            (with("subject", json!("ä".repeat(601))), "'subject' has 601"),
            (with("audiences", json!(null)), "must specify"),
            (with("audiences", json!("a")), "JSON array"),
            (with("audiences", json!([])), "exactly one audience"),
            (with("audiences", json!(["a", "b"])), "exactly one audience"),
            (with("audiences", json!([1])), "string"),
            (with("audiences", json!([""])), "must specify"),
            (
                with("audiences", json!(["x".repeat(601)])),
                "'audience' has 601",
            ),
        ] {
            let error = of(value.clone()).unwrap_err();
            assert!(error.body.message.contains(part), "{value}: {error:?}");
        }
        of(with("subject", json!("ä".repeat(600)))).unwrap();

        let expression = json!({"value": "claims['sub'] eq 's'", "languageVersion": 1});
        let mut flexible = with("claimsMatchingExpression", expression);
        let both = at(FLEXIBLE[0], flexible.clone()).unwrap_err();
        assert!(both.body.message.contains("not both"), "{both:?}");
        flexible["subject"] = Value::Null;
        let read = at(FLEXIBLE[0], flexible.clone()).unwrap();
        assert!(read.subject.is_none() && read.claims_matching_expression.is_some());
        assert!(of(flexible.clone()).is_err());
        flexible["claimsMatchingExpression"]["languageVersion"] = json!(2);
        assert!(at(FLEXIBLE[0], flexible).is_err());
    }
}
