//! `PUT` and `PATCH`.

use serde_json::{Map, Value};

use super::content::{add_own, check_required, extra_of, location, properties_of, take_secrets};
use super::named;
use super::secrets::Secrets;
use super::target::Target;
use crate::arm::assignment::{
    Mode, Rules, Source, Words, changed_by, check_added, failed_operation, first_missing, resolve,
};
use crate::arm::conditions;
use crate::arm::error::{ArmError, ErrorBody, other_location};
use crate::arm::operations::{self, Home, Started};
use crate::arm::route::{Call, Ended, Handled};
use crate::arm::router;
use crate::arm::values;
use crate::base::http::Reply;
use crate::base::random;
use crate::model::assignment::Assignment;
use crate::model::generic::{GenericResource, SUCCEEDED};
use crate::model::operation::Effect;
use crate::model::resource_type::{
    Answer, Etag, Follow, Patch, Place, ResourceType, Shows, Takes, Unnamed,
};
use crate::state::history::HistoryEntry;
use crate::state::{State, UnknownMap, World};

/// `If-Match`, where the type honours it.
pub(super) fn check_conditions(
    call: &Call<'_>,
    row: &ResourceType,
    resource: Option<&GenericResource>,
) -> Result<(), ArmError> {
    if !row.if_match {
        return Ok(());
    }
    conditions::check(call, resource.map(|one| one.etag.as_str()))
}

/// 409 while another operation runs on the resource.
pub(super) fn check_idle(resource: &GenericResource) -> Result<(), ArmError> {
    if resource.running.is_none() {
        return Ok(());
    }
    Err(ArmError::new(
        409,
        "Conflict",
        format!(
            "The request conflicts with another operation on '{}', which is in the state '{}'.",
            resource.id, resource.provisioning_state
        ),
    ))
}

/// Adds the header with the ETag, where the type has it.
pub(super) fn with_etag(reply: Reply, row: &ResourceType, resource: &GenericResource) -> Reply {
    match row.etag {
        Etag::Header | Etag::HeaderAndBody => reply.header("ETag", &resource.etag),
        Etag::Nowhere | Etag::Body(_) => reply,
    }
}

/// Adds the headers that say how to follow an operation.
pub(super) fn accepted(world: &World, reply: Reply, follow: Follow, started: &Started) -> Reply {
    let endpoint = &world.site.endpoint;
    let mut reply = reply;
    if matches!(follow, Follow::Operation | Follow::Both) {
        reply = reply.header("Azure-AsyncOperation", started.status_url(endpoint));
    }
    if matches!(follow, Follow::Location | Follow::Both) {
        reply = reply.header("Location", started.result_url(endpoint));
    }
    if follow == Follow::State {
        return reply;
    }
    operations::retry_after(world, reply)
}

/// How a write changes the identities of a type in a version.
fn rules(world: &World, row: &'static ResourceType, takes: Takes, unnamed: Unnamed) -> Rules {
    let mode = match (unnamed, world.session.settings.unknown_map) {
        (Unnamed::Stay, _) | (Unnamed::Setting, UnknownMap::Merge) => Mode::Merge,
        (Unnamed::Go, _) | (Unnamed::Setting, UnknownMap::Replace) => Mode::Replace,
    };
    Rules {
        kind: row.kind,
        takes,
        mode,
        words: Words::FrontDoor,
        nulls: true,
        empty_map: row.empty_map,
    }
}

/// The member `identity` of a body, where the version knows it.
fn identity_in<'a>(
    call: &Call<'_>,
    row: &ResourceType,
    body: &'a Map<String, Value>,
) -> Option<&'a Value> {
    body.get("identity")
        .filter(|identity| !identity.is_null() && row.knows_identities(&call.api_version))
}

pub(super) fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let target = Target::of(call)?;
    let row = target.row;
    values::check_resource_name(call.param("name"))?;
    target.check_place(world)?;
    let body = call.json()?;
    let before = world.state.generic.get(&target.key()).cloned();
    check_conditions(call, row, before.as_ref())?;
    if let Some(before) = &before {
        check_idle(before)?;
    }
    check_required(row, &body)?;
    let sent = identity_in(call, row, &body);
    let location = location(row, &body, sent.is_some())?;
    check_location(row, before.as_ref(), &location, &target.group)?;

    let had = before.as_ref().map(|one| one.identity.clone());
    let identity = match (sent, had) {
        (Some(sent), had) => {
            let mut takes = row.takes_in(&call.api_version);
            takes.none &= had.is_some() || !row.no_none_on_create;
            let rules = Rules {
                nulls: false,
                ..rules(world, row, takes, row.put_unnamed)
            };
            changed_by(&rules, &had.unwrap_or_default(), Some(sent))?
        }
        (None, Some(had)) if row.put_keeps || !row.knows_identities(&call.api_version) => had,
        (None, _) => Assignment::default(),
    };
    let (id, name) = match &before {
        Some(before) => (before.id.clone(), before.name.clone()),
        None => (target.id.clone(), target.name.clone()),
    };
    let mut next = GenericResource {
        id,
        kind: row.kind.to_owned(),
        subscription: target.subscription.clone(),
        group: target.group.clone(),
        name,
        location,
        tags: values::tags(&body)?,
        extra: extra_of(&body),
        properties: properties_of(&body)?,
        etag: String::new(),
        identity,
        provisioning_state: String::new(),
        running: None,
    };
    let secrets = take_secrets(row, &mut next.properties)?;
    add_own(&target, before.as_ref(), &mut next);
    let answer = match before {
        Some(_) => row.updated,
        None => row.created,
    };
    let reply = write(world, call, row, before, next, (answer, sent.is_some()))?;
    let kept = world.session.part_mut::<Secrets>();
    kept.set(&target.key(), secrets);
    Ok(reply)
}

