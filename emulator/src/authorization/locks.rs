//! Management locks: on a subscription, a resource group, a resource.

use serde_json::{Map, Value};

use crate::arm::error::ArmError;
use crate::arm::filter::{Clause, clauses};
use crate::arm::paging;
use crate::arm::route::{Call, Handled};
use crate::arm::scope::{Scope, bad_filter};
use crate::arm::values::not_a;
use crate::base::http::Reply;
use crate::model::lock::{KIND, Level, Lock};
use crate::state::World;

fn key_of(scope: &Scope, name: &str) -> String {
    format!("{}/providers/{KIND}/{name}", scope.id).to_lowercase()
}

fn not_found(call: &Call<'_>) -> ArmError {
    ArmError::new(
        404,
        "LockNotFound",
        format!("The lock '{}' could not be found.", call.param("name")),
    )
    .gateway()
}

fn invalid(message: impl Into<String>) -> ArmError {
    ArmError::new(400, "InvalidLock", message).gateway()
}

/// The level, which has to be there.
fn level_of(properties: &Map<String, Value>) -> Result<Level, ArmError> {
    let given = match properties.get("level") {
        Some(Value::String(text)) => text.as_str(),
        None | Some(Value::Null) => "",
        Some(_) => return Err(not_a("properties.level", "string")),
    };
    Level::ALL
        .into_iter()
        .find(|level| level.name().eq_ignore_ascii_case(given))
        .ok_or_else(|| {
            invalid(format!(
                "The lock level '{given}' is not valid. Supported levels are 'CanNotDelete,ReadOnly'."
            ))
        })
}

fn lock_of(call: &Call<'_>, scope: &Scope) -> Result<Lock, ArmError> {
    let name = call.param("name");
    if name.chars().count() > 260 || name.contains(['<', '>', '%', '&', ':', '\\', '?', '/']) {
        return Err(invalid(format!("The lock name '{name}' is not valid.")));
    }
    let body = call.json()?;
    let empty = Map::new();
    let properties = match body.get("properties") {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(not_a("properties", "JSON object")),
    };
    let notes = match properties.get("notes") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.chars().count() <= 512 => Some(text.clone()),
        Some(Value::String(_)) => {
            return Err(invalid("The notes of a lock have at most 512 characters."));
        }
        Some(_) => return Err(not_a("properties.notes", "string")),
    };
    Ok(Lock {
        name: name.to_owned(),
        scope: scope.id.clone(),
        level: level_of(properties)?,
        notes,
        owners: properties
            .get("owners")
            .filter(|owners| !owners.is_null())
            .cloned(),
    })
}

pub(super) fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, true)?;
    let mut lock = lock_of(call, &scope)?;
    let key = key_of(&scope, &lock.name);
    let mut status = 201;
    if let Some(there) = world.state.locks.get(&key) {
        lock.name.clone_from(&there.name);
        lock.scope.clone_from(&there.scope);
        status = 200;
    }
    let reply = Reply::json(status, &lock.body());
    world.state.locks.insert(key, lock);
    Ok(reply)
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?;
    match world.state.locks.get(&key_of(&scope, call.param("name"))) {
        Some(lock) => Ok(Reply::json(200, &lock.body())),
        None => Err(not_found(call)),
    }
}

/// 200 when it was there, 204 when not.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?;
    let key = key_of(&scope, call.param("name"));
    let there = world.state.locks.remove(&key).is_some();
    Ok(Reply::empty(if there { 200 } else { 204 }))
}

/// Those at, above and below the scope; with `atScope()` not those below.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?.key();
    let below = match call.request.parameter("$filter") {
        Some(filter) if !filter.trim().is_empty() => match clauses(&filter).as_deref() {
            Some([Clause::Call(name, None)]) if name.eq_ignore_ascii_case("atScope") => false,
            _ => return Err(bad_filter(&filter, "'atScope()'")),
        },
        _ => true,
    };
    let is_listed = |lock: &Lock| lock.is_at_or_above(&scope) || (below && lock.is_below(&scope));
    let size = world.session.settings.page_size;
    paging::list(world, call, (&world.state.locks, ""), size, |lock| {
        is_listed(lock).then(|| lock.body())
    })
}
