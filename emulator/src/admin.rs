//! `/_emulator`: what a test or a rehearsal needs to see and to steer. No sign-in; the emulator
//! listens on the loopback interface only.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::clock::{Millis, iso_time};
use crate::http::{Reply, Request};
use crate::seed;
use crate::state::{Registration, World};

/// The first segment of every path here.
const PREFIX: &str = "_emulator";

/// Whether the request is for this part of the emulator.
pub(crate) fn is_ours(request: &Request) -> bool {
    request.segment_is(0, PREFIX)
}

fn problem(status: u16, code: &str, message: impl Into<String>) -> Reply {
    Reply::json(
        status,
        &json!({ "error": { "code": code, "message": message.into() } }),
    )
}

/// Answers a request under `/_emulator`.
pub(crate) fn answer(world: &mut World, request: &Request, now: Millis) -> Reply {
    if !is_local(request) {
        return problem(
            403,
            "NotLocal",
            "The emulator is steered from programs on its own machine, not from web pages.",
        );
    }
    let path: Vec<&str> = request.segments[1..].iter().map(String::as_str).collect();
    match (request.method.as_str(), &path[..]) {
        ("GET", []) => Reply::json(200, &about(world)),
        ("GET", ["requests"]) => {
            let entries: Vec<_> = world.session.log.entries().collect();
            Reply::json(200, &json!(entries))
        }
        ("DELETE", ["requests"]) => {
            world.session.log.clear();
            Reply::empty(204)
        }
        ("GET", ["history"]) => {
            let entries: Vec<_> = world.session.history.entries().collect();
            Reply::json(200, &json!(entries))
        }
        ("DELETE", ["history"]) => {
            world.session.history.clear();
            Reply::empty(204)
        }
        ("GET", ["faults"]) => Reply::json(200, &json!(world.session.faults.list())),
        ("POST", ["faults"]) => match world.session.faults.add(&request.body) {
            Ok(armed) => Reply::json(201, &json!(armed)),
            Err(message) => problem(400, "InvalidFault", message),
        },
        ("DELETE", ["faults"]) => {
            world.session.faults.clear();
            Reply::empty(204)
        }
        ("GET", ["settings"]) => Reply::json(200, &settings(world, now)),
        ("PATCH", ["settings"]) => match change(world, &request.body) {
            Ok(()) => Reply::json(200, &settings(world, now)),
            Err(message) => problem(400, "InvalidSettings", message),
        },
        ("POST", ["reset"]) => {
            world.reset(now);
            Reply::empty(204)
        }
        (_, [] | ["requests" | "history" | "faults" | "settings" | "reset"]) => problem(
            405,
            "MethodNotAllowed",
            format!("{} is not for {}.", request.method, request.path),
        ),
        _ => problem(
            404,
            "NotFound",
            format!("There is no {} in the emulator.", request.path),
        ),
    }
}

/// A page in a browser may send requests to loopback addresses; it cannot help saying so.
fn is_local(request: &Request) -> bool {
    let host = request.header("host").unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    ["127.0.0.1", "localhost"].contains(&name) && request.header("origin").is_none()
}

fn about(world: &World) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "endpoint": world.site.endpoint,
        "subscriptionId": seed::SUBSCRIPTION_ID,
        "tenantId": seed::TENANT_ID,
        "clientId": seed::CLIENT_ID,
        "clientSecret": seed::CLIENT_SECRET,
        "started": iso_time(world.site.started),
        "requests": world.session.log.len(),
        "stateError": world.session.state_error,
    })
}

fn settings(world: &World, now: Millis) -> Value {
    let mut body = json!(world.session.settings);
    let mut unregistered: Vec<&str> = crate::arm::router::namespaces()
        .filter(|namespace| world.registration(namespace, now) == "NotRegistered")
        .collect();
    unregistered.sort_unstable();
    body["unregistered"] = json!(unregistered);
    body
}

/// A change of the settings: what is not named stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Change {
    latency_ms: Option<u64>,
    operation_ms: Option<u64>,
    page_size: Option<usize>,
    token_lifetime_seconds: Option<u64>,
    throttling: Option<bool>,
    unregistered: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    retry_after_seconds: Option<Option<u64>>,
    replication_delay_ms: Option<u64>,
    #[serde(deserialize_with = "nullable")]
    vm_write_limit: Option<Option<u32>>,
    unassignable: Option<Vec<String>>,
}

/// Tells null, which takes a setting back, from a setting that is not named.
fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Applies a change whole or not at all.
fn change(world: &mut World, text: &[u8]) -> Result<(), String> {
    let change: Change = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    if change.page_size == Some(0) {
        return Err("pageSize is 0; a page has at least one item".to_owned());
    }
    if change.vm_write_limit == Some(Some(0)) {
        return Err("vmWriteLimit is 0; it is at least 1, or null for no limit".to_owned());
    }
    let unregistered = match &change.unregistered {
        None => None,
        Some(names) => Some(
            names
                .iter()
                .map(|name| {
                    crate::arm::router::namespaces()
                        .find(|known| known.eq_ignore_ascii_case(name))
                        .map(str::to_lowercase)
                        .ok_or_else(|| format!("unregistered: '{name}' is not a namespace here"))
                })
                .collect::<Result<Vec<String>, String>>()?,
        ),
    };

    fn set<T>(into: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *into = value;
        }
    }
    let settings = &mut world.session.settings;
    set(&mut settings.latency_ms, change.latency_ms);
    set(&mut settings.operation_ms, change.operation_ms);
    set(&mut settings.page_size, change.page_size);
    set(
        &mut settings.token_lifetime_seconds,
        change.token_lifetime_seconds,
    );
    set(&mut settings.throttling, change.throttling);
    set(
        &mut settings.retry_after_seconds,
        change.retry_after_seconds,
    );
    set(
        &mut settings.replication_delay_ms,
        change.replication_delay_ms,
    );
    set(&mut settings.vm_write_limit, change.vm_write_limit);
    set(&mut settings.unassignable, change.unassignable);
    if change.throttling.is_some() || change.vm_write_limit.is_some() {
        world.session.throttle = crate::arm::throttle::Throttle::default();
    }
    if let Some(names) = unregistered {
        world.session.registrations = names
            .into_iter()
            .map(|name| (name, Registration::NotRegistered))
            .collect();
    }
    Ok(())
}
