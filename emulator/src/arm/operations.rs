//! Long-running operations: started by a write, over when their time has passed.
//!
//! The URL of an operation carries several kilobytes of signed query (`t`, `c`, `s`, `h`), which
//! has to come back byte for byte, as with Azure.

use serde_json::{Value, json};

use super::error::{ArmError, ErrorBody};
use super::route::{Call, Ended, Handled, Registry, Route, Versions, route};
use crate::base::clock::{Millis, compute_time, ticks};
use crate::base::http::{Reply, Request};
use crate::base::random;
use crate::model::operation::{Effect, Operation};
use crate::state::{State, World};

/// How many finished operations can still be asked for.
const CAPACITY: usize = 2_000;

pub(crate) const ROUTES: &[Route] = &[
    route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/operations/{operation}",
        status,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/providers/{namespace}/locations/{location}/operationStatuses/{operation}",
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

/// Whose operation it is, and so where its status is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Home<'a> {
    /// The compute provider's, in that location.
    Compute(&'a str),
    /// Another provider's: its namespace, and the location.
    Provider(&'a str, &'a str),
    /// Resource Manager's own.
    Manager,
}

/// Starts an operation.
pub(crate) fn start(
    world: &mut World,
    call: &Call<'_>,
    home: Home<'_>,
    effect: Effect,
    failure: Option<ErrorBody>,
) -> Started {
    let id = random::guid();
    let subscription = call.param("subscription").to_owned();
    let query = signed_query(world, call);
    let path = match home {
        Home::Compute(location) => format!(
            "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/operations/{id}"
        ),
        Home::Provider(namespace, location) => format!(
            "/subscriptions/{subscription}/providers/{namespace}/locations/{location}/operationStatuses/{id}"
        ),
        Home::Manager => format!("/subscriptions/{subscription}/operationresults/{id}"),
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
    let started = start(world, call, Home::Manager, Effect::Answered, None);
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

/// Ends every operation whose time has come, and lets providers do what is due. Called before each
/// request is handled, which gives the same picture as if it happened by itself.
pub(crate) fn settle(registry: &'static Registry, world: &mut World, now: Millis) {
    let timers = || {
        registry
            .providers
            .iter()
            .filter_map(|provider| provider.timer)
    };
    // A deployment starts a resource when those before it are through: what happens meanwhile
    // happens in the order of time.
    while let Some(due) = timers()
        .filter_map(|timer| (timer.next_due)(world))
        .min()
        .filter(|due| *due <= now)
    {
        end_due(registry, &mut world.state, due);
        for timer in timers() {
            (timer.advance)(registry, world, due);
        }
        world.revision += 1;
    }
    if end_due(registry, &mut world.state, now) {
        world.revision += 1;
    }
}

/// Ends what is due, in the order of the ends. True when anything changed.
fn end_due(registry: &Registry, state: &mut State, now: Millis) -> bool {
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
        let Some(effect) = operation.effect.take() else {
            continue;
        };
        let ended = Ended {
            id: &id,
            failed,
            effect: &effect,
        };
        for provider in registry.providers {
            if let Some(operation_ended) = provider.operation_ended {
                operation_ended(state, &ended);
            }
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
    if finished.len() > CAPACITY {
        finished.sort();
        for (_, id) in &finished[..finished.len() - CAPACITY] {
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
        reply = retry_after_of(world, reply, &id, Moment::Poll, call.now);
    }
    if call.request.segment_is(3, "Microsoft.Compute") {
        reply = reply.header(
            "x-ms-ratelimit-remaining-resource",
            "Microsoft.Compute/GetOperationResource;44,Microsoft.Compute/GetOperationSubscriptionMaximum;14998",
        );
    }
    Ok(reply)
}

/// Which answer of an operation it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Moment {
    /// The one that starts it.
    First,
    /// One that says that it runs.
    Poll,
}

/// The seconds that Azure asks to wait at that moment, as far as the rhythm of recordings tells: of
/// machines none, of scale sets these.
fn azures_retry_after(effect: &Effect, moment: Moment) -> Option<u64> {
    let key = match effect {
        Effect::MachineWritten { key, .. }
        | Effect::MachineDeleted { key }
        | Effect::InstancesUpgraded { key, .. }
        | Effect::MachinePowered { key, .. } => key,
        _ => return None,
    };
    key.contains("/microsoft.compute/virtualmachinescalesets/")
        .then_some(match moment {
            Moment::First => 10,
            Moment::Poll => 37,
        })
}

/// Adds `Retry-After` to an answer of a running operation: as the settings say, or as Azure's, but
/// never beyond the end of the operation, so that short operations stay short.
pub(crate) fn retry_after_of(
    world: &World,
    reply: Reply,
    id: &str,
    moment: Moment,
    now: Millis,
) -> Reply {
    let azures = || {
        let operation = world.state.operations.get(id)?;
        let seconds = azures_retry_after(operation.effect.as_ref()?, moment)?;
        let left = operation.ends.saturating_sub(now) / 1_000;
        Some(seconds.min(left)).filter(|seconds| *seconds > 0)
    };
    let setting = world.session.settings.retry_after_seconds;
    with_wait(world, reply, setting.or_else(azures))
}

/// Adds `Retry-After` if the settings say so.
pub(crate) fn retry_after(world: &World, reply: Reply) -> Reply {
    with_wait(world, reply, world.session.settings.retry_after_seconds)
}

/// Adds what asks to wait so many seconds, or as long as a short operation takes.
fn with_wait(world: &World, reply: Reply, seconds: Option<u64>) -> Reply {
    match seconds {
        Some(seconds) => reply.header("Retry-After", seconds.to_string()),
        None => retry_after_ms(world, reply),
    }
}

/// Adds how long an operation takes that ends within a second, as none of Azure's does: whoever has
/// made operations short need not wait for the client.
pub(crate) fn retry_after_ms(world: &World, reply: Reply) -> Reply {
    match world.session.settings.operation_ms {
        time @ ..1_000 => reply.header("x-ms-retry-after-ms", time.max(1).to_string()),
        _ => reply,
    }
}
