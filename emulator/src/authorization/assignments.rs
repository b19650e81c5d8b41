//! Role assignments: who has which role where. They outlive the identities that they were made
//! for, and go with the resource or group that they are on.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::definitions;
use crate::arm::error::ArmError;
use crate::arm::filter::{Clause, clauses};
use crate::arm::paging;
use crate::arm::route::{Call, Handled};
use crate::arm::scope::{Scope, bad_filter};
use crate::arm::values::not_a;
use crate::base::http::Reply;
use crate::base::{random, seed};
use crate::model::principal::PrincipalType;
use crate::model::role_assignment::RoleAssignment;
use crate::model::role_definition::AnyRole;
use crate::state::{World, directory};

fn key_of(scope: &Scope, name: &str) -> String {
    format!(
        "{}/providers/microsoft.authorization/roleassignments/{}",
        scope.key(),
        name.to_lowercase()
    )
}

/// A string member; absent and null are the same.
fn text(properties: &Map<String, Value>, name: &str) -> Result<Option<String>, ArmError> {
    match properties.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(not_a(&format!("properties.{name}"), "string")),
    }
}

fn required(properties: &Map<String, Value>, name: &str) -> Result<String, ArmError> {
    text(properties, name)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| {
            ArmError::new(
                400,
                "BadRequestFormat",
                format!("The request was incorrectly formatted: 'properties.{name}' is missing."),
            )
        })
}

/// The GUID in the id of a role, at any scope.
fn role_of(id: &str) -> Result<&str, ArmError> {
    let behind = id
        .to_lowercase()
        .rfind("/providers/microsoft.authorization/roledefinitions/")
        .and_then(|at| id.get(at..))
        .and_then(|tail| tail.rsplit_once('/'))
        .map(|(_, guid)| guid)
        .filter(|guid| random::is_guid(guid));
    behind.ok_or_else(|| {
        ArmError::new(
            400,
            "InvalidRoleDefinitionId",
            format!("The role definition ID '{id}' is not valid."),
        )
    })
}

fn principal_not_found(id: &str) -> ArmError {
    ArmError::new(
        400,
        "PrincipalNotFound",
        format!(
            "Principal {} does not exist in the directory {}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
            id.replace('-', ""),
            seed::TENANT_ID
        ),
    )
}

