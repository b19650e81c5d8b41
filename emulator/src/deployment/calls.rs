//! The calls for deployments.

use serde_json::{Value, json};

use super::hash;
use super::parameters;
use super::plan::{Planned, target_of};
use super::prepare::{bad, prepare, scope_of};
use super::run::{Run, Runs};
use super::what_if;
use crate::arm::error::{ArmError, ErrorBody};
use crate::arm::operations::{self, Home};
use crate::arm::paging;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::base::clock::{compute_time, us_time};
use crate::base::http::Reply;
use crate::base::random;
use crate::model::deployment::Deployment;
use crate::model::operation::Effect;
use crate::state::{State, World, key};

const ALL: [&str; 2] = [
    "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Resources/deployments",
    "/subscriptions/{subscription}/providers/Microsoft.Resources/deployments",
];

const ONE: [&str; 2] = [
    "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Resources/deployments/{name}",
    "/subscriptions/{subscription}/providers/Microsoft.Resources/deployments/{name}",
];

macro_rules! behind {
    ($rest:literal) => {
        [
            concat!(
                "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Resources/deployments/{name}/",
                $rest
            ),
            concat!(
                "/subscriptions/{subscription}/providers/Microsoft.Resources/deployments/{name}/",
                $rest
            ),
        ]
    };
}

const OPERATIONS: [&str; 2] = behind!("operations");
const OPERATION: [&str; 2] = behind!("operations/{operation}");

/// The older paths of the same.
const OLDER_OPERATIONS: &str =
    "/subscriptions/{subscription}/resourcegroups/{group}/deployments/{name}/operations";

const OLDER_OPERATION: &str = "/subscriptions/{subscription}/resourcegroups/{group}/deployments/{name}/operations/{operation}";
const STATUS: [&str; 2] = behind!("operationStatuses/{operation}");
const VALIDATE: [&str; 2] = behind!("validate");
const WHAT_IF: [&str; 2] = behind!("whatIf");
const EXPORT: [&str; 2] = behind!("exportTemplate");
const CANCEL: [&str; 2] = behind!("cancel");

pub(super) const ROUTES: &[Route] = &[
    route("GET", ALL[0], list, Versions::Dated),
    route("GET", ALL[1], list, Versions::Dated),
    route("PUT", ONE[0], put, Versions::Dated),
    route("PUT", ONE[1], put, Versions::Dated),
    route("GET", ONE[0], get, Versions::Dated),
    route("GET", ONE[1], get, Versions::Dated),
    route("HEAD", ONE[0], head, Versions::Dated),
    route("HEAD", ONE[1], head, Versions::Dated),
    route("DELETE", ONE[0], delete, Versions::Dated),
    route("DELETE", ONE[1], delete, Versions::Dated),
    route("GET", OPERATIONS[0], list_operations, Versions::Dated),
    route("GET", OPERATIONS[1], list_operations, Versions::Dated),
    route("GET", OPERATION[0], get_operation, Versions::Dated),
    route("GET", OPERATION[1], get_operation, Versions::Dated),
    route("GET", OLDER_OPERATIONS, list_operations, Versions::Dated),
    route("GET", OLDER_OPERATION, get_operation, Versions::Dated),
    route("GET", STATUS[0], status, Versions::Dated),
    route("GET", STATUS[1], status, Versions::Dated),
    route("POST", VALIDATE[0], validate, Versions::Dated).asking(),
    route("POST", VALIDATE[1], validate, Versions::Dated).asking(),
    route("POST", WHAT_IF[0], what_if, Versions::Dated),
    route("POST", WHAT_IF[1], what_if, Versions::Dated),
    route("POST", EXPORT[0], export, Versions::Dated).asking(),
    route("POST", EXPORT[1], export, Versions::Dated).asking(),
    route("POST", CANCEL[0], cancel, Versions::Dated),
    route("POST", CANCEL[1], cancel, Versions::Dated),
];

fn prefix_of(call: &Call<'_>) -> String {
    let base = match scope_of(call) {
        (subscription, Some(group)) => key::group(subscription, group),
        (subscription, None) => format!("/subscriptions/{}", subscription.to_lowercase()),
    };
    format!("{base}/providers/microsoft.resources/deployments/")
}

fn key_of(call: &Call<'_>) -> String {
    format!("{}{}", prefix_of(call), call.param("name").to_lowercase())
}

fn not_found(call: &Call<'_>) -> ArmError {
    ArmError::new(
        404,
        "DeploymentNotFound",
        format!("Deployment '{}' could not be found.", call.param("name")),
    )
    .gateway()
}

fn find<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Deployment, ArmError> {
    state
        .deployments
        .get(&key_of(call))
        .ok_or_else(|| not_found(call))
}

