//! What the calls for machines and those for instances of scale sets share.

use crate::arm::error::{ArmError, resource_not_found};
use crate::arm::operations::Started;
use crate::arm::route::Call;
use crate::arm::throttle;
use crate::base::http::Reply;
use crate::model::machine::{Machine, MachineKind};
use crate::state::throttle::Limit;
use crate::state::{World, key};

/// The kind in the path, behind the namespace.
pub(super) fn kind_of(call: &Call<'_>) -> MachineKind {
    let segments = &call.request.segments;
    let kind = segments
        .iter()
        .position(|s| s.eq_ignore_ascii_case("providers"))
        .and_then(|providers| segments.get(providers + 2));
    match kind {
        Some(kind) if kind.eq_ignore_ascii_case("virtualMachineScaleSets") => MachineKind::ScaleSet,
        _ => MachineKind::VirtualMachine,
    }
}

pub(super) fn key_of(call: &Call<'_>) -> String {
    key::resource(
        call.param("subscription"),
        call.param("group"),
        kind_of(call).name(),
        call.param("name"),
    )
}

pub(super) fn not_found(call: &Call<'_>) -> ArmError {
    resource_not_found(
        kind_of(call).name(),
        call.param("name"),
        call.param("group"),
    )
}

/// The machine in the path.
pub(super) fn find<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Machine, ArmError> {
    world
        .state
        .machines
        .get(&key_of(call))
        .ok_or_else(|| not_found(call))
}

/// 409 while another operation runs on the machine.
pub(super) fn check_idle(machine: &Machine) -> Result<(), ArmError> {
    if machine.running.is_none() {
        return Ok(());
    }
    Err(ArmError::new(
        409,
        "Conflict",
        "The request failed due to conflict with a concurrent request. To resolve it, please refer to https://aka.ms/activitylog to get more details on the conflicting requests.",
    ))
}

/// The headers that start a long-running operation, whatever the status code.
pub(super) fn accepted(world: &World, reply: Reply, started: &Started) -> Reply {
    reply
        .header(
            "Azure-AsyncOperation",
            started.status_url(&world.site.endpoint),
        )
        .header("Azure-AsyncNotification", "Enabled")
}

/// Counts a write of the machine, if there is a limit; what is left of it.
pub(super) fn count_write(world: &mut World, call: &Call<'_>) -> Result<u64, ArmError> {
    match world.session.settings.vm_write_limit {
        None => Ok(10),
        Some(limit) => world
            .session
            .throttle
            .take(
                format!("write{}", key_of(call)),
                Limit::per_minute(limit),
                call.now,
            )
            .map_err(throttle::compute_throttled),
    }
}

/// Adds what is left of the limit of writes of that machine.
pub(super) fn with_write_limit(reply: Reply, kind: MachineKind, left: u64) -> Reply {
    let limits = kind.limits();
    reply.header(
        "x-ms-ratelimit-remaining-resource",
        format!(
            "Microsoft.Compute/{limits}SubscriptionMaximum;1498,Microsoft.Compute/{limits}Resource;{left}"
        ),
    )
}

/// Whether the query asks for instance views: `$expand=instanceView`, or `statusOnly=true` of lists.
pub(super) fn views_wanted(call: &Call<'_>) -> bool {
    let is = |name: &str, wanted: &str| {
        call.request
            .parameter(name)
            .is_some_and(|value| value.eq_ignore_ascii_case(wanted))
    };
    is("$expand", "instanceView") || is("statusOnly", "true")
}