pub(super) fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, true)?;
    let name = call.param("name");
    if !random::is_guid(name) {
        return Err(ArmError::new(
            400,
            "InvalidRoleAssignmentId",
            format!(
                "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
            ),
        ));
    }
    let body = call.json()?;
    let properties = match body.get("properties") {
        Some(Value::Object(properties)) => properties,
        Some(Value::Null) | None => {
            return Err(ArmError::new(
                400,
                "BadRequestFormat",
                "The request was incorrectly formatted: 'properties' is missing.",
            ));
        }
        Some(_) => return Err(not_a("properties", "JSON object")),
    };
    let role_id = required(properties, "roleDefinitionId")?;
    let guid = role_of(&role_id)?;
    let principal = required(properties, "principalId")?;
    if !random::is_guid(&principal) {
        return Err(ArmError::new(
            400,
            "InvalidPrincipalId",
            format!("A valid principal ID must be provided for role assignment: '{principal}'."),
        ));
    }
    let claimed = match text(properties, "principalType")? {
        None => None,
        Some(text) => Some(PrincipalType::parse(&text).ok_or_else(|| {
            ArmError::new(
                400,
                "InvalidPrincipalType",
                format!("The principal type '{text}' is not valid."),
            )
        })?),
    };
    let condition = text(properties, "condition")?;
    let condition_version = text(properties, "conditionVersion")?;
    let role = world.state.role(guid);
    let role = role.filter(|role| match role {
        AnyRole::BuiltIn(_) => true,
        AnyRole::Custom(role) => role.is_assignable_at(&scope.key()),
    });
    let role = role.ok_or_else(|| definitions::not_found(guid, 400))?;
    let role = role.id().to_owned();
    let key = key_of(&scope, name);

    // What an assignment says of who has what where never changes.
    if let Some(there) = world.state.assignments.get_mut(&key) {
        let same = there.role == role
            && there.principal_id.eq_ignore_ascii_case(&principal)
            && claimed.is_none_or(|kind| kind == there.principal_type);
        if !same {
            return Err(ArmError::new(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            ));
        }
        there.description = text(properties, "description")?;
        there.condition = condition;
        there.condition_version = condition_version;
        there.updated = call.now;
        return Ok(Reply::json(200, &there.body()));
    }

    let kind = directory::replicated(world, &principal, call.now)
        .map(|object| object.kind)
        .ok_or_else(|| principal_not_found(&principal))?;
    if let Some(claimed) = claimed
        && claimed != kind
    {
        return Err(ArmError::new(
            400,
            "UnmatchedPrincipalType",
            format!(
                "The PrincipalId '{}' has type '{}' , which is different from specified PrinciaplType '{}'.",
                principal.replace('-', ""),
                kind.name(),
                claimed.name()
            ),
        ));
    }
    let in_the_way = world.state.assignments.values().find(|other| {
        other.is_at(&scope.id)
            && other.role == role
            && other.principal_id.eq_ignore_ascii_case(&principal)
    });
    if let Some(other) = in_the_way {
        return Err(ArmError::new(
            409,
            "RoleAssignmentExists",
            format!(
                "The role assignment already exists. The ID of the existing role assignment is {}.",
                other.name.replace('-', "")
            ),
        ));
    }

    let assignment = RoleAssignment {
        name: name.to_owned(),
        subscription: scope.subscription.clone(),
        scope: scope.id.clone(),
        role,
        principal_id: principal.to_lowercase(),
        principal_type: kind,
        description: text(properties, "description")?,
        condition,
        condition_version,
        delegated_managed_identity_resource_id: text(
            properties,
            "delegatedManagedIdentityResourceId",
        )?,
        created: call.now,
        updated: call.now,
    };
    let mut body = assignment.body();
    // Only the answer to the creation does not know yet who did it.
    body["properties"]["createdBy"] = Value::Null;
    world.state.assignments.insert(key, assignment);
    Ok(Reply::json(201, &body))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?;
    let name = call.param("name");
    match world.state.assignments.get(&key_of(&scope, name)) {
        Some(assignment) => Ok(Reply::json(200, &assignment.body())),
        None => Err(ArmError::new(
            404,
            "RoleAssignmentNotFound",
            format!("The role assignment '{name}' is not found."),
        )),
    }
}

/// 200 with what is gone; 204 when it was not there.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?;
    let key = key_of(&scope, call.param("name"));
    Ok(match world.state.assignments.remove(&key) {
        Some(assignment) => Reply::json(200, &assignment.body()),
        None => Reply::empty(204),
    })
}

/// Those at, above and below the scope; with `atScope()` not those below.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?.key();
    let filter = call.request.parameter("$filter").unwrap_or_default();
    let mut below = true;
    // Each clause names those who may hold an assignment: `assignedTo` groups, too.
    let mut principals = Vec::new();
    if !filter.trim().is_empty() {
        let refused = || {
            bad_filter(
                &filter,
                "'atScope()', 'principalId eq '{value}'' and 'assignedTo('{value}')'",
            )
        };
        for clause in clauses(&filter).ok_or_else(refused)? {
            match clause {
                Clause::Call(name, None) if name.eq_ignore_ascii_case("atScope") => below = false,
                Clause::Call(name, Some(id)) if name.eq_ignore_ascii_case("assignedTo") => {
                    let mut holders = directory::groups_of(&world.state.directory_groups, &id);
                    holders.insert(id.to_lowercase());
                    principals.push(holders);
                }
                Clause::Equal(name, id) if name.eq_ignore_ascii_case("principalId") => {
                    principals.push(BTreeSet::from([id.to_lowercase()]));
                }
                _ => return Err(refused()),
            }
        }
    }
    let is_listed = |assignment: &RoleAssignment| {
        let place = assignment.is_at(&scope)
            || assignment.is_above(&scope)
            || (below && assignment.is_below(&scope));
        place
            && principals
                .iter()
                .all(|holders| holders.contains(&assignment.principal_id))
    };
    paging::list(
        world,
        call,
        (&world.state.assignments, ""),
        world.session.settings.page_size,
        |assignment| is_listed(assignment).then(|| assignment.body()),
    )
}
