//! Reads, lists and deletions.

use super::target::Target;
use super::write::{accepted, check_conditions, check_idle, with_etag};
use crate::arm::operations::{self, Home};
use crate::arm::paging;
use crate::arm::route::{Call, Handled};
use crate::base::http::Reply;
use crate::model::operation::Effect;
use crate::model::resource_type::{Follow, Level};
use crate::state::World;

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let target = Target::of(call)?;
    let resource = world.state.generic.get(&target.key());
    let resource = resource.ok_or_else(|| target.not_found())?;
    let reply = Reply::json(200, &resource.shown(target.row, &call.api_version));
    Ok(with_etag(reply, target.row, resource))
}

/// Those in a resource group, a subscription or a resource; of what is on something else, those on
/// it and on what is in it.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let target = Target::of(call)?;
    let row = target.row;
    let prefix = match (row.level, row.parent()) {
        (Level::Scope, _) => format!("{}/", call.param("scope").to_lowercase()),
        (Level::Group, Some(_)) => format!("{}/", target.key()),
        (Level::Group, None) => call.prefix(),
    };
    paging::list(
        world,
        call,
        (&world.state.generic, &prefix),
        world.session.settings.page_size,
        |one| (one.kind == row.kind).then(|| one.shown(row, &call.api_version)),
    )
}

/// 204 where there is nothing; 200 where the type's writes are through at once, otherwise 202.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let target = Target::of(call)?;
    let key = target.key();
    let Some(resource) = world.state.generic.get(&key) else {
        return Ok(Reply::empty(204));
    };
    check_conditions(call, target.row, Some(resource))?;
    check_idle(resource)?;
    if matches!(target.row.updated.follow, Follow::Sync | Follow::State) {
        world.state.remove(&key);
        return Ok(Reply::empty(200));
    }
    let location = resource.location.clone();
    let home = Home::Provider(target.row.split().0, &location);
    let effect = Effect::ResourceDeleted { key: key.clone() };
    let started = operations::start(world, call, home, effect, None);
    if let Some(resource) = world.state.generic.get_mut(&key) {
        "Deleting".clone_into(&mut resource.provisioning_state);
        resource.running = Some(started.id.clone());
    }
    Ok(accepted(world, Reply::empty(202), Follow::Both, &started))
}
