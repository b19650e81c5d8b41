//! Virtual machines and scale sets, as far as their identities go. Everything else of a machine is
//! stored as it was sent and given back.

use serde_json::{Map, Value};

use super::machine::{
    accepted, check_idle, count_write, find, key_of, kind_of, views_wanted, with_write_limit,
};
use super::scale_set;
use crate::arm::assignment::{
    Mode, Rules, Source, Words, changed_by, check_added, failed_operation, first_missing, resolve,
};
use crate::arm::conditions;
use crate::arm::error::{ArmError, invalid_parameter, other_location};
use crate::arm::operations::{self, Home, Moment};
use crate::arm::paging;
use crate::arm::route::{Call, Ended, Handled, Route, Versions, route};
use crate::arm::values;
use crate::base::http::Reply;
use crate::model::instance_view;
use crate::model::machine::{Machine, MachineKind};
use crate::model::operation::Effect;
use crate::model::resource_type::Takes;
use crate::state::history::HistoryEntry;
use crate::state::{State, World};

const VMS: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachines";
const VM: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}";
const SETS: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets";
const SET: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}";

pub(crate) const ROUTES: &[Route] = &[
    route("GET", VM, get, Versions::Dated),
    route("PUT", VM, put, Versions::Dated),
    route("PATCH", VM, patch, Versions::Dated),
    route("DELETE", VM, delete, Versions::Dated),
    route("GET", VMS, list, Versions::Dated),
    route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines",
        list,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}/instanceView",
        get_view,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}/instanceView",
        get_view,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}/virtualMachines/{instance}/instanceView",
        scale_set::get_instance_view,
        Versions::Dated,
    ),
    route("GET", SET, get, Versions::Dated),
    route("PUT", SET, put, Versions::Dated),
    route("PATCH", SET, patch, Versions::Dated),
    route("DELETE", SET, delete, Versions::Dated),
    route("GET", SETS, list, Versions::Dated),
    route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachineScaleSets",
        list,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}/virtualMachines",
        scale_set::list_instances,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}/virtualMachines/{instance}",
        scale_set::get_instance,
        Versions::Dated,
    ),
    route(
        "POST",
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}/manualupgrade",
        scale_set::manual_upgrade,
        Versions::Dated,
    ),
];

/// `If-Match` and `If-None-Match` against the machine as it is, or against its absence.
fn check_conditions(call: &Call<'_>, machine: Option<&Machine>) -> Result<(), ArmError> {
    conditions::check(call, machine.map(Machine::quoted_etag).as_deref())
}

/// How the identities of machines are changed.
fn rules(kind: MachineKind, mode: Mode) -> Rules {
    Rules {
        kind: kind.name(),
        takes: Takes::ALL,
        mode,
        words: Words::Compute,
        nulls: true,
        empty_map: true,
    }
}

fn reply_with(machine: &Machine, status: u16) -> Reply {
    Reply::json(status, &machine.body()).header("ETag", machine.quoted_etag())
}

fn entry_of(machine: &Machine) -> HistoryEntry {
    HistoryEntry::of(machine.id(), machine.quoted_etag(), &machine.identity)
}

fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let machine = find(world, call)?;
    let mut body = machine.body();
    if machine.kind == MachineKind::VirtualMachine && views_wanted(call) {
        body["properties"]["instanceView"] = instance_view::of_machine(machine);
    }
    let reply = Reply::json(200, &body).header("ETag", machine.quoted_etag());
    Ok(reply.header(
        "x-ms-ratelimit-remaining-resource",
        "Microsoft.Compute/LowCostGetSubscriptionMaximum;23999,Microsoft.Compute/LowCostGetResource;35",
    ))
}

fn get_view(world: &mut World, call: &Call<'_>) -> Handled {
    let machine = find(world, call)?;
    let view = match machine.kind {
        MachineKind::VirtualMachine => instance_view::of_machine(machine),
        MachineKind::ScaleSet => instance_view::of_set(machine),
    };
    Ok(Reply::json(200, &view))
}

fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let kind = kind_of(call);
    let views = kind == MachineKind::VirtualMachine && views_wanted(call);
    let body = |machine: &Machine| {
        let mut body = machine.body();
        if views {
            body["properties"]["instanceView"] = instance_view::of_machine(machine);
        }
        body
    };
    paging::list(
        world,
        call,
        (&world.state.machines, &call.prefix()),
        world.session.settings.page_size,
        |machine| (machine.kind == kind).then(|| body(machine)),
    )
}

