//! Switching machines on and off: virtual machines, scale sets, and instances of these.

use super::machine::{accepted, check_idle, count_write, find, with_write_limit};
use super::scale_set;
use crate::arm::assignment::{failed_operation, first_missing};
use crate::arm::error::ArmError;
use crate::arm::operations::{self, Home, Moment};
use crate::arm::route::{Call, Ended, Handled, Route, Versions, route};
use crate::base::http::Reply;
use crate::model::machine::{Machine, MachineKind};
use crate::model::operation::Effect;
use crate::model::power::Power;
use crate::state::{State, World};

/// What can be done with a machine.
struct Action {
    /// The last segment of the path.
    name: &'static str,
    /// What the machine is meanwhile, if not what it was.
    meanwhile: Option<Power>,
    /// What it is afterwards, if not what it was.
    after: Option<Power>,
    /// A machine that is deallocated takes it, too.
    when_deallocated: bool,
}

const ACTIONS: &[Action] = &[
    Action {
        name: "start",
        meanwhile: Some(Power::Starting),
        after: Some(Power::Running),
        when_deallocated: true,
    },
    Action {
        name: "powerOff",
        meanwhile: Some(Power::Stopping),
        after: Some(Power::Stopped),
        when_deallocated: false,
    },
    Action {
        name: "deallocate",
        meanwhile: Some(Power::Deallocating),
        after: Some(Power::Deallocated),
        when_deallocated: true,
    },
    Action {
        name: "restart",
        meanwhile: None,
        after: Some(Power::Running),
        when_deallocated: false,
    },
    Action {
        name: "redeploy",
        meanwhile: None,
        after: Some(Power::Running),
        when_deallocated: false,
    },
    // Applies the model again: what that takes away from a state `Failed`.
    Action {
        name: "reapply",
        meanwhile: None,
        after: None,
        when_deallocated: true,
    },
];

/// The routes of every action on a machine, a scale set and an instance.
pub(super) fn routes() -> Vec<Route> {
    const PLACES: [&str; 3] = [
        "virtualMachines/{name}",
        "virtualMachineScaleSets/{name}",
        "virtualMachineScaleSets/{name}/virtualMachines/{instance}",
    ];
    ACTIONS
        .iter()
        .flat_map(|action| PLACES.map(|place| (place, action.name)))
        .filter(|(place, action)| *action != "reapply" || !place.ends_with("{instance}"))
        .map(|(place, action)| {
            let pattern = format!(
                "/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/Microsoft.Compute/{place}/{action}"
            );
            route("POST", pattern.leak(), act, Versions::Dated)
        })
        .collect()
}

fn action_in(call: &Call<'_>) -> Option<&'static Action> {
    let last = call.request.segments.last()?;
    ACTIONS
        .iter()
        .find(|action| action.name.eq_ignore_ascii_case(last))
}

/// 409 for what a machine that is deallocated does not take.
fn check_allocated(action: &Action, power: Power, name: &str) -> Result<(), ArmError> {
    let off = matches!(power, Power::Deallocated | Power::Deallocating);
    if action.when_deallocated || !off {
        return Ok(());
    }
    Err(ArmError::new(
        409,
        "OperationNotAllowed",
        format!(
            "Operation '{}' is not allowed on VM '{name}' since the VM is either deallocated or marked to be deallocated. Please refer to https://aka.ms/vmpowerstates to learn about different VM power states.",
            action.name
        ),
    ))
}

/// The instances that a call is about: the one in the path, those in the body, or all.
fn instances_of(call: &Call<'_>, set: &Machine) -> Result<Vec<String>, ArmError> {
    if !call.param("instance").is_empty() {
        return Ok(vec![scale_set::find_instance(set, call)?.id.clone()]);
    }
    let named = match call.request.body.is_empty() {
        true => Vec::new(),
        false => scale_set::named_instances(set, &call.json()?)?,
    };
    Ok(if named.is_empty() {
        set.instances.iter().map(|one| one.id.clone()).collect()
    } else {
        named
    })
}

/// `POST …/start` and the like: 202 with both headers.
fn act(world: &mut World, call: &Call<'_>) -> Handled {
    let Some(action) = action_in(call) else {
        return Err(ArmError::new(404, "NotFound", "There is no such action."));
    };
    let machine = find(world, call)?;
    check_idle(machine)?;
    let instances = match machine.kind {
        MachineKind::VirtualMachine => {
            check_allocated(action, machine.power, &machine.name)?;
            Vec::new()
        }
        MachineKind::ScaleSet => {
            if !call.param("instance").is_empty() {
                let instance = scale_set::find_instance(machine, call)?;
                let name = format!("{}_{}", machine.name, instance.id);
                check_allocated(action, instance.power, &name)?;
            }
            instances_of(call, machine)?
        }
    };
    let (key, kind, location) = (machine.key(), machine.kind, machine.location.clone());
    // What applies the model again meets what is wrong with it.
    let failure = match action.after {
        Some(_) => None,
        None => first_missing(&machine.identity, &world.state)
            .map(|dead| failed_operation(&machine.id(), dead)),
    };
    let left = count_write(world, call)?;
    let effect = Effect::MachinePowered {
        key: key.clone(),
        instances: instances.clone(),
        after: action.after,
    };
    let started = operations::start(world, call, Home::Compute(&location), effect, failure);
    if let Some(machine) = world.state.machines.get_mut(&key) {
        machine.running = Some(started.id.clone());
        "Updating".clone_into(&mut machine.provisioning_state);
        set_power(machine, &instances, action.meanwhile);
    }
    let result = started.result_url(&world.site.endpoint);
    let reply = accepted(world, Reply::empty(202), &started).header("Location", result);
    let reply = with_write_limit(reply, kind, left);
    Ok(operations::retry_after_of(
        world,
        reply,
        &started.id,
        Moment::First,
        call.now,
    ))
}

fn set_power(machine: &mut Machine, instances: &[String], power: Option<Power>) {
    let Some(power) = power else { return };
    match machine.kind {
        MachineKind::VirtualMachine => machine.power = power,
        MachineKind::ScaleSet => machine
            .instances
            .iter_mut()
            .filter(|instance| instances.contains(&instance.id))
            .for_each(|instance| instance.power = power),
    }
}

/// The end of the operation that switched a machine on or off.
pub(super) fn ended(
    state: &mut State,
    ended: &Ended<'_>,
    key: &str,
    instances: &[String],
    after: Option<Power>,
) {
    let time = state.operations.get(ended.id).map(|one| one.ends);
    let Some(machine) = state.machines.get_mut(key) else {
        return;
    };
    if machine.running.as_deref() == Some(ended.id) {
        machine.running = None;
        machine.changed = time;
        let through = if ended.failed { "Failed" } else { "Succeeded" };
        through.clone_into(&mut machine.provisioning_state);
        set_power(machine, instances, after);
    }
}
