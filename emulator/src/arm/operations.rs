//! Long-running operations: started by a write, over when their time has passed.
//!
//! The URL of an operation carries several kilobytes of signed query (`t`, `c`, `s`, `h`), which
//! has to come back byte for byte, as with Azure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::arm::error::{ArmError, ErrorBody};
use crate::arm::router::{Call, Handled, Route, Versions, route};
use crate::authorization::assignments;
use crate::base::clock::{Millis, compute_time, ticks};
use crate::base::http::{Reply, Request};
use crate::base::random;
use crate::compute::{self, Machine};
use crate::generic;
use crate::state::{State, World};

/// How many finished operations can still be asked for.
const KEPT: usize = 2_000;

pub(crate) const ROUTES: &[Route] = &[
    route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/operations/{operation}",
        status,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/operationresults/{operation}",
        status,
        Versions::Dated,
    ),
];

/// A long-running operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    pub(crate) id: String,
    subscription: String,
    started: Millis,
    ends: Millis,
    /// The signed query that it must be asked for with.
    query: String,
    /// What it ends with, when not with success.
    failure: Option<ErrorBody>,
    /// What happens at its end; nothing when it has ended.
    effect: Option<Effect>,
    /// What its result is asked for in the end; nothing for no content.
    #[serde(default)]
    result: Option<Value>,
}

/// What the end of an operation does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// A write of a machine is through; on failure the machine is again what it was.
    MachineWritten {
        key: String,
        before: Option<Box<Machine>>,
    },
    /// The machine is gone.
    MachineDeleted { key: String },
    /// Instances of a scale set take on its current model.
    InstancesUpgraded { key: String, ids: Vec<String> },
    /// The deployment is forgotten; what it made stays.
    DeploymentDeleted { key: String },
    /// Nothing: the operation is there for its result.
    Answered,
    /// The group and everything in it is gone.
    GroupDeleted { subscription: String, group: String },
}

/// The URLs of a started operation.
pub(crate) struct Started {
    pub(crate) id: String,
    path: String,
    query: String,
}

impl Started {
    /// The value of `Azure-AsyncOperation`.
    pub(crate) fn status_url(&self, endpoint: &str) -> String {
        format!("{endpoint}{}?{}", self.path, self.query)
    }

    /// The value of `Location`: 202 while it runs, then what the synchronous call would answer.
    pub(crate) fn result_url(&self, endpoint: &str) -> String {
        format!("{endpoint}{}?{}&monitor=true", self.path, self.query)
    }
}

/// Starts an operation. `location` is that of a compute resource; an operation on a resource group
/// has none.
pub(crate) fn start(
    world: &mut World,
    call: &Call<'_>,
    location: Option<&str>,
    effect: Effect,
    failure: Option<ErrorBody>,
) -> Started {
    let id = random::guid();
    let subscription = call.param("subscription").to_owned();
    let query = signed_query(world, call);
    let path = match location {
        Some(location) => format!(
            "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/operations/{id}"
        ),
        None => format!("/subscriptions/{subscription}/operationresults/{id}"),
    };
    world.state.operations.insert(
        id.clone(),
        Operation {
            id: id.clone(),
            subscription,
            started: call.now,
            ends: call.now + world.session.settings.operation_ms,
            query: query.clone(),
            failure,
            effect: Some(effect),
            result: None,
        },
    );
    Started { id, path, query }
}

/// The signed query of an operation's URL.
pub(crate) fn signed_query(world: &World, call: &Call<'_>) -> String {
    format!(
        "p={}&api-version={}&t={}&c={}&s={}&h={}",
        random::guid(),
        call.api_version,
        ticks(call.now),
        world.state.signing_certificate,
        random::opaque(256),
        random::opaque(32),
    )
}

/// What was signed has to come back byte for byte.
pub(crate) fn check_signature(request: &Request, query: &str) -> Result<(), ArmError> {
    let signed = |name: &str| {
        let pair = query
            .split('&')
            .find(|pair| pair.strip_prefix(name).is_some_and(|v| v.starts_with('=')));
        pair.and_then(|pair| pair.split_once('=')).map(|p| p.1)
    };
    if ["t", "c", "s", "h"]
        .iter()
        .any(|name| request.raw_parameter(name) != signed(name))
    {
        return Err(ArmError::new(
            403,
            "AuthorizationFailed",
            "The signature of the operation's URL is missing or does not fit it.",
        )
        .gateway());
    }
    Ok(())
}

/// Starts an operation that is there for its result.
pub(crate) fn start_with_result(world: &mut World, call: &Call<'_>, result: Value) -> Started {
    let started = start(world, call, None, Effect::Answered, None);
    if let Some(operation) = world.state.operations.get_mut(&started.id) {
        operation.result = Some(result);
    }
    started
}

