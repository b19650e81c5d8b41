//! What a deployment would change.

use hyper::Method;
use serde_json::{Map, Value, json};

use super::evaluate::{EvaluationError, Evaluator, ReferenceCall};
use super::functions::member;
use super::parameters;
use super::plan::{self, Planned};
use super::prepare::{Prepared, bad};
use super::run::resolve_reference;
use super::template;
use crate::arm::error::ArmError;
use crate::arm::route::{Call, Registry};
use crate::arm::router;
use crate::arm::values;
use crate::base::clock::Millis;
use crate::base::random;
use crate::state::{State, World, key};

/// The answer to `whatIf`.
pub(super) fn result(
    world: &mut World,
    call: &Call<'_>,
    prepared: &Prepared,
) -> Result<Value, ArmError> {
    let full = result_format(&prepared.properties)?;
    let mut changes = Vec::new();
    for planned in prepared.plan.iter().filter(|planned| planned.is_deployed()) {
        changes.push(change(
            (call.registry, world),
            call.now,
            prepared,
            planned,
            full,
        )?);
    }
    // Of what is in the group and not in the template nothing changes.
    if let Some(group) = &prepared.context.group {
        let inside = key::in_group(&prepared.context.subscription, group);
        for body in others(&world.state, &inside) {
            let id = body["id"].as_str().unwrap_or_default();
            let named = prepared
                .plan
                .iter()
                .any(|planned| planned.is_deployed() && planned.id.eq_ignore_ascii_case(id));
            if !named {
                let mut change = json!({ "resourceId": with_groups(id), "changeType": "Ignore" });
                if full {
                    change["before"] = body;
                }
                changes.push(change);
            }
        }
    }
    changes.sort_by_key(|change| change["resourceId"].to_string().to_lowercase());
    Ok(json!({
        "status": "Succeeded",
        "properties": { "correlationId": random::guid(), "changes": changes },
    }))
}

/// Whether whole resources are wanted, and not their ids alone.
fn result_format(properties: &Map<String, Value>) -> Result<bool, ArmError> {
    let settings = member(properties, "whatIfSettings").and_then(Value::as_object);
    match settings.and_then(|settings| member(settings, "resultFormat")) {
        None | Some(Value::Null) => Ok(true),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("FullResourcePayloads") => Ok(true),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("ResourceIdOnly") => Ok(false),
        Some(other) => Err(bad(
            "InvalidRequestContent",
            format!(
                "The what-if result format {other} is not valid: it is 'FullResourcePayloads' or 'ResourceIdOnly'."
            ),
        )),
    }
}

/// Ids as this provider writes them.
fn with_groups(id: &str) -> String {
    id.replacen("/resourcegroups/", "/resourceGroups/", 1)
}

/// The resources in a group that are there by themselves.
fn others(state: &State, inside: &str) -> Vec<Value> {
    state
        .resources()
        .filter(|(key, resource)| key.starts_with(inside) && !resource.name().contains('/'))
        .map(|(_, resource)| settled(resource.to_json()))
        .collect()
}

