//! Microsoft.Resources/deployments: templates that are deployed to a resource group or to a
//! subscription.

mod evaluate;
mod expression;
mod functions;
mod hash;
mod parameters;
mod relaxed_json;
#[cfg(test)]
mod robustness;
mod run;
mod template;
mod what_if;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::arm::error::{ArmError, ErrorBody};
use crate::arm::operations::{self, Effect};
use crate::arm::paging;
use crate::arm::router::{self, Call, Handled, Route, Versions, route};
use crate::arm::values;
use crate::base::clock::{Millis, compute_time, us_time};
use crate::base::http::Reply;
use crate::base::random;
use crate::base::seed;
use crate::state::{State, Tags, World, key};
use evaluate::Setting;
use functions::member;
pub(crate) use run::{Run, advance, next_due};
use template::{Planned, Template};

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

pub(crate) const ROUTES: &[Route] = &[
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

/// A deployment: what was asked for, and what has become of it. Its key is its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    subscription: String,
    group: Option<String>,
    name: String,
    /// Of a deployment in a subscription.
    location: Option<String>,
    tags: Option<Tags>,
    /// `Accepted`, `Running`, `Succeeded`, `Failed` or `Canceled`.
    state: String,
    started: Millis,
    /// When it last changed.
    changed: Millis,
    correlation: String,
    /// As it was sent.
    template: Value,
    template_hash: String,
    /// Without the values of secure ones.
    parameters: Value,
    providers: Value,
    dependencies: Value,
    outputs: Option<Value>,
    output_resources: Vec<String>,
    error: Option<ErrorBody>,
    operations: Vec<Operation>,
    /// The id that its status is asked for with, and the signed query.
    status_id: String,
    status_query: String,
}

/// What a deployment did with one resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    id: String,
    /// `Create`, or `EvaluateDeploymentOutput`.
    what: String,
    state: String,
    status_code: String,
    target: Option<Target>,
    error: Option<ErrorBody>,
    started: Millis,
    changed: Millis,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    id: String,
    resource_type: String,
    resource_name: String,
}

impl Target {
    fn of(planned: &Planned) -> Self {
        Target {
            id: planned.id.clone(),
            resource_type: planned.kind.clone(),
            resource_name: planned.name.clone(),
        }
    }
}

/// `PT1.5S`.
fn duration(time: Millis) -> String {
    format!("PT{}.{:03}S", time / 1_000, time % 1_000)
}

impl Deployment {
    fn id(&self) -> String {
        match &self.group {
            Some(group) => format!(
                "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.Resources/deployments/{}",
                self.subscription, self.name
            ),
            None => format!(
                "/subscriptions/{}/providers/Microsoft.Resources/deployments/{}",
                self.subscription, self.name
            ),
        }
    }

    fn is_active(&self) -> bool {
        ["Accepted", "Running"].contains(&self.state.as_str())
    }

    fn body(&self) -> Value {
        let mut properties = json!({
            "templateHash": self.template_hash,
            "parameters": self.parameters,
            "mode": "Incremental",
            "provisioningState": self.state,
            "timestamp": compute_time(self.changed),
            "duration": duration(self.changed - self.started),
            "correlationId": self.correlation,
            "providers": self.providers,
            "dependencies": self.dependencies,
        });
        if let Some(outputs) = &self.outputs {
            properties["outputs"] = outputs.clone();
        }
        if !self.is_active() {
            properties["outputResources"] = self
                .output_resources
                .iter()
                .map(|id| json!({ "id": id }))
                .collect();
        }
        if let Some(error) = &self.error {
            properties["error"] = json!(error);
        }
        let mut body = json!({
            "id": self.id(),
            "name": self.name,
            "type": "Microsoft.Resources/deployments",
            "properties": properties,
        });
        if let Some(location) = &self.location {
            body["location"] = json!(location);
        }
        if let Some(tags) = &self.tags {
            body["tags"] = json!(tags);
        }
        body
    }

    fn operation_body(&self, operation: &Operation) -> Value {
        let mut properties = json!({
            "provisioningOperation": operation.what,
            "provisioningState": operation.state,
            "timestamp": compute_time(operation.changed),
            "duration": duration(operation.changed - operation.started),
            "trackingId": operation.id,
            "statusCode": operation.status_code,
        });
        if let Some(error) = &operation.error {
            properties["statusMessage"] = json!({ "status": "Failed", "error": error });
        }
        if let Some(target) = &operation.target {
            properties["targetResource"] = json!(target);
        }
        json!({
            "id": format!("{}/operations/{}", self.id(), operation.id),
            "operationId": operation.id,
            "properties": properties,
        })
    }
}