fn check_location(
    row: &ResourceType,
    before: Option<&GenericResource>,
    location: &str,
    group: &str,
) -> Result<(), ArmError> {
    match before {
        Some(before) if row.place == Place::Required && before.location != location => Err(
            other_location(&before.name, group, &before.location, location),
        ),
        _ => Ok(()),
    }
}

pub(super) fn patch(world: &mut World, call: &Call<'_>) -> Handled {
    let target = Target::of(call)?;
    let row = target.row;
    if row
        .patch_since
        .is_some_and(|since| call.api_version.as_str() < since)
    {
        return Err(router::method_not_allowed(call.request));
    }
    let before = world.state.generic.get(&target.key()).cloned();
    let before = before.ok_or_else(|| target.not_found())?;
    let unnamed = match row.patch {
        Patch::Identity(unnamed) => unnamed,
        Patch::Tags => return patch_tags(world, call, row, before),
        Patch::Ignored | Patch::Refused => {
            let reply = Reply::json(200, &before.shown(row, &call.api_version));
            return Ok(with_etag(reply, row, &before));
        }
    };
    let body = call.json()?;
    check_conditions(call, row, Some(&before))?;
    check_idle(&before)?;
    if body.get("location").is_some_and(|given| !given.is_null()) {
        let location = values::location(&body, row.kind)?;
        check_location(row, Some(&before), &location, &target.group)?;
    }
    let sent = identity_in(call, row, &body);
    let mut next = before.clone();
    let rules = Rules {
        nulls: !row.no_nulls,
        ..rules(world, row, row.takes_in(&call.api_version), unnamed)
    };
    next.identity = changed_by(&rules, &next.identity, sent)?;
    if let Some(tags) = values::tags(&body)? {
        next.tags = Some(tags);
    }
    values::merge(&mut next.extra, extra_of(&body));
    values::merge(&mut next.properties, properties_of(&body)?);
    let secrets = take_secrets(row, &mut next.properties)?;
    let sent = sent.is_some();
    let reply = write(world, call, row, Some(before), next, (row.patched, sent))?;
    let kept = world.session.part_mut::<Secrets>();
    kept.set(&target.key(), secrets);
    Ok(reply)
}

/// A `PATCH` that is good for tags alone.
fn patch_tags(
    world: &mut World,
    call: &Call<'_>,
    row: &ResourceType,
    mut resource: GenericResource,
) -> Handled {
    check_conditions(call, row, Some(&resource))?;
    check_idle(&resource)?;
    if let Some(tags) = values::tags(&call.json()?)? {
        resource.tags = Some(tags);
        resource.etag = new_etag();
    }
    let reply = Reply::json(row.patched.status, &resource.shown(row, &call.api_version));
    let reply = with_etag(reply, row, &resource);
    let key = resource.id.to_lowercase();
    world.state.generic.insert(key, resource);
    Ok(reply)
}

fn new_etag() -> String {
    format!("\"{}\"", random::guid())
}

/// Changes that a type does not take, whatever it takes.
fn check_change(row: &ResourceType, had: &Assignment, next: &Assignment) -> Result<(), ArmError> {
    let refused = |what: &str| {
        Err(ArmError::new(
            400,
            "CannotSetResourceIdentity",
            format!("Resource type '{}' does not support {what}.", row.kind),
        ))
    };
    if row.system_stays && had.system.is_some() && next.system.is_none() {
        return refused("removal of the system-assigned identity");
    }
    let only_system = next.system.is_some() && next.user.is_empty();
    if row.user_stays && !had.user.is_empty() && only_system {
        return refused("a change from user-assigned identities to a system-assigned one");
    }
    Ok(())
}

/// The answer to a write that is none of those which are through at once.
fn answer_to(
    row: &ResourceType,
    version: &str,
    (had, next): (&Assignment, &Assignment),
    answer: Answer,
) -> Answer {
    let none = |one: &Assignment| one.system.is_none() && one.user.is_empty();
    let quick =
        row.quick_system && (none(had) != none(next)) && (none(next) || next.user.is_empty());
    if quick || row.sync_before.is_some_and(|since| version < since) {
        return Answer {
            status: 200,
            follow: Follow::Sync,
        };
    }
    answer
}

