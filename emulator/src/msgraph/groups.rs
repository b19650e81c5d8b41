//! Groups: making and deleting them, who is in them, and in which somebody is.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::collections::{context, find, page, strings, visible};
use super::objects::{self, Collection};
use super::query::member;
use super::request::{GraphError, GraphRequest, GraphResult};
use crate::base::http::Reply;
use crate::base::random;
use crate::model::principal::{DirectoryGroup, Principal, PrincipalType};
use crate::state::World;
use crate::state::directory::{self, Object};

/// The longest name that a group can have.
const MAX_NAME: usize = 256;
const MAX_NICKNAME: usize = 64;

/// The text of a property that a new group needs.
fn required(body: &Map<String, Value>, name: &str, longest: usize) -> Result<String, GraphError> {
    match member(body, name) {
        None => Err(GraphError::bad(format!(
            "A value is required for property '{name}' of resource 'Group'."
        ))),
        Some(Value::String(text)) if (1..=longest).contains(&text.chars().count()) => {
            Ok(text.clone())
        }
        Some(_) => Err(invalid(name)),
    }
}

fn invalid(name: &str) -> GraphError {
    GraphError::bad(format!(
        "Invalid value specified for property '{name}' of resource 'Group'."
    ))
}

pub(super) fn create(world: &mut World, call: &GraphRequest<'_>) -> GraphResult {
    const KNOWN: [&str; 7] = [
        "displayName",
        "mailNickname",
        "description",
        "mailEnabled",
        "securityEnabled",
        "groupTypes",
        "visibility",
    ];
    let body = call.body()?;
    if let Some(name) = body
        .keys()
        .find(|name| !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)))
    {
        return Err(GraphError::bad(format!(
            "The property '{name}' of a new group is not supported by the emulator."
        )));
    }
    let display_name = required(&body, "displayName", MAX_NAME)?;
    let mail_nickname = required(&body, "mailNickname", MAX_NICKNAME)?;
    if mail_nickname.contains(|c: char| !c.is_ascii() || "@()\\[]\";:<>, ".contains(c)) {
        return Err(invalid("mailNickname"));
    }
    let description = match member(&body, "description") {
        None => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(invalid("description")),
    };
    // Only security groups: others have a mailbox.
    for (name, wanted) in [("mailEnabled", false), ("securityEnabled", true)] {
        match member(&body, name) {
            Some(Value::Bool(value)) if *value == wanted => {}
            Some(_) => return Err(invalid(name)),
            None => {
                return Err(GraphError::bad(format!(
                    "A value is required for property '{name}' of resource 'Group'."
                )));
            }
        }
    }
    if member(&body, "groupTypes").is_some_and(|types| types != &json!([])) {
        return Err(invalid("groupTypes"));
    }
    let id = random::guid();
    world.state.principals.insert(
        id.clone(),
        Principal::new(&id, PrincipalType::Group, &display_name),
    );
    world.state.directory_groups.insert(
        id.clone(),
        DirectoryGroup {
            description,
            mail_nickname: Some(mail_nickname),
            created: call.now,
            members: BTreeSet::new(),
        },
    );
    world.revision += 1;
    let object = find(world, call, Collection::Groups, &id)?;
    let mut body = objects::body(&world.state, &object, Collection::Groups.properties());
    let named = context(world, "groups/$entity");
    body.insert("@odata.context".to_owned(), json!(named));
    let location = format!("{}/v1.0/groups/{id}", world.site.endpoint);
    Ok(Reply::json(201, &Value::Object(body)).header("Location", location))
}

pub(super) fn delete(world: &mut World, call: &GraphRequest<'_>, id: &str) -> GraphResult {
    let id = find(world, call, Collection::Groups, id)?.id.to_owned();
    world.state.principals.remove(&id);
    world.state.directory_groups.remove(&id);
    world.revision += 1;
    Ok(Reply::empty(204))
}

/// What is behind `members` or `memberOf` in a path: nothing, or a type to choose by.
fn cast(rest: &[&str]) -> Result<Collection, GraphError> {
    match rest {
        [] => Ok(Collection::DirectoryObjects),
        [name] => Collection::of_items(name).ok_or_else(|| GraphError::no_segment(name)),
        [_, name, ..] => Err(GraphError::no_segment(name)),
    }
}

fn those(
    world: &World,
    call: &GraphRequest<'_>,
    collection: Collection,
    ids: &BTreeSet<String>,
) -> GraphResult {
    let found: Vec<Object<'_>> = visible(world, collection, call.now)
        .filter(|object| ids.contains(object.id))
        .collect();
    page(world, call, collection, found)
}