/// The providers and types that a plan uses.
fn providers(plan: &[Planned]) -> Value {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for planned in plan.iter().filter(|planned| planned.is_deployed()) {
        let (namespace, kind) = planned.kind.split_once('/').unwrap_or((&planned.kind, ""));
        let at = found
            .iter()
            .position(|(known, _)| known.eq_ignore_ascii_case(namespace))
            .unwrap_or_else(|| {
                found.push((namespace.to_owned(), Vec::new()));
                found.len() - 1
            });
        let kinds = &mut found[at].1;
        if !kinds.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
            kinds.push(kind.to_owned());
        }
    }
    found
        .into_iter()
        .map(|(namespace, kinds)| {
            let kinds: Vec<Value> = kinds
                .into_iter()
                .map(|kind| json!({ "resourceType": kind, "locations": [Value::Null] }))
                .collect();
            json!({ "namespace": namespace, "resourceTypes": kinds })
        })
        .collect()
}

/// What in a plan depends on what.
fn dependencies(plan: &[Planned]) -> Value {
    plan.iter()
        .filter(|planned| planned.is_deployed() && !planned.needs.is_empty())
        .map(|planned| {
            let mut body = json!(target_of(planned));
            body["dependsOn"] = planned
                .needs
                .iter()
                .map(|at| json!(target_of(&plan[*at])))
                .collect();
            body
        })
        .collect()
}

fn active(name: &str, deployment: &Deployment) -> ArmError {
    ArmError::new(
        409,
        "DeploymentActive",
        format!(
            "Unable to edit or replace deployment '{name}': previous deployment from '{}' is still active. Please see https://aka.ms/arm-deploy for usage details.",
            us_time(deployment.started)
        ),
    )
    .gateway()
}

fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let prepared = prepare(world, call)?;
    let key = key_of(call);
    let name = call.param("name");
    let before = world.state.deployments.get(&key);
    if let Some(before) = before {
        if before.is_active() {
            return Err(active(name, before));
        }
        if before.location != prepared.location {
            return Err(bad(
                "InvalidDeploymentLocation",
                format!(
                    "Invalid deployment location '{}'. The deployment '{name}' already exists in location '{}'.",
                    prepared.location.unwrap_or_default(),
                    before.location.as_deref().unwrap_or_default()
                ),
            ));
        }
    }
    let status = if before.is_some() { 200 } else { 201 };
    let correlation = call
        .request
        .header("x-ms-correlation-request-id")
        .filter(|id| random::is_guid(id))
        .map_or_else(random::guid, str::to_owned);
    let deployment = Deployment {
        subscription: prepared.context.subscription.clone(),
        group: prepared.context.group.clone(),
        name: before.map_or(name, |before| &before.name).to_owned(),
        location: prepared.location,
        tags: prepared.tags,
        state: "Accepted".to_owned(),
        started: call.now,
        changed: call.now,
        correlation,
        template_hash: hash::murmur(prepared.raw_template.to_string().as_bytes()).to_string(),
        template: prepared.raw_template,
        parameters: parameters::shown_parameters(&prepared.template, &prepared.parameters),
        providers: providers(&prepared.plan),
        dependencies: dependencies(&prepared.plan),
        outputs: None,
        output_resources: Vec::new(),
        error: None,
        operations: Vec::new(),
        status_id: random::guid(),
        status_query: operations::signed_query(world, call),
    };
    let status_url = format!(
        "{}{}/operationStatuses/{}?{}",
        world.site.endpoint,
        deployment.id(),
        deployment.status_id,
        deployment.status_query
    );
    let reply = Reply::json(status, &deployment.body()).header("Azure-AsyncOperation", status_url);
    let run = Run::new(
        prepared.context,
        prepared.template,
        prepared.parameters,
        prepared.plan,
        call.now,
        world.session.settings.operation_ms,
    );
    world.state.deployments.insert(key.clone(), deployment);
    world.session.part_mut::<Runs>().0.insert(key, run);
    Ok(operations::retry_after(world, reply))
}

fn get(world: &mut World, call: &Call<'_>) -> Handled {
    Ok(Reply::json(200, &find(&world.state, call)?.body()))
}

fn head(world: &mut World, call: &Call<'_>) -> Handled {
    let there = world.state.deployments.contains_key(&key_of(call));
    Ok(Reply::empty(if there { 204 } else { 404 }))
}

fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let filter = call.request.parameter("$filter");
    let wanted = match filter.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => {
            let state = text
                .strip_prefix("provisioningState eq ")
                .and_then(|text| text.trim().strip_prefix('\'')?.strip_suffix('\''));
            Some(state.map(str::to_owned).ok_or_else(|| {
                bad(
                    "InvalidFilterInQueryString",
                    format!("Invalid $filter '{text}' specified in the query string."),
                )
            })?)
        }
    };
    let prefix = prefix_of(call);
    let size = paging::top(world, call)?;
    paging::list(
        world,
        call,
        (&world.state.deployments, &prefix),
        size,
        |deployment| {
            wanted
                .as_ref()
                .is_none_or(|state| deployment.state.eq_ignore_ascii_case(state))
                .then(|| deployment.body())
        },
    )
}

/// 202; the `Location` says when it is gone. What it made stays.
fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let key = key_of(call);
    let Some(deployment) = world.state.deployments.get(&key) else {
        return Ok(Reply::empty(204));
    };
    if deployment.is_active() {
        return Err(active(call.param("name"), deployment));
    }
    let started = operations::start(
        world,
        call,
        Home::Manager,
        Effect::DeploymentDeleted { key },
        None,
    );
    let location = started.result_url(&world.site.endpoint);
    Ok(operations::retry_after(
        world,
        Reply::empty(202).header("Location", location),
    ))
}

