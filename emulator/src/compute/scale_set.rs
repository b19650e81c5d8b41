//! What scale sets have beyond virtual machines: instances that run the set's model, or an older
//! one until they are upgraded.

use serde_json::{Map, Value, json};

use super::machine::{accepted, check_idle, find, views_wanted};
use crate::arm::error::{ArmError, invalid_parameter, resource_not_found};
use crate::arm::operations::{self, Home, Moment};
use crate::arm::paging;
use crate::arm::route::{Call, Ended, Handled};
use crate::base::http::Reply;
use crate::base::random;
use crate::model::instance_view;
use crate::model::machine::{Instance, Machine, MachineKind, without_capacity};
use crate::model::operation::Effect;
use crate::model::power::Power;
use crate::state::{State, World};

/// How instances follow the model; `Manual` unless the set says otherwise.
fn upgrade_mode(machine: &Machine) -> &str {
    machine
        .properties
        .get("upgradePolicy")
        .and_then(|policy| policy.get("mode"))
        .and_then(Value::as_str)
        .unwrap_or("Manual")
}

/// After a write: as many instances as the capacity says, new ones with the model, old ones left
/// behind by a new model unless the set upgrades by itself.
pub(crate) fn update_instances(machine: &mut Machine, same_model: bool) {
    if machine.kind != MachineKind::ScaleSet {
        return;
    }
    let capacity = machine
        .extra
        .get("sku")
        .and_then(|sku| sku.get("capacity"))
        .and_then(Value::as_u64)
        .and_then(|capacity| usize::try_from(capacity).ok())
        .unwrap_or(0)
        .min(1_000);
    let automatic = upgrade_mode(machine).eq_ignore_ascii_case("Automatic");
    machine.instances.truncate(capacity);
    for instance in &mut machine.instances {
        if automatic {
            instance.latest = true;
            instance.identity = machine.identity.clone();
        } else if !same_model {
            instance.latest = false;
        }
    }
    while machine.instances.len() < capacity {
        machine.instances.push(Instance {
            id: machine.instances.len().to_string(),
            vm_id: random::guid(),
            latest: true,
            identity: machine.identity.clone(),
            power: Power::Running,
        });
    }
}

fn body(set: &Machine, instance: &Instance) -> Value {
    let mut body = json!({
        "instanceId": instance.id,
        "name": format!("{}_{}", set.name, instance.id),
        "id": format!("{}/virtualMachines/{}", set.id(), instance.id),
        "type": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        "location": set.location,
        "tags": set.tags,
        "properties": {
            "latestModelApplied": instance.latest,
            "provisioningState": "Succeeded",
            "vmId": instance.vm_id,
        },
    });
    if let Some(sku) = set.extra.get("sku") {
        body["sku"] = without_capacity(sku);
    }
    if let Some(identity) = instance.identity.body() {
        body["identity"] = identity;
    }
    body
}

pub(super) fn list_instances(world: &mut World, call: &Call<'_>) -> Handled {
    let set = find(world, call)?;
    let views = views_wanted(call);
    let items: Vec<(String, Value)> = set
        .instances
        .iter()
        .map(|instance| {
            (
                format!("{:0>8}", instance.id),
                body_with(set, instance, views),
            )
        })
        .collect();
    paging::page(
        &world.site.endpoint,
        call,
        world.session.settings.page_size,
        items.into_iter(),
    )
}

/// As the body, with the instance view where it is asked for.
fn body_with(set: &Machine, instance: &Instance, view: bool) -> Value {
    let mut body = body(set, instance);
    if view {
        body["properties"]["instanceView"] = instance_view::of_instance(set, instance);
    }
    body
}

pub(super) fn get_instance(world: &mut World, call: &Call<'_>) -> Handled {
    let set = find(world, call)?;
    let instance = find_instance(set, call)?;
    let body = body_with(set, instance, views_wanted(call));
    Ok(Reply::json(200, &body))
}

pub(super) fn get_instance_view(world: &mut World, call: &Call<'_>) -> Handled {
    let set = find(world, call)?;
    let instance = find_instance(set, call)?;
    Ok(Reply::json(200, &instance_view::of_instance(set, instance)))
}

/// The instance in the path.
pub(super) fn find_instance<'a>(
    set: &'a Machine,
    call: &Call<'_>,
) -> Result<&'a Instance, ArmError> {
    let wanted = call.param("instance");
    set.instances
        .iter()
        .find(|instance| instance.id == wanted)
        .ok_or_else(|| {
            resource_not_found(
                "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
                &format!("{}_{wanted}", set.name),
                call.param("group"),
            )
        })
}

/// `POST …/manualupgrade` with `{"instanceIds":["0","1"]}`, or `["*"]` for all.
pub(super) fn manual_upgrade(world: &mut World, call: &Call<'_>) -> Handled {
    let body = call.json()?;
    let set = find(world, call)?;
    check_idle(set)?;
    let ids = named_instances(set, &body)?;
    if ids.is_empty() {
        return Err(invalid_parameter(
            "instanceIds",
            "Required parameter 'instanceIds' is missing (null).",
        ));
    }
    let key = set.key();
    let location = set.location.clone();
    let effect = Effect::InstancesUpgraded {
        key: key.clone(),
        ids,
    };
    let started = operations::start(world, call, Home::Compute(&location), effect, None);
    if let Some(set) = world.state.machines.get_mut(&key) {
        set.running = Some(started.id.clone());
    }
    let result = started.result_url(&world.site.endpoint);
    let reply = accepted(world, Reply::empty(202), &started).header("Location", result);
    Ok(operations::retry_after_of(
        world,
        reply,
        &started.id,
        Moment::First,
        call.now,
    ))
}

/// The instances in `instanceIds` of a body, `*` for all; none where it names none.
pub(super) fn named_instances(
    set: &Machine,
    body: &Map<String, Value>,
) -> Result<Vec<String>, ArmError> {
    let mut ids = Vec::new();
    let given = body.get("instanceIds").and_then(Value::as_array);
    for id in given.into_iter().flatten().filter_map(Value::as_str) {
        if id == "*" {
            ids.extend(set.instances.iter().map(|instance| instance.id.clone()));
        } else if set.instances.iter().any(|instance| instance.id == id) {
            ids.push(id.to_owned());
        } else {
            return Err(unknown_instance(id));
        }
    }
    Ok(ids)
}

fn unknown_instance(id: &str) -> ArmError {
    invalid_parameter(
        "instanceIds",
        format!(
            "The provided instanceId {id} is not an active Virtual Machine Scale Set VM instanceId."
        ),
    )
}

/// The end of an upgrade.
pub(super) fn upgrade_ended(state: &mut State, ended: &Ended<'_>, key: &str, ids: &[String]) {
    let Some(set) = state.machines.get_mut(key) else {
        return;
    };
    if set.running.as_deref() == Some(ended.id) {
        set.running = None;
        for instance in set.instances.iter_mut().filter(|i| ids.contains(&i.id)) {
            instance.latest = true;
            instance.identity = set.identity.clone();
        }
    }
}