/// 1 to 64 characters, none of which a host name or a path trips over.
fn name_is_valid(name: &str) -> bool {
    (1..=64).contains(&name.chars().count())
        && !name.starts_with('_')
        && !name.ends_with(['.', '-'])
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "\\/\"[]:|<>+=;,?*@&".contains(c))
}

/// The `properties` of a body without what only the provider says, and without secrets, which it
/// never gives back.
fn properties_of(body: &Map<String, Value>) -> Result<Map<String, Value>, ArmError> {
    let mut properties = match body.get("properties") {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => return Err(values::not_a("properties", "JSON object")),
    };
    for own in [
        "provisioningState",
        "timeCreated",
        "vmId",
        "uniqueId",
        "instanceView",
    ] {
        properties.remove(own);
    }
    forget_secrets(properties.get_mut("osProfile"));
    if let Some(profile) = properties.get_mut("virtualMachineProfile") {
        forget_secrets(profile.get_mut("osProfile"));
    }
    Ok(properties)
}

fn forget_secrets(profile: Option<&mut Value>) {
    if let Some(Value::Object(profile)) = profile {
        profile.remove("adminPassword");
        profile.remove("customData");
    }
}

/// The members beside those that have a meaning here.
fn extra_of(body: &Map<String, Value>) -> Map<String, Value> {
    const OWN: [&str; 9] = [
        "id",
        "name",
        "type",
        "location",
        "tags",
        "identity",
        "properties",
        "etag",
        "systemData",
    ];
    let mut extra = body.clone();
    extra.retain(|name, _| !OWN.contains(&name.as_str()));
    extra
}

fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let name = call.param("name");
    if !name_is_valid(name) {
        return Err(invalid_parameter(
            "name",
            format!(
                "The entity name '{name}' is invalid: it takes 1 to 64 characters, and none of \\ / \" [ ] : | < > + = ; , ? * @ &."
            ),
        ));
    }
    let body = call.json()?;
    let kind = kind_of(call);
    let location = values::location(&body, kind.name())?;
    let before = world.state.machines.get(&key_of(call)).cloned();
    check_conditions(call, before.as_ref())?;
    if let Some(machine) = &before {
        check_idle(machine)?;
        if machine.location != location {
            return Err(other_location(
                name,
                call.param("group"),
                &machine.location,
                &location,
            ));
        }
    }
    let mut next = before.clone().unwrap_or_else(|| {
        Machine::new(
            kind,
            call.param("subscription"),
            call.param("group"),
            name,
            &location,
            call.now,
        )
    });
    next.identity = changed_by(
        &rules(kind, Mode::Replace),
        &next.identity,
        body.get("identity"),
    )?;
    let tags = values::tags(&body)?;
    match kind {
        MachineKind::VirtualMachine => {
            next.tags = tags.unwrap_or_default();
            next.extra = extra_of(&body);
            next.properties = properties_of(&body)?;
        }
        // A scale set keeps what a `PUT` does not name: clients scale it with location and sku.
        MachineKind::ScaleSet => {
            next.tags = tags.unwrap_or(next.tags);
            let named = |(_, value): &(String, Value)| !value.is_null();
            next.extra.extend(extra_of(&body).into_iter().filter(named));
            let properties = properties_of(&body)?;
            next.properties.extend(properties.into_iter().filter(named));
        }
    }
    write(world, call, before, next)
}

fn patch(world: &mut World, call: &Call<'_>) -> Handled {
    let body = call.json()?;
    let before = find(world, call)?.clone();
    check_conditions(call, Some(&before))?;
    check_idle(&before)?;
    if body.get("location").is_some_and(|l| !l.is_null()) {
        let location = values::location(&body, before.kind.name())?;
        if before.location != location {
            return Err(other_location(
                &before.name,
                call.param("group"),
                &before.location,
                &location,
            ));
        }
    }
    let mut next = before.clone();
    next.identity = changed_by(
        &rules(next.kind, Mode::Merge),
        &next.identity,
        body.get("identity"),
    )?;
    if let Some(tags) = values::tags(&body)? {
        next.tags = tags;
    }
    values::merge(&mut next.extra, extra_of(&body));
    values::merge(&mut next.properties, properties_of(&body)?);
    write(world, call, Some(before), next)
}

