//! Role definitions: the built-in ones, and those of one's own.

use serde_json::{Map, Value};

use crate::arm::error::ArmError;
use crate::arm::filter::{Clause, clauses};
use crate::arm::paging;
use crate::arm::route::{Call, Handled};
use crate::arm::scope::{Scope, bad_filter};
use crate::arm::values::not_a;
use crate::base::http::Reply;
use crate::base::random;
use crate::model::builtin_roles;
use crate::model::role_definition::{AnyRole, CUSTOM, Permission, RoleDefinition};
use crate::state::{State, World};

pub(super) fn not_found(guid: &str, status: u16) -> ArmError {
    ArmError::new(
        status,
        "RoleDefinitionDoesNotExist",
        format!("The specified role definition with ID '{guid}' does not exist."),
    )
}

fn bad(code: &str, message: impl Into<String>) -> ArmError {
    ArmError::new(400, code, message)
}

/// The scope in the path; none at the root.
fn scope_of(world: &World, call: &Call<'_>) -> Result<Option<Scope>, ArmError> {
    if call.param("scope").is_empty() {
        return Ok(None);
    }
    Scope::of(world, call, false).map(Some)
}

/// The subscription of the scope, as a prefix of ids; nothing at the root.
fn prefix(scope: Option<&Scope>) -> String {
    scope.map_or_else(String::new, |scope| {
        format!("/subscriptions/{}", scope.subscription)
    })
}

/// What a list is narrowed to.
#[derive(Default)]
struct Filter {
    name: Option<String>,
    kind: Option<String>,
    /// Roles that can be assigned only below are listed, too.
    below: bool,
}

fn filter_of(call: &Call<'_>) -> Result<Filter, ArmError> {
    let text = call.request.parameter("$filter").unwrap_or_default();
    let mut filter = Filter::default();
    if text.trim().is_empty() {
        return Ok(filter);
    }
    let refused = || {
        bad_filter(
            &text,
            "'roleName eq '{value}'', 'type eq '{value}'', 'atScope()' and 'atScopeAndBelow()'",
        )
    };
    for clause in clauses(&text).ok_or_else(refused)? {
        match clause {
            Clause::Equal(name, value) if name.eq_ignore_ascii_case("roleName") => {
                filter.name = Some(value);
            }
            Clause::Equal(name, value) if name.eq_ignore_ascii_case("type") => {
                filter.kind = Some(value);
            }
            Clause::Call(name, None) if name.eq_ignore_ascii_case("atScope") => {}
            Clause::Call(name, None) if name.eq_ignore_ascii_case("atScopeAndBelow") => {
                filter.below = true;
            }
            _ => return Err(refused()),
        }
    }
    Ok(filter)
}

/// The built-in ones, which hold everywhere, and those of one's own that can be assigned at the
/// scope.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = scope_of(world, call)?;
    let filter = filter_of(call)?;
    let key = scope.as_ref().map(Scope::key);
    let at_scope = |role: &AnyRole<'_>| match (role, &key) {
        (AnyRole::BuiltIn(_), _) | (_, None) => true,
        (AnyRole::Custom(role), Some(key)) => {
            role.is_assignable_at(key) || (filter.below && role.is_assignable_below(key))
        }
    };
    let is = |wanted: &Option<String>, own: &str| {
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(own))
    };
    let prefix = prefix(scope.as_ref());
    let mut items: Vec<_> = world
        .state
        .all_roles()
        .filter(at_scope)
        .filter(|role| is(&filter.name, role.name()) && is(&filter.kind, role.kind()))
        .map(|role| (role.id().to_owned(), role.body(&prefix)))
        .collect();
    items.sort_by(|one, other| one.0.cmp(&other.0));
    // All on one page, as in Azure.
    let page = paging::page(&world.site.endpoint, call, usize::MAX, items.into_iter())?;
    Ok(charged(page))
}

/// A read of role definitions, with what it costs in the store behind them, as recorded.
fn charged(reply: Reply) -> Reply {
    reply.header("x-ms-request-charge", "1")
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let prefix = prefix(scope_of(world, call)?.as_ref());
    let name = call.param("name");
    let role = world.state.role(name).ok_or_else(|| not_found(name, 404))?;
    Ok(charged(Reply::json(200, &role.body(&prefix))))
}

/// A list of strings in `properties`; absent and null are none.
fn strings(properties: &Map<String, Value>, name: &str) -> Result<Vec<String>, ArmError> {
    let wrong = || not_a(&format!("properties.{name}"), "JSON array of strings");
    match properties.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn permissions(properties: &Map<String, Value>) -> Result<Vec<Permission>, ArmError> {
    let given = match properties.get("permissions") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(given)) => given,
        Some(_) => return Err(not_a("properties.permissions", "JSON array")),
    };
    given
        .iter()
        .map(|one| match one {
            Value::Object(one) => Ok(Permission {
                actions: strings(one, "actions")?,
                not_actions: strings(one, "notActions")?,
                data_actions: strings(one, "dataActions")?,
                not_data_actions: strings(one, "notDataActions")?,
            }),
            _ => Err(not_a("properties.permissions", "JSON array of objects")),
        })
        .collect()
}