/// When the next operation ends.
pub(crate) fn next_end(state: &State) -> Option<Millis> {
    state
        .operations
        .values()
        .filter(|operation| operation.effect.is_some())
        .map(|operation| operation.ends)
        .min()
}

/// What became of an operation.
pub(crate) enum Outcome {
    Running,
    Succeeded,
    Failed(ErrorBody),
}

/// What became of an operation; one that is not remembered any more succeeded.
pub(crate) fn outcome(state: &State, id: &str) -> Outcome {
    match state.operations.get(id) {
        Some(operation) if operation.effect.is_some() => Outcome::Running,
        Some(Operation {
            failure: Some(failure),
            ..
        }) => Outcome::Failed(failure.clone()),
        _ => Outcome::Succeeded,
    }
}

/// Ends what is due, in the order of the ends. True when anything changed.
pub(crate) fn settle(state: &mut State, now: Millis) -> bool {
    let mut due: Vec<(Millis, String)> = state
        .operations
        .values()
        .filter(|operation| operation.effect.is_some() && operation.ends <= now)
        .map(|operation| (operation.ends, operation.id.clone()))
        .collect();
    if due.is_empty() {
        return false;
    }
    due.sort();
    for (_, id) in due {
        let Some(operation) = state.operations.get_mut(&id) else {
            continue;
        };
        let failed = operation.failure.is_some();
        match operation.effect.take() {
            Some(Effect::MachineWritten { key, before }) => {
                compute::written(state, &key, &id, failed, before);
            }
            Some(Effect::MachineDeleted { key }) => {
                state.machines.remove(&key);
                generic::forget(state, &key);
                assignments::forget(state, &key);
            }
            Some(Effect::InstancesUpgraded { key, ids }) => {
                compute::scale_set::upgraded(state, &key, &id, &ids);
            }
            Some(Effect::GroupDeleted {
                subscription,
                group,
            }) => {
                state.forget_group(&subscription, &group);
            }
            Some(Effect::DeploymentDeleted { key }) => {
                state.deployments.remove(&key);
            }
            Some(Effect::Answered) => {}
            None => {}
        }
    }
    forget_old(state);
    true
}

fn forget_old(state: &mut State) {
    let mut finished: Vec<(Millis, String)> = state
        .operations
        .values()
        .filter(|operation| operation.effect.is_none())
        .map(|operation| (operation.ends, operation.id.clone()))
        .collect();
    if finished.len() > KEPT {
        finished.sort();
        for (_, id) in &finished[..finished.len() - KEPT] {
            state.operations.remove(id);
        }
    }
}

/// `GET …/operations/{operation}`: 200 whatever the outcome; with `monitor=true`, the URL of a
/// `Location` header, 202 while running.
fn status(world: &mut World, call: &Call<'_>) -> Handled {
    let id = call.param("operation").to_lowercase();
    let found = world.state.operations.get(&id).filter(|operation| {
        operation
            .subscription
            .eq_ignore_ascii_case(call.param("subscription"))
    });
    let Some(operation) = found else {
        return Err(ArmError::new(
            404,
            "ResourceNotFound",
            format!("The entity was not found: there is no operation '{id}'."),
        ));
    };
    check_signature(call.request, &operation.query)?;

    let running = operation.effect.is_some();
    let monitor = call.request.parameter("monitor").is_some()
        || call.request.segment_is(2, "operationresults");
    let mut reply = match (&operation.failure, running) {
        (_, true) if monitor => Reply::empty(202).header(
            "Location",
            format!("{}{}", world.site.endpoint, call.request.target()),
        ),
        (_, true) => Reply::json(
            200,
            &json!({
                "startTime": compute_time(operation.started),
                "status": "InProgress",
                "name": operation.id,
            }),
        ),
        (Some(error), false) if monitor => {
            return Err(ArmError::with(400, error.clone()));
        }
        (Some(error), false) => Reply::json(
            200,
            &json!({
                "startTime": compute_time(operation.started),
                "endTime": compute_time(operation.ends),
                "status": "Failed",
                "error": error,
                "name": operation.id,
            }),
        ),
        (None, false) if monitor => match &operation.result {
            Some(result) => Reply::json(200, result),
            None => Reply::empty(200),
        },
        (None, false) => Reply::json(
            200,
            &json!({
                "startTime": compute_time(operation.started),
                "endTime": compute_time(operation.ends),
                "status": "Succeeded",
                "name": operation.id,
            }),
        ),
    };
    if running {
        reply = retry_after(world, reply);
    }
    Ok(reply)
}

/// Adds `Retry-After` if the settings say so.
pub(crate) fn retry_after(world: &World, reply: Reply) -> Reply {
    match world.session.settings.retry_after_seconds {
        Some(seconds) => reply.header("Retry-After", seconds.to_string()),
        None => reply,
    }
}
