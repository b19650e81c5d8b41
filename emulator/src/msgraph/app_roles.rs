//! App role assignments: who has which application permission of an API.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::collections::{context, find, paged};
use super::objects::Collection;
use super::query::{Query, member};
use super::request::{GraphError, GraphRequest, GraphResult};
use crate::base::http::Reply;
use crate::base::json::object;
use crate::base::random;
use crate::model::app_role::{AppRoleAssignment, DEFAULT_ROLE, is_id};
use crate::model::principal::PrincipalType;
use crate::state::World;
use crate::state::directory::{self, Object};

/// From which end an assignment is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Side {
    /// `appRoleAssignments`: what somebody has.
    Principal,
    /// `appRoleAssignedTo`: who has something on an API.
    Resource,
}

const PROPERTIES: [&str; 9] = [
    "id",
    "deletedDateTime",
    "appRoleId",
    "createdDateTime",
    "principalDisplayName",
    "principalId",
    "principalType",
    "resourceDisplayName",
    "resourceId",
];

/// What assignments can be filtered by.
const FILTERABLE: [&str; 3] = ["principalDisplayName", "principalId", "resourceId"];

impl Side {
    /// By the name of the relationship, in lower case.
    pub(super) fn named(name: &str, collection: Collection) -> Option<Self> {
        match (name, collection) {
            (
                "approleassignments",
                Collection::ServicePrincipals | Collection::Users | Collection::Groups,
            ) => Some(Side::Principal),
            ("approleassignedto", Collection::ServicePrincipals) => Some(Side::Resource),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Side::Principal => "appRoleAssignments",
            Side::Resource => "appRoleAssignedTo",
        }
    }

    /// Whether an assignment is among those of that object.
    fn has(self, assignment: &AppRoleAssignment, id: &str) -> bool {
        match self {
            Side::Principal => assignment.principal_id == id,
            Side::Resource => assignment.resource_id == id,
        }
    }
}

/// Answers a request for the assignments of `id`, with what is behind them in the path.
pub(super) fn answer(
    world: &mut World,
    call: &GraphRequest<'_>,
    (collection, id): (Collection, &str),
    side: Side,
    rest: &[String],
) -> GraphResult {
    let id = find(world, call, collection, id)?.id.to_owned();
    let place = format!("{}('{id}')/{}", collection.name(), side.name());
    match (call.request.method.as_str(), rest) {
        ("GET", []) => list(world, call, side, &id, &place),
        ("POST", []) => create(world, call, &id, &place),
        ("GET", [assignment]) => {
            let found = one(world, side, &id, assignment)?;
            let query = Query::of(call.request, 1)?;
            let mut body = selected(&query, body(&known(world), found))?;
            let named = context(world, &format!("{place}/$entity"));
            body.insert("@odata.context".to_owned(), json!(named));
            Ok(Reply::json(200, &Value::Object(body)))
        }
        ("DELETE", [assignment]) => {
            let gone = one(world, side, &id, assignment)?.id.clone();
            world.state.app_role_assignments.remove(&gone);
            world.revision += 1;
            Ok(Reply::empty(204))
        }
        (_, [] | [_]) => Err(GraphError::not_allowed(call)),
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}

/// An assignment by its id.
fn one<'a>(
    world: &'a World,
    side: Side,
    of: &str,
    id: &str,
) -> Result<&'a AppRoleAssignment, GraphError> {
    // Source of the words: microsoftgraph/microsoft-graph-docs issue 5869 and
    // microsoft-graph-docs-contrib issue 3614.
    if !is_id(id) {
        return Err(GraphError::bad(
            "Invalid resource identifier for EntitlementGrant.",
        ));
    }
    match world.state.app_role_assignments.get(id) {
        None => Err(GraphError::not_found(id)),
        Some(found) if side.has(found, of) => Ok(found),
        Some(_) => Err(GraphError::bad(
            "EntitlementGrant being updated or deleted is not found.",
        )),
    }
}

fn list(world: &World, call: &GraphRequest<'_>, side: Side, id: &str, place: &str) -> GraphResult {
    let query = Query::of(call.request, world.session.settings.page_size)?;
    let filter = query.filter.as_ref();
    if let Some(name) = filter.and_then(|filter| filter.unknown(&FILTERABLE)) {
        return Err(GraphError::unsupported(format!(
            "Unsupported or invalid query filter clause specified for property '{name}' of resource 'AppRoleAssignment'."
        )));
    }
    selected(&query, Map::new())?;
    let known = known(world);
    let assignments = world.state.app_role_assignments.values();
    let found = assignments
        .filter(|one| side.has(one, id))
        .map(|one| (one.id.as_str(), body(&known, one)))
        .filter(|(_, body)| {
            let property = |name: &str| member(body, name).cloned().unwrap_or_default();
            filter.is_none_or(|filter| filter.passes(&property))
        })
        .collect();
    paged(
        world,
        call,
        &query,
        place,
        found,
        |(id, _)| id,
        |(_, body)| selected(&query, body).map(Value::Object),
    )
}