/// Scopes below the subscriptions, whose subscriptions are there.
fn check_scopes(state: &State, scopes: &[String]) -> Result<(), ArmError> {
    if scopes.is_empty() {
        return Err(bad(
            "MissingAssignableScopes",
            "The role definition must have at least one assignable scope.",
        ));
    }
    for scope in scopes {
        let segments: Vec<&str> = scope.trim_matches('/').split('/').collect();
        let valid = scope.starts_with('/')
            && segments[0].eq_ignore_ascii_case("subscriptions")
            && segments.len() > 1;
        if !valid {
            return Err(bad(
                "LinkedInvalidPropertyId",
                format!(
                    "Property id '{scope}' at path 'properties.assignableScopes' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
                ),
            ));
        }
        if !state
            .subscriptions
            .contains_key(&segments[1].to_lowercase())
        {
            return Err(bad(
                "InvalidAssignableScope",
                format!("The assignable scope '{scope}' does not exist."),
            ));
        }
    }
    Ok(())
}

fn text<'a>(properties: &'a Map<String, Value>, name: &str) -> Result<&'a str, ArmError> {
    match properties.get(name) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(not_a(&format!("properties.{name}"), "string")),
    }
}

/// The role that a body describes, with what there is no word of in it left empty.
fn role_in(call: &Call<'_>, state: &State) -> Result<RoleDefinition, ArmError> {
    let body = call.json()?;
    let empty = Map::new();
    let properties = match body.get("properties") {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(not_a("properties", "JSON object")),
    };
    let kind = text(properties, "type")?;
    if !kind.is_empty() && !kind.eq_ignore_ascii_case(CUSTOM) {
        return Err(bad(
            "InvalidRoleDefinitionType",
            format!("The role definition type '{kind}' is not valid. It must be 'CustomRole'."),
        ));
    }
    let name = text(properties, "roleName")?;
    if name.is_empty() {
        return Err(bad(
            "RoleDefinitionNameNullOrEmpty",
            "The role definition name cannot be null or empty.",
        ));
    }
    let assignable_scopes = strings(properties, "assignableScopes")?;
    check_scopes(state, &assignable_scopes)?;
    Ok(RoleDefinition {
        id: call.param("name").to_lowercase(),
        name: name.to_owned(),
        description: text(properties, "description")?.to_owned(),
        permissions: permissions(properties)?,
        assignable_scopes,
        created: call.now,
        updated: call.now,
    })
}

/// 201, new or not, as in Azure.
pub(super) fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, true)?;
    let name = call.param("name");
    if !random::is_guid(name) {
        return Err(bad(
            "InvalidRoleDefinitionId",
            format!(
                "The role definition ID '{name}' is not valid. The role definition ID must be a GUID."
            ),
        ));
    }
    if builtin_roles::find(name).is_some() {
        return Err(ArmError::new(
            409,
            "RoleDefinitionExists",
            format!("The role definition with ID '{name}' already exists and is built in."),
        ));
    }
    let mut role = role_in(call, &world.state)?;
    if !role.is_assignable_at(&scope.key()) && !role.is_assignable_below(&scope.key()) {
        return Err(bad(
            "AssignableScopeNotUnderSubscriptionScope",
            format!(
                "None of the assignable scopes is at or under the scope '{}' of the request.",
                scope.id
            ),
        ));
    }
    let taken = world
        .state
        .all_roles()
        .any(|other| other.id() != role.id && other.name().eq_ignore_ascii_case(&role.name));
    let there = world.state.roles.get(&role.id);
    if taken {
        let message = match there {
            None => {
                "A custom role with the same name already exists in this directory. Use a different name."
            }
            Some(_) => "A role definition cannot be updated with a name that already exists.",
        };
        return Err(ArmError::new(
            409,
            "RoleDefinitionWithSameNameExists",
            message,
        ));
    }
    if let Some(there) = there {
        role.created = there.created;
    }
    let mut body = AnyRole::Custom(&role).body(&prefix(Some(&scope)));
    // Only the answer to the write does not know yet who made it.
    body["properties"]["createdBy"] = Value::Null;
    world.state.roles.insert(role.id.clone(), role);
    Ok(Reply::json(201, &body))
}

/// 200 with what is gone; 204 when it was not there.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?;
    let name = call.param("name").to_lowercase();
    if builtin_roles::find(&name).is_some() {
        return Err(bad(
            "InvalidRoleDefinitionType",
            format!("The role definition with ID '{name}' is built in and cannot be deleted."),
        ));
    }
    if !world.state.roles.contains_key(&name) {
        return Ok(Reply::empty(204));
    }
    if world.state.assignments.values().any(|one| one.role == name) {
        return Err(bad(
            "RoleDefinitionHasAssignments",
            format!("There are existing role assignments referencing role '{name}'."),
        ));
    }
    let body = world.state.roles.remove(&name).map_or(Value::Null, |role| {
        AnyRole::Custom(&role).body(&prefix(Some(&scope)))
    });
    Ok(Reply::json(200, &body))
}
