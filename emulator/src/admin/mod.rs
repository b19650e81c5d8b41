//! `/_emulator`: what a test or a rehearsal needs to see and to steer. Every call needs the key that
//! the emulator's starter has; `GET /_emulator` without it has what is public.

mod identities;
mod places;
mod refusal;
mod resources;

use refusal::Refusal;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::arm::route::Registry;
use crate::arm::values;
use crate::base::admin_key;
use crate::base::clock::{Millis, iso_time};
use crate::base::http::{self, Reply, Request};
use crate::base::json::object;
use crate::base::{random, seed};
use crate::hosts::control as hosts;
use crate::identity;
use crate::model::deny_assignment::DenyAssignment;
use crate::model::identity::{KIND, UserAssignedIdentity};
use crate::model::management_group::ManagementGroup;
use crate::model::policy::Policy;
use crate::model::principal::Principal;
use crate::model::resource::Tags;
use crate::oauth::applications::{self, Issuers};
use crate::oauth::device_code::{self, DeviceCodes};
use crate::state::throttle::Throttle;
use crate::state::{
    Registration, State, UnknownMap, World, directory, faults, hierarchy, key, log,
};
use crate::tokens::store::Tokens;

/// The first segment of every path here.
const PREFIX: &str = "_emulator";

/// How many faults there are at most: every request is compared with each.
const MAX_FAULTS: usize = 1_000;

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
pub(crate) fn answer(
    registry: &Registry,
    world: &mut World,
    request: &Request,
    now: Millis,
) -> Reply {
    if !is_local(request) {
        return problem(
            403,
            "NotLocal",
            "Only programs on this machine can control the emulator, not web pages.",
        );
    }
    let path: Vec<&str> = request.segments[1..].iter().map(String::as_str).collect();
    match request.headers.get(admin_key::HEADER) {
        Some(presented) if world.site.admin_key.is(presented.as_bytes()) => {}
        Some(_) => return key_required("The key in the header x-emulator-key is wrong."),
        None if request.method == "GET" && path.is_empty() => {
            return Reply::json(200, &public_facts(world));
        }
        None => return key_required("This call has no header x-emulator-key."),
    }
    match (request.method.as_str(), &path[..]) {
        ("GET", []) => Reply::json(200, &about(world)),
        ("GET", ["requests"]) => {
            let filter = log_filter(request);
            let entries: Vec<_> = world.session.log.entries(&filter).collect();
            Reply::json(200, &json!(entries))
        }
        ("DELETE", ["requests"]) => match request.parameter("through").map(|text| text.parse()) {
            None => {
                world.session.log.clear();
                Reply::empty(204)
            }
            Some(Ok(sequence)) => {
                world.session.log.clear_through(sequence);
                Reply::empty(204)
            }
            Some(Err(_)) => problem(
                400,
                "InvalidContent",
                "through: it must be the sequence of an entry",
            ),
        },
        ("GET", ["history"]) => {
            let entries: Vec<_> = world.session.history.entries().collect();
            Reply::json(200, &json!(entries))
        }
        ("DELETE", ["history"]) => {
            world.session.history.clear();
            Reply::empty(204)
        }
        ("GET", ["faults"]) => Reply::json(200, &json!(world.session.faults.list())),
        ("POST", ["faults"]) if world.session.faults.list().len() >= MAX_FAULTS => problem(
            400,
            "InvalidFault",
            format!(
                "There are {MAX_FAULTS} faults, spent ones too, which is the most; clear them with \
                 DELETE /_emulator/faults."
            ),
        ),
        ("POST", ["faults"]) => match world.session.faults.add(&request.body, now) {
            Ok(armed) => Reply::json(201, &json!(armed)),
            Err(message) => problem(400, "InvalidFault", message),
        },
        ("GET", ["faults", "catalogue"]) => Reply::json(200, &catalogue()),
        ("DELETE", ["faults"]) => {
            world.session.faults.clear();
            Reply::empty(204)
        }
        ("DELETE", ["faults", id]) => {
            match id.parse().is_ok_and(|id| world.session.faults.remove(id)) {
                true => Reply::empty(204),
                false => problem(404, "FaultNotFound", format!("There is no fault '{id}'.")),
            }
        }
        ("GET", ["settings"]) => Reply::json(200, &settings(registry, world, now)),
        ("PATCH", ["settings"]) => match change(registry, world, &request.body, now) {
            Ok(()) => Reply::json(200, &settings(registry, world, now)),
            Err(message) => problem(400, "InvalidSettings", message),
        },
        ("POST", ["reset"]) => {
            world.reset(now);
            Reply::empty(204)
        }
        ("POST", ["subscriptions"]) => made(world, places::add_subscription, &request.body),
        ("POST", ["resourcegroups"]) => made(world, places::add_groups, &request.body),
        ("POST", ["principals"]) => made(world, add_principal, &request.body),
        ("POST", ["identities"]) => made(world, add_identities, &request.body),
        ("POST", ["resources"]) => made(
            world,
            |state, text| resources::add(state, text, now),
            &request.body,
        ),
        ("POST", ["managementgroups"]) => made(world, add_management_group, &request.body),
        ("GET", ["applications"]) => Reply::json(200, &applications::list(&world.state)),
        ("POST", ["applications"]) => made(
            world,
            |state, text| applications::register(state, text, now),
            &request.body,
        ),
        ("POST", ["issuers"]) => {
            match world.session.part_mut::<Issuers>().register(&request.body) {
                Ok(body) => Reply::json(201, &body),
                Err(message) => problem(400, "InvalidContent", message),
            }
        }
        ("GET", ["tokens"]) => Reply::json(200, &world.session.part::<Tokens>().counts()),
        ("DELETE", ["tokens"]) => {
            world.session.part_mut::<Tokens>().clear_counts();
            Reply::empty(204)
        }
        ("DELETE", ["refreshtokens"]) => {
            let revoked = world.session.part_mut::<Tokens>().revoke(now);
            Reply::json(200, &json!({ "revoked": revoked }))
        }
        ("GET", ["devicecodes"]) => {
            Reply::json(200, &world.session.part::<DeviceCodes>().list(now))
        }
        ("POST", ["devicecodes", code]) => {
            match device_code::complete(world, code, &request.body, now) {
                Ok(body) => Reply::json(200, &body),
                Err(device_code::CompletionError::NotFound(message)) => {
                    problem(404, "NotFound", message)
                }
                Err(device_code::CompletionError::Bad(message)) => {
                    problem(400, "InvalidContent", message)
                }
            }
        }
        ("GET", ["hosts"]) => Reply::json(200, &hosts::list(world)),
        ("PUT", ["hosts", name]) => match hosts::switch_on(world, name, &request.body) {
            Ok(body) => Reply::json(200, &body),
            Err(why) => host_problem(why),
        },
        ("DELETE", ["hosts", name]) => match hosts::switch_off(world, name) {
            Ok(()) => Reply::empty(204),
            Err(why) => host_problem(why),
        },
        ("GET", ["clock"]) => Reply::json(200, &clock(world)),
        ("POST", ["clock"]) => match advance(world, &request.body) {
            Ok(()) => Reply::json(200, &clock(world)),
            Err(message) => problem(400, "InvalidContent", message),
        },
        (
            _,
            []
            | [
                "requests" | "history" | "faults" | "settings" | "reset" | "subscriptions"
                | "resourcegroups" | "principals" | "identities" | "resources" | "managementgroups"
                | "applications" | "issuers" | "tokens" | "refreshtokens" | "devicecodes" | "hosts"
                | "clock",
            ]
            | ["devicecodes" | "hosts" | "faults", _],
        ) => problem(
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

/// The faults that have a name.
fn catalogue() -> Value {
    faults::ALL
        .iter()
        .map(|one| json!({ "name": one.name, "summary": one.summary }))
        .collect()
}

/// Refuses a call without the key, and says who has it.
fn key_required(why: &str) -> Reply {
    let message = format!(
        "{why} Calls of /_emulator need the key of this emulator, which its starter has: \
         Get-ArmEmulator in the process of Start-ArmEmulator (property AdminKey), \
         Emulator::admin_key() in Rust, admin_key of azmi_emulator_start in C, the last line that \
         the program emulator prints, or the variable {} that it was started with.",
        admin_key::VARIABLE
    );
    problem(401, "AdminKeyRequired", message)
        .header("WWW-Authenticate", "X-Emulator-Key realm=\"/_emulator\"")
}

/// Answers a request that makes something: 201 with it, or 400 with what is wrong.
fn made<E: Into<Refusal>>(
    world: &mut World,
    make: impl FnOnce(&mut State, &[u8]) -> Result<Value, E>,
    text: &[u8],
) -> Reply {
    match make(&mut world.state, text).map_err(Into::into) {
        Ok(body) => {
            world.revision += 1;
            Reply::json(201, &body)
        }
        Err(Refusal::Invalid(message)) => problem(400, "InvalidContent", message),
        Err(Refusal::Missing(message)) => problem(404, "NotFound", message),
        Err(Refusal::Exists(message)) => problem(409, "AlreadyExists", message),
    }
}

/// Which requests `GET /_emulator/requests?method=PUT&method=DELETE&path=…&status=4*` asks for.
fn log_filter(request: &Request) -> log::Filter {
    let all = http::pairs(&request.query);
    let of = |name: &str| -> Vec<String> {
        all.iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
            .collect()
    };
    log::Filter {
        methods: of("method"),
        paths: of("path"),
        statuses: of("status"),
    }
}

fn host_problem(why: hosts::ControlError) -> Reply {
    match why {
        hosts::ControlError::NotFound(message) => problem(404, "NotFound", message),
        hosts::ControlError::Bad(message) => problem(400, "InvalidContent", message),
        hosts::ControlError::Failed(message) => problem(500, "InternalServerError", message),
    }
}

fn clock(world: &World) -> Value {
    json!({
        "time": iso_time(world.server_time()),
        "advancedSeconds": world.site.clock.advanced() / 1_000,
        "skewSeconds": world.session.settings.clock_skew_seconds,
    })
}

/// Puts the clock forward: tokens age, operations end, delays pass.
fn advance(world: &mut World, text: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Advance {
        advance_seconds: u64,
    }
    /// Ten years.
    const MAX: u64 = 315_360_000;
    let Advance { advance_seconds } = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    if advance_seconds > MAX {
        return Err(format!(
            "advanceSeconds is {advance_seconds}; it must be at most {MAX}"
        ));
    }
    world.site.clock.advance(advance_seconds * 1_000);
    Ok(())
}

/// A management group, and the subscriptions that are in it from now on; put again, it changes.
fn add_management_group(state: &mut State, text: &[u8]) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct New {
        id: String,
        display_name: Option<String>,
        parent: Option<String>,
        #[serde(default)]
        subscriptions: Vec<String>,
    }
    let new: New = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    if !values::group_name_is_valid(&new.id) {
        return Err(format!(
            "id: '{}' is not an id of a management group",
            new.id
        ));
    }
    let group = ManagementGroup {
        display_name: new.display_name.unwrap_or_else(|| new.id.clone()),
        parent: new.parent.map(|parent| parent.to_lowercase()),
        id: new.id,
    };
    let key = group.key();
    hierarchy::put(state, group, &new.subscriptions)?;
    Ok(state
        .management_groups
        .get(&key)
        .map_or(Value::Null, ManagementGroup::body))
}

/// Somebody that roles can be given to.
fn add_principal(state: &mut State, text: &[u8]) -> Result<Value, String> {
    let principal: Principal = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    directory::register(state, principal).map(|principal| json!(principal))
}

/// Many identities at once, all or none. Their principals are known everywhere.
fn add_identities(state: &mut State, text: &[u8]) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct New {
        subscription_id: String,
        resource_group: String,
        prefix: String,
        count: usize,
    }
    const MAX: usize = 50_000;
    let new: New = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    let group = state
        .groups
        .get(&key::group(&new.subscription_id, &new.resource_group))
        .cloned()
        .ok_or_else(|| format!("resourceGroup: there is no '{}'", new.resource_group))?;
    if !(1..=MAX).contains(&new.count) {
        return Err(format!("count is {}; it must be 1 to {MAX}", new.count));
    }
    let names: Vec<String> = (1..=new.count)
        .map(|number| format!("{}{number:05}", new.prefix))
        .collect();
    if let Some(name) = names.iter().find(|name| !identity::name_is_valid(name)) {
        return Err(format!("prefix: '{name}' is not a name of an identity"));
    }
    let key = |name: &str| key::resource(&group.subscription, &group.name, KIND, name);
    if let Some(name) = names
        .iter()
        .find(|name| state.identities.contains_key(&key(name)))
    {
        return Err(format!("prefix: the identity '{name}' already exists"));
    }
    for name in &names {
        let identity = UserAssignedIdentity {
            subscription: group.subscription.clone(),
            group: group.name.clone(),
            name: name.clone(),
            location: group.location.clone(),
            tags: Tags::new(),
            isolation_scope: "None".to_owned(),
            assignment_restrictions: None,
            principal_id: random::guid(),
            client_id: random::guid(),
            created: 0,
        };
        state.identities.insert(key(name), identity);
    }
    Ok(json!({ "count": names.len(), "first": names.first(), "last": names.last() }))
}

/// A page in a browser may send requests to loopback addresses; it cannot help saying so.
fn is_local(request: &Request) -> bool {
    let host = request.header("host").unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    ["127.0.0.1", "localhost"].contains(&name) && request.header("origin").is_none()
}

/// What every program on the machine may know: it is the same for every emulator, or in the URL.
fn public_facts(world: &World) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "endpoint": world.site.endpoint,
        "subscriptionId": seed::SUBSCRIPTION_ID,
        "tenantId": seed::TENANT_ID,
        "clientId": seed::CLIENT_ID,
        "clientSecret": seed::CLIENT_SECRET,
        "environment": object(
            environment(&world.site.endpoint).map(|(name, value)| (name.to_owned(), json!(value)))
        ),
    })
}