/// Of an operation of a deployment there is the status alone, and what went wrong.
fn status(world: &mut World, call: &Call<'_>) -> Handled {
    let deployment = find(&world.state, call)?;
    if !deployment
        .status_id
        .eq_ignore_ascii_case(call.param("operation"))
    {
        return Err(ArmError::new(
            404,
            "DeploymentOperationNotFound",
            format!("There is no operation '{}'.", call.param("operation")),
        )
        .gateway());
    }
    operations::check_signature(call.request, &deployment.status_query)?;
    let mut body = json!({ "status": deployment.state });
    if let Some(error) = &deployment.error {
        body["error"] = json!(error);
    }
    let reply = Reply::json(200, &body);
    if deployment.is_active() {
        return Ok(operations::retry_after(world, reply));
    }
    Ok(reply)
}

fn list_operations(world: &mut World, call: &Call<'_>) -> Handled {
    let deployment = find(&world.state, call)?;
    let items = deployment
        .operations
        .iter()
        .enumerate()
        // In the order in which they began.
        .map(|(at, operation)| (format!("{at:06}"), deployment.operation_body(operation)));
    paging::page(&world.site.endpoint, call, paging::top(world, call)?, items)
}

fn get_operation(world: &mut World, call: &Call<'_>) -> Handled {
    let deployment = find(&world.state, call)?;
    let id = call.param("operation");
    let found = deployment
        .operations
        .iter()
        .find(|one| one.id.eq_ignore_ascii_case(id));
    match found {
        Some(operation) => Ok(Reply::json(200, &deployment.operation_body(operation))),
        None => Err(ArmError::new(
            404,
            "DeploymentOperationNotFound",
            format!("The deployment operation '{id}' could not be found."),
        )
        .gateway()),
    }
}

fn validate(world: &mut World, call: &Call<'_>) -> Handled {
    let prepared = prepare(world, call)?;
    let what_is: Vec<Value> = prepared
        .plan
        .iter()
        .filter(|planned| planned.is_deployed())
        .map(|planned| json!({ "id": planned.id }))
        .collect();
    let id = match &prepared.context.group {
        Some(group) => format!(
            "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.Resources/deployments/{}",
            prepared.context.subscription,
            call.param("name")
        ),
        None => format!(
            "/subscriptions/{}/providers/Microsoft.Resources/deployments/{}",
            prepared.context.subscription,
            call.param("name")
        ),
    };
    let mut body = json!({
        "id": id,
        "name": call.param("name"),
        "type": "Microsoft.Resources/deployments",
        "properties": {
            "templateHash": hash::murmur(prepared.raw_template.to_string().as_bytes()).to_string(),
            "parameters": parameters::shown_parameters(&prepared.template, &prepared.parameters),
            "mode": "Incremental",
            "provisioningState": "Succeeded",
            "timestamp": compute_time(call.now),
            "duration": "PT0S",
            "correlationId": random::guid(),
            "providers": providers(&prepared.plan),
            "dependencies": dependencies(&prepared.plan),
            "validatedResources": what_is,
        },
    });
    if let Some(location) = prepared.location {
        body["location"] = json!(location);
    }
    Ok(Reply::json(200, &body))
}

/// 202, and the `Location` gives what would change.
fn what_if(world: &mut World, call: &Call<'_>) -> Handled {
    let prepared = prepare(world, call)?;
    let result = what_if::result(world, call, &prepared)?;
    let started = operations::start_with_result(world, call, result);
    let location = started.result_url(&world.site.endpoint);
    Ok(operations::retry_after(
        world,
        Reply::empty(202).header("Location", location),
    ))
}

fn export(world: &mut World, call: &Call<'_>) -> Handled {
    let template = &find(&world.state, call)?.template;
    Ok(Reply::json(200, &json!({ "template": template })))
}

/// What runs is stopped: no further resource is begun.
fn cancel(world: &mut World, call: &Call<'_>) -> Handled {
    let key = key_of(call);
    let deployment = world.state.deployments.get_mut(&key);
    let deployment = deployment.ok_or_else(|| not_found(call))?;
    if !deployment.is_active() {
        return Err(ArmError::new(
            409,
            "DeploymentCannotBeCancelled",
            format!(
                "The deployment '{}' cannot be cancelled: its provisioning state is '{}'.",
                deployment.name, deployment.state
            ),
        )
        .gateway());
    }
    deployment.state = "Canceled".to_owned();
    deployment.changed = call.now;
    deployment.error = Some(ErrorBody::new(
        "DeploymentCanceled",
        format!("The deployment '{}' was canceled.", deployment.name),
    ));
    world.session.part_mut::<Runs>().0.remove(&key);
    // A deployment that this one is in waits for it.
    for run in world.session.part_mut::<Runs>().0.values_mut() {
        run.wake(call.now);
    }
    Ok(Reply::empty(204))
}
