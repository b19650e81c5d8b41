//! User-assigned identities, and the system-assigned identity of a resource.

use serde_json::{Map, Value, json};

use crate::arm::error::{ArmError, invalid_parameter, other_location, resource_not_found};
use crate::arm::paging;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::arm::throttle::{self, IDENTITY_CREATES};
use crate::arm::values;
use crate::base::http::Reply;
use crate::base::{random, seed};
use crate::model::identity::{ISOLATION_SINCE, KIND, UserAssignedIdentity, has_restrictions};
use crate::state::{World, key};
use crate::tokens::store::Tokens;

const VERSIONS: Versions = Versions::Listed(&[
    "2015-08-31-preview",
    "2018-11-30",
    "2021-09-30-preview",
    "2022-01-31-preview",
    "2023-01-31",
    "2023-07-31-preview",
    "2024-11-30",
    "2025-01-31-preview",
    "2025-05-31-preview",
    "2026-04-30",
    "2026-05-31",
]);

const ONE: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}";

const REVOKE: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}/revokeTokens";

pub(crate) const ROUTES: &[Route] = &[
    route("PUT", ONE, put, VERSIONS),
    route("PATCH", ONE, patch, VERSIONS),
    route("GET", ONE, get, VERSIONS),
    route("DELETE", ONE, delete, VERSIONS),
    route(
        "POST",
        REVOKE,
        revoke_tokens,
        Versions::Listed(&["2023-07-31-preview"]),
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
        list,
        VERSIONS,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
        list,
        VERSIONS,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.ManagedIdentity/identities/default",
        system_assigned,
        VERSIONS,
    ),
];

fn key_of(call: &Call<'_>) -> String {
    key::resource(
        call.param("subscription"),
        call.param("group"),
        KIND,
        call.param("name"),
    )
}

/// 3 to 128 letters, digits, hyphens and underscores, beginning with a letter or digit.
pub(crate) fn name_is_valid(name: &str) -> bool {
    (3..=128).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn check_name(name: &str) -> Result<(), ArmError> {
    if name_is_valid(name) {
        return Ok(());
    }
    Err(ArmError::new(
        400,
        "InvalidResourceName",
        format!(
            "The resource name '{name}' is invalid. The name of a user-assigned identity begins with a letter or digit and has 3 to 128 letters, digits, hyphens and underscores."
        ),
    ))
}

/// What a body wants of the properties. What it does not name stays.
#[derive(Default)]
struct Wanted {
    isolation_scope: Option<String>,
    restrictions: Option<Vec<String>>,
}

impl Wanted {
    /// Reads the properties that the version has; those that it does not know are ignored.
    fn read(body: &Map<String, Value>, api_version: &str) -> Result<Self, ArmError> {
        let properties = match body.get("properties") {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(values::not_a("properties", "JSON object")),
        };
        let mut wanted = Self::default();
        if api_version >= ISOLATION_SINCE {
            wanted.isolation_scope = isolation_scope(properties)?;
        }
        if has_restrictions(api_version) {
            wanted.restrictions = restrictions(properties)?;
        }
        Ok(wanted)
    }

    fn apply(self, identity: &mut UserAssignedIdentity) {
        if let Some(scope) = self.isolation_scope {
            identity.isolation_scope = scope;
        }
        if self.restrictions.is_some() {
            identity.assignment_restrictions = self.restrictions;
        }
    }
}

/// The providers of `assignmentRestrictions`: namespaces, or types with their namespaces. Source:
/// Entra's documentation, "Configure assignment restriction for user-assigned managed identities".
fn restrictions(properties: &Map<String, Value>) -> Result<Option<Vec<String>>, ArmError> {
    const MEMBER: &str = "properties.assignmentRestrictions";
    const PROVIDERS: &str = "properties.assignmentRestrictions.providers";
    let given = match properties.get("assignmentRestrictions") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(given)) => given,
        Some(_) => return Err(values::not_a(MEMBER, "JSON object")),
    };
    let given = match given.get("providers") {
        None | Some(Value::Null) => return Ok(Some(Vec::new())),
        Some(Value::Array(given)) => given,
        Some(_) => return Err(values::not_a(PROVIDERS, "JSON array")),
    };
    let provider = |one: &Value| match one.as_str() {
        Some(text) if names_a_provider(text) => Ok(text.to_owned()),
        Some(text) => Err(invalid_parameter(
            PROVIDERS,
            format!(
                "The value '{text}' of 'assignmentRestrictions.providers' is invalid. Expect a resource provider namespace or a resource type."
            ),
        )),
        None => Err(values::not_a(PROVIDERS, "JSON array of strings")),
    };
    given
        .iter()
        .map(provider)
        .collect::<Result<_, _>>()
        .map(Some)
}

fn names_a_provider(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let namespace = text.split('/').next().unwrap_or_default();
    namespace.contains('.') && text.split('/').all(is_name)
}

/// `isolationScope` of the properties.
fn isolation_scope(properties: &Map<String, Value>) -> Result<Option<String>, ArmError> {
    match properties.get("isolationScope") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(scope)) => ["None", "Regional"]
            .iter()
            .find(|known| known.eq_ignore_ascii_case(scope))
            .map(|known| Some((*known).to_owned()))
            .ok_or_else(|| {
                invalid_parameter(
                    "properties.isolationScope",
                    format!(
                        "The value '{scope}' of 'isolationScope' is invalid. Supported values are 'None' and 'Regional'."
                    ),
                )
            }),
        Some(_) => Err(values::not_a("properties.isolationScope", "string")),
    }
}

fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let name = call.param("name");
    check_name(name)?;
    let body = call.json()?;
    let location = values::location(&body, KIND)?;
    let tags = values::tags(&body)?.unwrap_or_default();
    let wanted = Wanted::read(&body, &call.api_version)?;

    if let Some(identity) = world.state.identities.get_mut(&key_of(call)) {
        if identity.location != location {
            return Err(other_location(
                name,
                call.param("group"),
                &identity.location,
                &location,
            ));
        }
        identity.tags = tags;
        wanted.apply(identity);
        return Ok(Reply::json(200, &identity.body(&call.api_version)));
    }

    if world.session.settings.throttling {
        let bucket = format!(
            "identities/{}/{location}",
            call.param("subscription").to_lowercase()
        );
        world
            .session
            .throttle
            .take(bucket, IDENTITY_CREATES, call.now)
            .map_err(throttle::identity_throttled)?;
    }
    let mut identity = UserAssignedIdentity {
        subscription: call.param("subscription").to_owned(),
        group: call.param("group").to_owned(),
        name: name.to_owned(),
        location,
        tags,
        isolation_scope: "None".to_owned(),
        assignment_restrictions: None,
        principal_id: random::guid(),
        client_id: random::guid(),
        created: call.now,
    };
    wanted.apply(&mut identity);
    // Azure's Location is a path here, not a URL, and nothing to poll.
    let reply =
        Reply::json(201, &identity.body(&call.api_version)).header("Location", identity.id());
    world.state.identities.insert(key_of(call), identity);
    Ok(reply)
}

fn not_found(call: &Call<'_>) -> ArmError {
    resource_not_found(KIND, call.param("name"), call.param("group"))
}

fn patch(world: &mut World, call: &Call<'_>) -> Handled {
    let body = call.json()?;
    let tags = values::tags(&body)?;
    let wanted = Wanted::read(&body, &call.api_version)?;
    let identity = world
        .state
        .identities
        .get_mut(&key_of(call))
        .ok_or_else(|| not_found(call))?;
    if body.get("location").is_some_and(|l| !l.is_null()) {
        let location = values::location(&body, KIND)?;
        if identity.location != location {
            return Err(other_location(
                &identity.name,
                call.param("group"),
                &identity.location,
                &location,
            ));
        }
    }
    if let Some(tags) = tags {
        identity.tags = tags;
    }
    wanted.apply(identity);
    Ok(Reply::json(200, &identity.body(&call.api_version)))
}

fn get(world: &mut World, call: &Call<'_>) -> Handled {
    world
        .state
        .identities
        .get(&key_of(call))
        .map(|identity| Reply::json(200, &identity.body(&call.api_version)))
        .ok_or_else(|| not_found(call))
}

/// 200 when it was there, 204 when not. References to it on resources stay, and so do the roles that
/// it had; roles on it and its federated credentials go.
fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let key = key_of(call);
    let there = world.state.identities.contains_key(&key);
    world.state.remove(&key);
    Ok(Reply::empty(if there { 200 } else { 204 }))
}

/// Its tokens are of no use from now on; it gets new ones. As in azure-cli's recording of
/// `identity revoke`: 200 without a body.
fn revoke_tokens(world: &mut World, call: &Call<'_>) -> Handled {
    let identity = world.state.identities.get(&key_of(call));
    let principal = identity
        .ok_or_else(|| not_found(call))?
        .principal_id
        .clone();
    world.session.part_mut::<Tokens>().revoke_of(&principal);
    Ok(Reply::empty(200))
}

fn list(world: &mut World, call: &Call<'_>) -> Handled {
    paging::list(
        world,
        call,
        (&world.state.identities, &call.prefix()),
        world.session.settings.page_size,
        |identity| Some(identity.body(&call.api_version)),
    )
}

/// The system-assigned identity of the resource in the scope.
fn system_assigned(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = call.param("scope");
    let resource = world.state.resource(scope);
    let Some((resource, system)) =
        resource.and_then(|resource| Some((resource, resource.identity()?.system.as_ref()?)))
    else {
        let segments: Vec<&str> = scope.split('/').filter(|s| !s.is_empty()).collect();
        return Err(resource_not_found(
            "Microsoft.ManagedIdentity/identities",
            "default",
            segments.get(3).unwrap_or(&""),
        ));
    };
    let id = resource.id();
    Ok(Reply::json(
        200,
        &json!({
            "id": format!("{id}/providers/Microsoft.ManagedIdentity/identities/default"),
            "name": "default",
            "type": "Microsoft.ManagedIdentity/identities",
            "location": resource.location(),
            "tags": resource.tags(),
            "properties": {
                "tenantId": seed::TENANT_ID,
                "principalId": system.principal_id,
                "clientId": system.client_id,
                // A secret in Azure: whoever holds this URL can act as the identity.
                "clientSecretUrl": format!(
                    "https://control-{}.identity.invalid{}/credentials?tid={}&oid={}&aid={}&sig={}",
                    resource.location(),
                    id.to_lowercase(),
                    seed::TENANT_ID,
                    system.principal_id,
                    system.client_id,
                    random::opaque(32),
                ),
            },
        }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["abc", "a-_", "0bc", &"x".repeat(128)] {
            assert!(name_is_valid(name), "{name}");
        }
        for name in [
            "",
            "ab",
            "-bc",
            "_bc",
            "a.c",
            "a c",
            "äbc",
            &"x".repeat(129),
        ] {
            assert!(!name_is_valid(name), "{name}");
        }
    }
}