/// The environment variables by which programs sign in to an emulator as its application.
pub(crate) fn environment(endpoint: &str) -> [(&'static str, String); 6] {
    [
        ("AZURE_RESOURCE_MANAGER_URL", endpoint.to_owned()),
        ("AZURE_AUTHORITY_HOST", endpoint.to_owned()),
        ("AZURE_TENANT_ID", seed::TENANT_ID.to_owned()),
        ("AZURE_SUBSCRIPTION_ID", seed::SUBSCRIPTION_ID.to_owned()),
        ("AZURE_CLIENT_ID", seed::CLIENT_ID.to_owned()),
        ("AZURE_CLIENT_SECRET", seed::CLIENT_SECRET.to_owned()),
    ]
}

/// The public facts and those of this run. The hosts have secrets in their environments.
fn about(world: &World) -> Value {
    let mut about = public_facts(world);
    about["hosts"] = hosts::list(world);
    about["started"] = json!(iso_time(world.site.started));
    about["requests"] = json!(world.session.log.len());
    about["droppedRequests"] = json!(world.session.log.dropped());
    about["stateError"] = json!(world.session.state_error);
    about
}

fn settings(registry: &Registry, world: &World, now: Millis) -> Value {
    let mut body = json!(world.session.settings);
    let mut unregistered: Vec<&str> = registry
        .namespaces()
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
    managed_identity_token_lifetime_seconds: Option<u64>,
    clock_skew_seconds: Option<i64>,
    #[serde(deserialize_with = "nullable")]
    require_claims: Option<Option<Map<String, Value>>>,
    device_code_interval_seconds: Option<u64>,
    device_code_lifetime_seconds: Option<u64>,
    decline_sign_ins: Option<bool>,
    throttling: Option<bool>,
    unregistered: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    retry_after_seconds: Option<Option<u64>>,
    replication_delay_ms: Option<u64>,
    federated_write_ms: Option<u64>,
    graph_delay_ms: Option<u64>,
    #[serde(deserialize_with = "nullable")]
    vm_write_limit: Option<Option<u32>>,
    unknown_map: Option<UnknownMap>,
    unassignable: Option<Vec<String>>,
    disabled_subscriptions: Option<Vec<String>>,
    policies: Option<Vec<Policy>>,
    deny_assignments: Option<Vec<DenyAssignment>>,
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
fn change(registry: &Registry, world: &mut World, text: &[u8], now: Millis) -> Result<(), String> {
    let change: Change = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    if change.page_size == Some(0) {
        return Err("pageSize is 0; it must be at least 1".to_owned());
    }
    if change.vm_write_limit == Some(Some(0)) {
        return Err("vmWriteLimit is 0; it must be at least 1, or null for no limit".to_owned());
    }
    if let Some(Some(required)) = &change.require_claims
        && !required.get("access_token").is_some_and(Value::is_object)
    {
        return Err(
            "requireClaims has no object access_token; it must be {\"access_token\": {name: \
             {\"value\": …}}}, or null for none"
                .to_owned(),
        );
    }
    let known = |id: &&String| world.state.subscriptions.contains_key(&id.to_lowercase());
    if let Some(id) = change
        .disabled_subscriptions
        .iter()
        .flatten()
        .find(|id| !known(id))
    {
        return Err(format!("disabledSubscriptions: there is no '{id}'"));
    }
    if let Some(one) = change
        .deny_assignments
        .iter()
        .flatten()
        .find(|one| !random::is_guid(&one.id) || !one.scope.starts_with("/subscriptions/"))
    {
        return Err(format!(
            "denyAssignments: '{}' has the id '{}' and the scope '{}'; these must be a GUID and the id of a subscription, a resource group or a resource",
            one.name, one.id, one.scope
        ));
    }
    let unregistered = match &change.unregistered {
        None => None,
        Some(names) => Some(
            names
                .iter()
                .map(|name| {
                    registry
                        .namespaces()
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
    set(
        &mut settings.managed_identity_token_lifetime_seconds,
        change.managed_identity_token_lifetime_seconds,
    );
    set(&mut settings.clock_skew_seconds, change.clock_skew_seconds);
    set(&mut settings.require_claims, change.require_claims);
    set(
        &mut settings.device_code_interval_seconds,
        change.device_code_interval_seconds,
    );
    set(
        &mut settings.device_code_lifetime_seconds,
        change.device_code_lifetime_seconds,
    );
    set(&mut settings.decline_sign_ins, change.decline_sign_ins);
    set(&mut settings.throttling, change.throttling);
    set(
        &mut settings.retry_after_seconds,
        change.retry_after_seconds,
    );
    set(
        &mut settings.replication_delay_ms,
        change.replication_delay_ms,
    );
    set(&mut settings.federated_write_ms, change.federated_write_ms);
    set(&mut settings.graph_delay_ms, change.graph_delay_ms);
    set(&mut settings.vm_write_limit, change.vm_write_limit);
    set(&mut settings.unknown_map, change.unknown_map);
    set(&mut settings.unassignable, change.unassignable);
    set(
        &mut settings.disabled_subscriptions,
        change.disabled_subscriptions,
    );
    set(&mut settings.policies, change.policies);
    set(&mut settings.deny_assignments, change.deny_assignments);
    if change.throttling.is_some() || change.vm_write_limit.is_some() {
        world.session.throttle = Throttle::default();
    }
    if let Some(names) = unregistered {
        world.session.registrations = names
            .into_iter()
            .map(|name| (name, Registration::NotRegistered))
            .collect();
    }
    for provider in registry.providers {
        if let Some(settings_changed) = provider.settings_changed {
            settings_changed(world, now);
        }
    }
    Ok(())
}