/// The ids as the identities themselves have them, in place of those that were sent.
fn canonical(identity: &mut Assignment, state: &State) {
    for reference in &mut identity.user {
        if let Some(there) = state.identity(&reference.id) {
            reference.id = there
                .id()
                .replacen("/resourcegroups/", "/resourceGroups/", 1);
        }
    }
}

/// The common end of `PUT` and `PATCH`: `sent` says whether the body has identities.
fn write(
    world: &mut World,
    call: &Call<'_>,
    row: &'static ResourceType,
    before: Option<GenericResource>,
    mut next: GenericResource,
    (answer, sent): (Answer, bool),
) -> Handled {
    let had = before
        .as_ref()
        .map(|one| one.identity.clone())
        .unwrap_or_default();
    check_change(row, &had, &next.identity)?;
    named::apply(row, &had, &next.identity, &mut next.properties)?;
    let id = next.id.clone();
    if sent {
        canonical(&mut next.identity, &world.state);
        let source = Source {
            kind: row.kind,
            id: &id,
            location: &next.location,
        };
        check_added(world, &source, &had, &mut next.identity, call.now)?;
    }
    // An identity that has been deleted since it was assigned.
    let failure = first_missing(&next.identity, &world.state)
        .filter(|_| sent)
        .map(|dead| failed_operation(&id, dead));
    next.etag = new_etag();
    let entry = HistoryEntry::of(id, next.etag.clone(), &next.identity);
    let answer = answer_to(row, &call.api_version, (&had, &next.identity), answer);
    let reply = if answer.follow == Follow::Sync {
        if let Some(failure) = failure {
            return Err(ArmError::with(400, failure));
        }
        resolve(&mut next.identity, &world.state);
        SUCCEEDED.clone_into(&mut next.provisioning_state);
        let reply = reply_to(call, row, answer, &had, &next);
        world.state.generic.insert(next.id.to_lowercase(), next);
        reply
    } else {
        begin(world, call, row, before, next, (answer, &had, failure))
    };
    world.session.history.add(entry);
    Ok(reply)
}

fn reply_to(
    call: &Call<'_>,
    row: &ResourceType,
    answer: Answer,
    had: &Assignment,
    next: &GenericResource,
) -> Reply {
    let reply = match next.answered(row, &call.api_version, had) {
        Some(body) => Reply::json(answer.status, &body),
        None => Reply::empty(answer.status),
    };
    with_etag(reply, row, next)
}

/// Starts the operation of a write that takes its time.
fn begin(
    world: &mut World,
    call: &Call<'_>,
    row: &'static ResourceType,
    before: Option<GenericResource>,
    mut next: GenericResource,
    (answer, had, failure): (Answer, &Assignment, Option<ErrorBody>),
) -> Reply {
    let grows = next.identity.system.is_some() && had.system.is_none()
        || !next.identity.added_to(had).is_empty();
    let state = match (&before, answer.follow) {
        (_, Follow::State) if grows => "ActivatingIdentity",
        (Some(_), _) => "Updating",
        (None, _) => "Creating",
    };
    state.clone_into(&mut next.provisioning_state);
    let reply = reply_to(call, row, answer, had, &next);
    let mut identity = None;
    if row.shows == Shows::Old {
        identity = Some(std::mem::replace(&mut next.identity, had.clone()));
    }
    let key = next.id.to_lowercase();
    let effect = Effect::ResourceWritten {
        key: key.clone(),
        before: before.map(Box::new),
        identity,
    };
    let location = match next.location.as_str() {
        "" => "global",
        location => location,
    };
    let home = Home::Provider(row.split().0, location);
    let started = operations::start(world, call, home, effect, failure);
    next.running = Some(started.id.clone());
    world.state.generic.insert(key, next);
    accepted(world, reply, answer.follow, &started)
}

/// The end of the operation that wrote a resource.
pub(super) fn ended(
    state: &mut State,
    ended: &Ended<'_>,
    key: &str,
    before: Option<&GenericResource>,
    identity: Option<&Assignment>,
) {
    let Some(mut resource) = state.generic.remove(key) else {
        return;
    };
    if resource.running.as_deref() == Some(ended.id) {
        resource.running = None;
        if ended.failed {
            if let Some(before) = before {
                resource = GenericResource {
                    etag: new_etag(),
                    ..before.clone()
                };
            }
            "Failed".clone_into(&mut resource.provisioning_state);
        } else {
            if let Some(identity) = identity {
                resource.identity = identity.clone();
            }
            resolve(&mut resource.identity, state);
            SUCCEEDED.clone_into(&mut resource.provisioning_state);
        }
    }
    if let Some(operation) = state.operations.get_mut(ended.id) {
        operation.result = Some(resource.body());
    }
    state.generic.insert(key.to_owned(), resource);
}
