//! Requests to deploy, to validate and to say what would change: what they come to.

use serde_json::{Map, Value, json};

use super::evaluate::DeploymentContext;
use super::functions::member;
use super::parameters;
use super::plan::{self, Planned};
use super::relaxed_json;
use super::template::Template;
use crate::arm::error::ArmError;
use crate::arm::route::Call;
use crate::arm::router;
use crate::arm::values;
use crate::base::seed;
use crate::model::resource::Tags;
use crate::model::subscription::ResourceGroup;
use crate::state::{World, key};

/// The subscription and the group, if there is one, that the path is in.
pub(super) fn scope_of<'a>(call: &'a Call<'_>) -> (&'a str, Option<&'a str>) {
    let group = call.param("group");
    (
        call.param("subscription"),
        (!group.is_empty()).then_some(group),
    )
}

pub(super) fn bad(code: &str, message: impl Into<String>) -> ArmError {
    ArmError::new(400, code, message).gateway()
}

/// 1 to 64 letters, digits and `-_.()`.
pub(super) fn name_is_valid(name: &str) -> bool {
    (1..=64).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.()".contains(c))
}

/// What a request to deploy, to validate or to say what would change comes to.
pub(super) struct Prepared {
    pub(super) location: Option<String>,
    pub(super) tags: Option<Tags>,
    pub(super) raw_template: Value,
    pub(super) template: Template,
    pub(super) parameters: Map<String, Value>,
    pub(super) plan: Vec<Planned>,
    pub(super) context: DeploymentContext,
    /// The other members of `properties`.
    pub(super) properties: Map<String, Value>,
}

/// The body, which may be JSON with comments and the like.
pub(super) fn body_of(call: &Call<'_>) -> Result<Map<String, Value>, ArmError> {
    call.json().or_else(|error| {
        let text = String::from_utf8_lossy(&call.request.body);
        match serde_json::from_str(&relaxed_json::strict(&text)) {
            Ok(Value::Object(body)) if error.status == 400 => Ok(body),
            _ => Err(error),
        }
    })
}

pub(super) fn prepare(world: &World, call: &Call<'_>) -> Result<Prepared, ArmError> {
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
    let location = match scope_of(call) {
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
    let context = context(world, call, location.as_deref());
    let parameters = parameters::values(
        &template,
        member(properties, "parameters"),
        &context,
        call.now,
    )?;
    let (plan, context) = plan::plan(&template, &context, &parameters)?;
    for planned in plan.iter().filter(|planned| planned.is_deployed()) {
        router::check(
            call.registry,
            hyper::Method::PUT,
            &planned.id,
            &planned.api_version,
        )
        .map_err(|mut error| {
            // What is 404 for a resource is here a template that makes no sense.
            error.status = 400;
            error
        })?;
    }
    Ok(Prepared {
        location,
        tags: values::tags(&body)?,
        raw_template,
        template,
        parameters,
        plan,
        context,
        properties: properties.clone(),
    })
}

pub(super) fn context(world: &World, call: &Call<'_>, location: Option<&str>) -> DeploymentContext {
    let (subscription, group) = scope_of(call);
    let found = world.state.subscriptions.get(&subscription.to_lowercase());
    let endpoint = &world.site.endpoint;
    let mut deployment = json!({
        "name": call.param("name"),
        "properties": { "mode": "Incremental", "provisioningState": "Accepted" },
    });
    if let Some(location) = location {
        deployment["location"] = json!(location);
    }
    DeploymentContext {
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
            .map(ResourceGroup::body),
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
        registry: call.registry,
    }
}