/// What would become of one resource.
fn change(
    (registry, world): (&'static Registry, &mut World),
    now: Millis,
    prepared: &Prepared,
    planned: &Planned,
    full: bool,
) -> Result<Value, ArmError> {
    let mut change = json!({ "resourceId": with_groups(&planned.id) });
    if planned.is_deployment() {
        change["changeType"] = json!("Unsupported");
        change["unsupportedReason"] =
            json!("Deployments in deployments are not looked into by the emulator.");
        return Ok(change);
    }
    let after = after((registry, world), now, prepared, planned)?;
    let before = router::inside(
        registry,
        world,
        Method::GET,
        (&planned.id, &planned.api_version),
        None,
        now,
    );
    let before = match before {
        Ok(reply) => serde_json::from_slice::<Value>(&reply.body).ok(),
        Err(error) if error.status == 404 => None,
        Err(error) => return Err(error),
    };
    let Some(before) = before.map(settled) else {
        change["changeType"] = json!("Create");
        if full {
            change["before"] = Value::Null;
            change["after"] = after;
        }
        return Ok(change);
    };
    let delta = differences(&before, &after, "");
    change["changeType"] = json!(match (delta.is_empty(), full) {
        (_, false) => "Deploy",
        (true, true) => "NoChange",
        (false, true) => "Modify",
    });
    if full {
        change["before"] = before;
        change["after"] = after;
        change["delta"] = json!(delta);
    }
    Ok(change)
}

/// The resource as the template wants it. What depends on resources that are not there yet stays an
/// expression.
fn after(
    (registry, world): (&'static Registry, &mut World),
    now: Millis,
    prepared: &Prepared,
    planned: &Planned,
) -> Result<Value, ArmError> {
    let mut resolver = |asked: &ReferenceCall| match resolve_reference(
        registry,
        world,
        &prepared.plan,
        asked,
        now,
    ) {
        Err(EvaluationError::Refused(_)) => Err(EvaluationError::Unknown),
        other => other,
    };
    let parameters = parameters::masked(&prepared.template, &prepared.parameters);
    let mut evaluator = Evaluator::new(
        &prepared.context,
        &parameters,
        &prepared.template.variables,
        &mut resolver,
    )
    .at(planned.iteration.as_ref());
    let source = Value::Object(plan::content(&planned.source));
    let wanted = evaluator.open_value(&source).map_err(|error| {
        template::invalid(format!(
            "The template resource '{}' is not valid: {}",
            planned.name,
            template::wrong(error)
        ))
    })?;
    let mut body = json!({
        "id": with_groups(&planned.id),
        "apiVersion": planned.api_version,
        "name": planned.name.rsplit('/').next(),
        "type": planned.kind,
    });
    if let (Some(body), Value::Object(wanted)) = (body.as_object_mut(), wanted) {
        body.extend(wanted);
    }
    if let Some(location) = body.get("location").and_then(Value::as_str) {
        body["location"] = json!(values::normalised(location));
    }
    Ok(settled(body))
}

/// Without what the provider alone says, without secrets, and without what is as it is when nothing
/// is said of it.
fn settled(mut body: Value) -> Value {
    const OWN: [&str; 16] = [
        "provisioningState",
        "timeCreated",
        "vmId",
        "uniqueId",
        "instanceView",
        "tenantId",
        "clientId",
        "createdOn",
        "updatedOn",
        "createdBy",
        "updatedBy",
        "scope",
        "resourceGuid",
        "adminPassword",
        "customData",
        "protectedSettings",
    ];
    fn clean(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|name, value| !OWN.contains(&name.as_str()) && !value.is_null());
                members.values_mut().for_each(clean);
            }
            Value::Array(items) => items.iter_mut().for_each(clean),
            _ => {}
        }
    }
    let kind = body["type"].as_str().unwrap_or_default().to_lowercase();
    if let Some(body) = body.as_object_mut() {
        body.remove("etag");
        if body.get("tags") == Some(&json!({})) {
            body.remove("tags");
        }
        if let Some(Value::String(id)) = body.get_mut("id") {
            *id = with_groups(id);
        }
        if let Some(Value::Object(identity)) = body.get_mut("identity") {
            identity.remove("principalId");
            if let Some(Value::Object(users)) = identity.get_mut("userAssignedIdentities") {
                users.values_mut().for_each(|user| *user = json!({}));
            }
        }
        if let Some(properties) = body.get_mut("properties") {
            clean(properties);
            if kind == "microsoft.managedidentity/userassignedidentities"
                && let Some(properties) = properties.as_object_mut()
            {
                properties.remove("principalId");
                properties
                    .retain(|name, value| name != "isolationScope" || *value != json!("None"));
            }
            if kind == "microsoft.authorization/roleassignments"
                && let Some(Value::String(role)) = properties.get_mut("roleDefinitionId")
            {
                // The same role has an id in every subscription.
                let guid = role.rsplit('/').next().unwrap_or_default().to_lowercase();
                *role = format!("/providers/Microsoft.Authorization/roleDefinitions/{guid}");
            }
        }
        if body.get("properties") == Some(&json!({})) {
            body.remove("properties");
        }
    }
    body
}

/// What the write would change, property by property.
fn differences(before: &Value, after: &Value, path: &str) -> Vec<Value> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let at = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    for (name, new) in new {
        if path.is_empty() && ["id", "apiVersion", "name", "type"].contains(&name.as_str()) {
            continue;
        }
        match old.get(name).or_else(|| member(old, name)) {
            None => found.push(json!({
                "path": at(name), "propertyChangeType": "Create", "before": Value::Null, "after": new,
            })),
            Some(old) if same(old, new) => {}
            Some(old @ Value::Object(_)) if new.is_object() => {
                found.extend(differences(old, new, &at(name)));
            }
            Some(old) => found.push(json!({
                "path": at(name), "propertyChangeType": "Modify", "before": old, "after": new,
            })),
        }
    }
    for (name, old) in old {
        let own = path.is_empty() && ["id", "apiVersion", "name", "type"].contains(&name.as_str());
        // A type of principal that is not named is found out.
        let told = name == "principalType";
        if !own && !told && member(new, name).is_none() {
            found.push(json!({
                "path": at(name), "propertyChangeType": "Delete", "before": old, "after": Value::Null,
            }));
        }
    }
    found
}

/// Ids and locations come back in other casings than they were sent in.
fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::String(before), Value::String(after)) => {
            before == after || (before.starts_with('/') && before.eq_ignore_ascii_case(after))
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(b, a)| part(b, a))
        }
        (Value::Object(before), Value::Object(after)) => {
            before.len() == after.len()
                && after
                    .iter()
                    .all(|(name, new)| member(before, name).is_some_and(|old| same(old, new)))
        }
        _ => before == after,
    }
}

/// Of an item of a list, the id that the provider gives it is not the template's.
fn part(before: &Value, after: &Value) -> bool {
    let mut before = before.clone();
    if let (Some(before), Some(after)) = (before.as_object_mut(), after.as_object())
        && !after.contains_key("id")
    {
        before.remove("id");
        if !after.contains_key("properties") && before.get("properties") == Some(&json!({})) {
            before.remove("properties");
        }
    }
    same(&before, after)
}