/// Who is in a group.
pub(super) fn members(
    world: &World,
    call: &GraphRequest<'_>,
    id: &str,
    rest: &[&str],
    through_groups: bool,
) -> GraphResult {
    let collection = cast(rest)?;
    let id = find(world, call, Collection::Groups, id)?.id;
    let groups = &world.state.directory_groups;
    let ids = if through_groups {
        directory::members_of(groups, id)
    } else {
        groups
            .get(id)
            .map(|g| g.members.clone())
            .unwrap_or_default()
    };
    those(world, call, collection, &ids)
}

/// The groups that somebody is in.
pub(super) fn of_member(
    world: &World,
    call: &GraphRequest<'_>,
    collection: Collection,
    id: &str,
    rest: &[&str],
    through_groups: bool,
) -> GraphResult {
    let wanted = cast(rest)?;
    let id = find(world, call, collection, id)?.id;
    let groups = &world.state.directory_groups;
    let ids = if through_groups {
        directory::groups_of(groups, id)
    } else {
        groups
            .iter()
            .filter(|(_, group)| group.members.contains(id))
            .map(|(group, _)| group.clone())
            .collect()
    };
    those(world, call, wanted, &ids)
}

/// The id in `{"@odata.id":"…/directoryObjects/{id}"}`.
fn referred(body: &Map<String, Value>) -> Result<String, GraphError> {
    let Some(Value::String(url)) = body.get("@odata.id") else {
        return Err(GraphError::bad(
            "The property '@odata.id' is required, and it is the URL of a directory object.",
        ));
    };
    let mut segments = url.trim_end_matches('/').rsplit('/');
    let id = segments.next().unwrap_or_default();
    let collection = segments.next().and_then(Collection::named);
    if collection.is_none() || !random::is_guid(id) {
        return Err(GraphError::bad(format!(
            "Invalid URL format specified in '@odata.id': '{url}'. It ends in '/directoryObjects/{{id}}'."
        )));
    }
    Ok(id.to_lowercase())
}

pub(super) fn add_member(world: &mut World, call: &GraphRequest<'_>, id: &str) -> GraphResult {
    let group = find(world, call, Collection::Groups, id)?.id.to_owned();
    let wanted = referred(&call.body()?)?;
    let added = find(world, call, Collection::DirectoryObjects, &wanted)?
        .id
        .to_owned();
    if added == group {
        return Err(GraphError::bad(
            "One or more property values specified are invalid: a group cannot be a member of itself.",
        ));
    }
    let group = world.state.directory_groups.entry(group).or_default();
    if !group.members.insert(added) {
        return Err(GraphError::bad(
            "One or more added object references already exist for the following modified properties: 'members'.",
        ));
    }
    world.revision += 1;
    Ok(Reply::empty(204))
}

pub(super) fn remove_member(
    world: &mut World,
    call: &GraphRequest<'_>,
    id: &str,
    gone: &str,
) -> GraphResult {
    let group = find(world, call, Collection::Groups, id)?.id.to_owned();
    let details = world.state.directory_groups.get_mut(&group);
    if !details.is_some_and(|group| group.members.remove(&gone.to_lowercase())) {
        return Err(GraphError::not_found(gone));
    }
    world.revision += 1;
    Ok(Reply::empty(204))
}

fn id_collection(world: &World, ids: impl Iterator<Item = String>) -> Reply {
    Reply::json(
        200,
        &json!({
            "@odata.context": context(world, "Collection(Edm.String)"),
            "value": ids.collect::<Vec<_>>(),
        }),
    )
}

/// Of the ids in a body, those of groups that somebody is in, directly or not.
pub(super) fn check(
    world: &World,
    call: &GraphRequest<'_>,
    collection: Collection,
    id: &str,
    name: &str,
) -> GraphResult {
    let who = find(world, call, collection, id)?.id;
    let asked = strings(&call.body()?, name, 20)?;
    let groups = directory::groups_of(&world.state.directory_groups, who);
    let found = asked
        .into_iter()
        .map(|id| id.to_lowercase())
        .filter(|id| groups.contains(id));
    Ok(id_collection(world, found))
}

/// The ids of all groups that somebody is in, directly or not. All of them are security groups.
pub(super) fn ids_of_member(
    world: &World,
    call: &GraphRequest<'_>,
    collection: Collection,
    id: &str,
) -> GraphResult {
    let who = find(world, call, collection, id)?.id;
    let groups = directory::groups_of(&world.state.directory_groups, who);
    Ok(id_collection(world, groups.into_iter()))
}