/// The common end of `PUT` and `PATCH`: the machine is as wanted from now on, with
/// `provisioningState` saying that it is not through yet, and an operation to wait for.
fn write(
    world: &mut World,
    call: &Call<'_>,
    before: Option<Machine>,
    mut next: Machine,
) -> Handled {
    let left = count_write(world, call)?;
    let id = next.id();
    let key = next.key();

    // An identity that is named now and does not exist is refused at once; one that the machine
    // had and that has since been deleted makes the operation fail.
    let had = before
        .as_ref()
        .map(|m| m.identity.clone())
        .unwrap_or_default();
    check_added(
        world,
        &Source {
            kind: next.kind.name(),
            id: &id,
            location: &next.location,
        },
        &had,
        &mut next.identity,
        call.now,
    )?;
    let failure =
        first_missing(&next.identity, &world.state).map(|dead| failed_operation(&id, dead));

    let status = if before.is_some() {
        next.etag += 1;
        next.provisioning_state = "Updating".to_owned();
        200
    } else {
        201
    };
    let effect = Effect::MachineWritten {
        key: key.clone(),
        before: before.map(Box::new),
    };
    let started = operations::start(world, call, Home::Compute(&next.location), effect, failure);
    next.running = Some(started.id.clone());
    let reply = accepted(world, reply_with(&next, status), &started);
    let reply = with_write_limit(reply, next.kind, left);
    let reply = match next.kind {
        MachineKind::ScaleSet => {
            operations::retry_after_of(world, reply, &started.id, Moment::First, call.now)
        }
        MachineKind::VirtualMachine => operations::retry_after_ms(world, reply),
    };
    world.session.history.add(entry_of(&next));
    world.state.machines.insert(key, next);
    Ok(reply)
}

/// The end of the operation that wrote a machine.
pub(super) fn write_ended(
    state: &mut State,
    ended: &Ended<'_>,
    key: &str,
    before: Option<&Machine>,
) {
    let Some(mut machine) = state.machines.remove(key) else {
        return;
    };
    if machine.running.as_deref() == Some(ended.id) {
        machine.running = None;
        machine.changed = state.operations.get(ended.id).map(|one| one.ends);
        if ended.failed {
            if let Some(before) = before {
                let etag = machine.etag + 1;
                machine = Machine {
                    etag,
                    changed: machine.changed,
                    ..before.clone()
                };
            }
            machine.provisioning_state = "Failed".to_owned();
        } else {
            resolve(&mut machine.identity, state);
            machine.provisioning_state = "Succeeded".to_owned();
            let same = before.is_some_and(|before| before.same_model(&machine));
            scale_set::update_instances(&mut machine, same);
        }
    }
    state.machines.insert(key.to_owned(), machine);
}

/// 202 with both headers; 204 when there is no such machine.
fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let key = key_of(call);
    let Some(machine) = world.state.machines.get(&key) else {
        return Ok(Reply::empty(204));
    };
    check_conditions(call, Some(machine))?;
    check_idle(machine)?;
    let location = machine.location.clone();
    let effect = Effect::MachineDeleted { key: key.clone() };
    let started = operations::start(world, call, Home::Compute(&location), effect, None);
    if let Some(machine) = world.state.machines.get_mut(&key) {
        machine.provisioning_state = "Deleting".to_owned();
        machine.running = Some(started.id.clone());
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names() {
        for name in ["a", "my-VM.1", "vm(1)"] {
            assert!(name_is_valid(name), "{name}");
        }
        for name in ["", "_a", "a-", "a.", "a b", "a/b", &"x".repeat(65)] {
            assert!(!name_is_valid(name), "{name}");
        }
    }

    #[test]
    fn properties_lose_secrets_and_what_is_read_only() {
        let body = json!({"properties": {
            "vmId": "x", "provisioningState": "x",
            "osProfile": {"adminUsername": "u", "adminPassword": "p"},
            "virtualMachineProfile": {"osProfile": {"adminPassword": "p", "customData": "d"}},
        }});
        let properties = properties_of(body.as_object().unwrap()).unwrap();
        assert_eq!(
            Value::Object(properties),
            json!({"osProfile": {"adminUsername": "u"}, "virtualMachineProfile": {"osProfile": {}}})
        );
    }
}