/// The properties of an assignment that were asked for.
fn selected(query: &Query, mut body: Map<String, Value>) -> Result<Map<String, Value>, GraphError> {
    let names = query.selected("appRoleAssignment", &PROPERTIES)?;
    body.retain(|name, _| names.contains(&name.as_str()));
    Ok(body)
}

/// Everybody in the directory, by id.
fn known(world: &World) -> HashMap<&str, Object<'_>> {
    let objects = directory::objects(&world.state);
    objects.map(|object| (object.id, object)).collect()
}

/// An assignment as Graph shows it.
fn body(known: &HashMap<&str, Object<'_>>, assignment: &AppRoleAssignment) -> Map<String, Value> {
    let principal = known.get(assignment.principal_id.as_str());
    let resource = known.get(assignment.resource_id.as_str());
    let name = |object: Option<&Object<'_>>| json!(object.map(|object| object.display_name));
    let kind = principal.map(|object| object.kind.name());
    let values = [
        json!(assignment.id),
        Value::Null,
        json!(assignment.app_role_id),
        json!(crate::base::clock::iso_time(assignment.created)),
        name(principal),
        json!(assignment.principal_id),
        json!(kind),
        name(resource),
        json!(assignment.resource_id),
    ];
    let names = PROPERTIES.iter().map(|&name| name.to_owned());
    object(names.zip(values))
}

/// The id that a member of a new assignment names.
fn named(body: &Map<String, Value>, name: &str) -> Result<String, GraphError> {
    match member(body, name) {
        None => Err(GraphError::bad(format!(
            "A value is required for property '{name}' of resource 'AppRoleAssignment'."
        ))),
        Some(Value::String(id)) if random::is_guid(id) => Ok(id.to_lowercase()),
        Some(_) => Err(GraphError::bad(format!(
            "Invalid value specified for property '{name}' of resource 'AppRoleAssignment'."
        ))),
    }
}

fn create(world: &mut World, call: &GraphRequest<'_>, of: &str, place: &str) -> GraphResult {
    let sent = call.body()?;
    let principal = named(&sent, "principalId")?;
    let resource = named(&sent, "resourceId")?;
    let role = named(&sent, "appRoleId")?;
    check(world, call, of, (&principal, &resource), &role)?;
    let made = AppRoleAssignment::new(&principal, &resource, &role, call.now);
    let mut answer = body(&known(world), &made);
    let named = context(world, &format!("{place}/$entity"));
    answer.insert("@odata.context".to_owned(), json!(named));
    world
        .state
        .app_role_assignments
        .insert(made.id.clone(), made);
    world.revision += 1;
    Ok(Reply::json(201, &Value::Object(answer)))
}

/// Checks what a new assignment names. `of` is either end of it.
///
/// Source of the words: microsoft-graph-docs issues 9738 and 20133 (an object that is not known
/// yet, or the wrong one) and hashicorp/terraform-provider-azuread pull request 1896.
fn check(
    world: &World,
    call: &GraphRequest<'_>,
    of: &str,
    (principal, resource): (&str, &str),
    role: &str,
) -> Result<(), GraphError> {
    let visible = |collection, id| find(world, call, collection, id).ok();
    let not_valid = || GraphError::bad("Not a valid reference update.");
    let holder = visible(Collection::DirectoryObjects, principal).ok_or_else(not_valid)?;
    let api = visible(Collection::ServicePrincipals, resource).ok_or_else(not_valid)?;
    if ![principal, resource].contains(&of) || holder.kind == PrincipalType::Device {
        return Err(not_valid());
    }
    let roles = api.app_roles();
    let is_application = holder.kind == PrincipalType::ServicePrincipal;
    let offered = roles.iter().any(|one| {
        one.id.eq_ignore_ascii_case(role) && one.is_enabled && one.is_for(is_application)
    });
    let is_default = roles.is_empty() && role == DEFAULT_ROLE;
    if !offered && !is_default {
        return Err(GraphError::bad(
            "Permission being assigned was not found on application",
        ));
    }
    let mut there = world.state.app_role_assignments.values();
    match there.any(|one| {
        one.principal_id == principal && one.resource_id == resource && one.app_role_id == role
    }) {
        true => Err(GraphError::bad(
            "Permission being assigned already exists on the object",
        )),
        false => Ok(()),
    }
}