/// The subscription and the group, if there is one, that the path is in.
fn place<'a>(call: &'a Call<'_>) -> (&'a str, Option<&'a str>) {
    let group = call.param("group");
    (
        call.param("subscription"),
        (!group.is_empty()).then_some(group),
    )
}

fn prefix_of(call: &Call<'_>) -> String {
    let base = match place(call) {
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

/// 1 to 64 letters, digits and `-_.()`.
fn name_is_valid(name: &str) -> bool {
    (1..=64).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.()".contains(c))
}

fn bad(code: &str, message: impl Into<String>) -> ArmError {
    ArmError::new(400, code, message).gateway()
}

/// What a request to deploy, to validate or to say what would change comes to.
struct Prepared {
    location: Option<String>,
    tags: Option<Tags>,
    raw_template: Value,
    template: Template,
    parameters: Map<String, Value>,
    plan: Vec<Planned>,
    setting: Setting,
    /// The other members of `properties`.
    properties: Map<String, Value>,
}

/// The body, which may be JSON of the lenient kind.
fn body_of(call: &Call<'_>) -> Result<Map<String, Value>, ArmError> {
    call.request.json().or_else(|error| {
        let text = String::from_utf8_lossy(&call.request.body);
        match serde_json::from_str(&relaxed_json::strict(&text)) {
            Ok(Value::Object(body)) if error.status == 400 => Ok(body),
            _ => Err(error),
        }
    })
}

fn prepare(world: &World, call: &Call<'_>) -> Result<Prepared, ArmError> {
    const KNOWN: [&str; 9] = [
        "template",
        "parameters",
        "mode",
        "expressionEvaluationOptions",
        "whatIfSettings",
        "debugSetting",
        "validationLevel",
        "templateLink",
        "parametersLink",
    ];
    let name = call.param("name");
    if !name_is_valid(name) {
        return Err(bad(
            "InvalidDeploymentName",
            format!(
                "The deployment name '{name}' is not valid. It has 1 to 64 letters, digits, '-', '_', '.', '(' and ')'."
            ),
        ));
    }
    let body = body_of(call)?;
    let properties = match body.get("properties") {
        Some(Value::Object(properties)) => properties,
        Some(Value::Null) | None => {
            return Err(bad(
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: 'Required property 'properties' not found in JSON.'.",
            ));
        }
        Some(_) => return Err(values::not_a("properties", "JSON object")),
    };
    if let Some((name, _)) = properties.iter().find(|(name, value)| {
        !value.is_null() && !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
    }) {
        return Err(bad(
            "InvalidRequestContent",
            format!(
                "The member 'properties.{name}' of a deployment is not supported by the emulator."
            ),
        ));
    }
    for name in ["templateLink", "parametersLink"] {
        if member(properties, name).is_some_and(|link| !link.is_null()) {
            return Err(bad(
                "InvalidTemplateDeployment",
                format!(
                    "'{name}' is not supported by the emulator: it fetches nothing. Send the content itself."
                ),
            ));
        }
    }
    match member(properties, "mode") {
        Some(Value::String(mode)) if mode.eq_ignore_ascii_case("Incremental") => {}
        Some(Value::String(mode)) if mode.eq_ignore_ascii_case("Complete") => {
            return Err(bad(
                "InvalidDeploymentMode",
                "The deployment mode 'Complete' is not supported by the emulator.",
            ));
        }
        None | Some(Value::Null) => {
            return Err(bad(
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: 'Required property 'mode' not found in JSON. Path 'properties'.'.",
            ));
        }
        Some(other) => {
            return Err(bad(
                "InvalidDeploymentMode",
                format!("The deployment mode {other} is not valid."),
            ));
        }
    }
    let location = match place(call) {
        (_, Some(_)) => None,
        (_, None) => Some(values::location(&body, "Microsoft.Resources/deployments")?),
    };
    let raw_template = match member(properties, "template") {
        None | Some(Value::Null) => {
            return Err(bad(
                "InvalidTemplate",
                "Deployment template validation failed: 'The template is not provided.'.",
            ));
        }
        Some(template) => template.clone(),
    };
    let template = Template::read(&raw_template)?;
    let setting = setting(world, call, location.as_deref());
    let parameters = parameters::values(
        &template,
        member(properties, "parameters"),
        &setting,
        call.now,
    )?;
    let (plan, setting) = template::plan(&template, &setting, &parameters)?;
    for planned in plan.iter().filter(|planned| planned.is_deployed()) {
        router::check(hyper::Method::PUT, &planned.id, &planned.api_version).map_err(
            |mut error| {
                // What is 404 for a resource is here a template that makes no sense.
                error.status = 400;
                error
            },
        )?;
    }
    Ok(Prepared {
        location,
        tags: values::tags(&body)?,
        raw_template,
        template,
        parameters,
        plan,
        setting,
        properties: properties.clone(),
    })
}

fn setting(world: &World, call: &Call<'_>, location: Option<&str>) -> Setting {
    let (subscription, group) = place(call);
    let found = world.state.subscriptions.get(&subscription.to_lowercase());
    let endpoint = &world.site.endpoint;
    let mut deployment = json!({
        "name": call.param("name"),
        "properties": { "mode": "Incremental", "provisioningState": "Accepted" },
    });
    if let Some(location) = location {
        deployment["location"] = json!(location);
    }
    Setting {
        subscription: found.map_or(subscription, |s| &s.id).to_owned(),
        group: group.map(|name| {
            let group = world.state.groups.get(&key::group(subscription, name));
            group.map_or(name, |group| &group.name).to_owned()
        }),
        subscription_body: json!({
            "id": format!("/subscriptions/{subscription}"),
            "subscriptionId": subscription,
            "tenantId": seed::TENANT_ID,
            "displayName": found.map(|s| s.name.clone()),
        }),
        group_body: group
            .and_then(|name| world.state.groups.get(&key::group(subscription, name)))
            .map(crate::resources::subscriptions::group_body),
        deployment_body: deployment,
        environment_body: json!({
            "name": "Emulator",
            "resourceManager": format!("{endpoint}/"),
            "graph": format!("{endpoint}/"),
            "portal": format!("{endpoint}/"),
            "authentication": {
                "loginEndpoint": format!("{endpoint}/"),
                "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "suffixes": { "storage": "core.emulator.invalid", "keyvaultDns": ".vault.emulator.invalid" },
        }),
        tenant_body: json!({
            "id": format!("/tenants/{}", seed::TENANT_ID),
            "tenantId": seed::TENANT_ID,
            "countryCode": "US",
            "displayName": "Emulator",
        }),
        symbols: Default::default(),
    }
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
            let mut body = json!(Target::of(planned));
            body["dependsOn"] = planned
                .needs
                .iter()
                .map(|at| json!(Target::of(&plan[*at])))
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
        subscription: prepared.setting.subscription.clone(),
        group: prepared.setting.group.clone(),
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
        prepared.setting,
        prepared.template,
        prepared.parameters,
        prepared.plan,
        call.now,
        world.session.settings.operation_ms,
    );
    world.state.deployments.insert(key.clone(), deployment);
    world.session.runs.insert(key, run);
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
    let started = operations::start(world, call, None, Effect::DeploymentDeleted { key }, None);
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
    let id = match &prepared.setting.group {
        Some(group) => format!(
            "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.Resources/deployments/{}",
            prepared.setting.subscription,
            call.param("name")
        ),
        None => format!(
            "/subscriptions/{}/providers/Microsoft.Resources/deployments/{}",
            prepared.setting.subscription,
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
    world.session.runs.remove(&key);
    // A deployment that this one is in waits for it.
    for run in world.session.runs.values_mut() {
        run.wake(call.now);
    }
    Ok(Reply::empty(204))
}

/// Deployments that ran when the emulator stopped have failed: their parameters, which may be
/// secrets, are in no state file.
pub(crate) fn interrupted(state: &mut State) {
    for deployment in state.deployments.values_mut().filter(|d| d.is_active()) {
        deployment.state = "Failed".to_owned();
        deployment.error = Some(ErrorBody::new(
            "DeploymentFailed",
            "The emulator stopped while the deployment ran.",
        ));
    }
}
