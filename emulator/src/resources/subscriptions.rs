//! Tenants, subscriptions, resource providers and resource groups.

use serde_json::{Value, json};

use crate::arm::error::{ArmError, group_not_found};
use crate::arm::operations::{self, Home};
use crate::arm::paging;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::arm::values::{self, LOCATIONS};
use crate::base::http::Reply;
use crate::base::seed;
use crate::model::machine::MachineKind;
use crate::model::operation::Effect;
use crate::model::resource_type;
use crate::model::subscription::{ResourceGroup, Subscription};
use crate::state::{Registration, World, key};

const GROUP: &str = "/subscriptions/{subscription}/resourcegroups/{group}";

pub(crate) const ROUTES: &[Route] = &[
    route("GET", "/tenants", list_tenants, Versions::Dated),
    route("GET", "/subscriptions", list_subscriptions, Versions::Dated),
    route(
        "GET",
        "/subscriptions/{subscription}",
        get_subscription,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/locations",
        list_locations,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/providers",
        list_providers,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/providers/{namespace}",
        get_provider,
        Versions::Dated,
    ),
    route(
        "POST",
        "/subscriptions/{subscription}/providers/{namespace}/register",
        register,
        Versions::Dated,
    ),
    route(
        "POST",
        "/subscriptions/{subscription}/providers/{namespace}/unregister",
        unregister,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups",
        list_groups,
        Versions::Dated,
    ),
    route("GET", GROUP, get_group, Versions::Dated),
    route("HEAD", GROUP, head_group, Versions::Dated),
    route("PUT", GROUP, put_group, Versions::Dated),
    route("PATCH", GROUP, patch_group, Versions::Dated),
    route("DELETE", GROUP, delete_group, Versions::Dated),
];

fn list_tenants(_: &mut World, _: &Call<'_>) -> Handled {
    Ok(Reply::json(
        200,
        &json!({ "value": [{
            "id": format!("/tenants/{}", seed::TENANT_ID),
            "tenantId": seed::TENANT_ID,
            "displayName": "Emulator",
            "countryCode": "US",
            "defaultDomain": "emulator.onmicrosoft.com",
            "domains": ["emulator.onmicrosoft.com"],
            "tenantCategory": "Home",
            "tenantType": "AAD",
        }]}),
    ))
}

fn list_subscriptions(world: &mut World, call: &Call<'_>) -> Handled {
    let all = (&world.state.subscriptions, "");
    paging::list(world, call, all, usize::MAX, |subscription| {
        Some(shown(world, subscription))
    })
}

fn shown(world: &World, subscription: &Subscription) -> Value {
    subscription.body(world.session.settings.is_disabled(&subscription.id))
}

fn get_subscription(world: &mut World, call: &Call<'_>) -> Handled {
    let key = call.param("subscription").to_lowercase();
    Ok(Reply::json(
        200,
        &world
            .state
            .subscriptions
            .get(&key)
            .map_or(Value::Null, |one| shown(world, one)),
    ))
}

fn list_locations(_: &mut World, call: &Call<'_>) -> Handled {
    let subscription = call.param("subscription");
    let value: Vec<Value> = LOCATIONS
        .iter()
        .map(|(name, display)| {
            json!({
                "id": format!("/subscriptions/{subscription}/locations/{name}"),
                "name": name,
                "type": "Region",
                "displayName": display,
                "regionalDisplayName": display,
                "metadata": { "regionType": "Physical", "regionCategory": "Recommended" },
            })
        })
        .collect();
    Ok(Reply::json(200, &json!({ "value": value })))
}

fn provider_body(world: &World, call: &Call<'_>, namespace: &str) -> Value {
    let locations: Vec<&str> = LOCATIONS.iter().map(|(_, display)| *display).collect();
    let types: Vec<Value> = call
        .registry
        .resource_types(namespace)
        .into_iter()
        .map(|(kind, versions)| {
            let full = format!("{namespace}/{kind}");
            let row = resource_type::find(&full);
            // There is no word for user-assigned ones.
            let announced =
                row.is_some_and(|row| row.announced) || MachineKind::find(&full).is_some();
            let mut body = json!({
                "resourceType": kind,
                "locations": locations,
                "apiVersions": versions.iter().rev().collect::<Vec<_>>(),
                "capabilities": if announced {
                    "SystemAssignedResourceIdentity, SupportsTags, SupportsLocation"
                } else {
                    "SupportsTags, SupportsLocation"
                },
            });
            if let Some(version) = row.and_then(|row| row.default_version) {
                body["defaultApiVersion"] = json!(version);
            }
            body
        })
        .collect();
    json!({
        "id": format!("/subscriptions/{}/providers/{namespace}", call.param("subscription")),
        "namespace": namespace,
        "resourceTypes": types,
        "registrationState": world.registration(namespace, call.now),
        "registrationPolicy": "RegistrationRequired",
    })
}

fn list_providers(world: &mut World, call: &Call<'_>) -> Handled {
    let value: Vec<Value> = call
        .registry
        .namespaces()
        .map(|namespace| provider_body(world, call, namespace))
        .collect();
    Ok(Reply::json(200, &json!({ "value": value })))
}

fn known_namespace(call: &Call<'_>) -> Result<&'static str, ArmError> {
    let given = call.param("namespace");
    call.registry
        .namespaces()
        .find(|known| known.eq_ignore_ascii_case(given))
        .ok_or_else(|| {
            ArmError::new(
                404,
                "InvalidResourceNamespace",
                format!("The resource namespace '{given}' is invalid."),
            )
            .gateway()
        })
}

fn get_provider(world: &mut World, call: &Call<'_>) -> Handled {
    let namespace = known_namespace(call)?;
    Ok(Reply::json(200, &provider_body(world, call, namespace)))
}

/// A registration takes as long as an operation.
fn register(world: &mut World, call: &Call<'_>) -> Handled {
    let namespace = known_namespace(call)?;
    if world.registration(namespace, call.now) == "NotRegistered" {
        let until = call.now + world.session.settings.operation_ms;
        world
            .session
            .registrations
            .insert(namespace.to_lowercase(), Registration::Registering(until));
    }
    Ok(Reply::json(200, &provider_body(world, call, namespace)))
}

fn unregister(world: &mut World, call: &Call<'_>) -> Handled {
    let namespace = known_namespace(call)?;
    world
        .session
        .registrations
        .insert(namespace.to_lowercase(), Registration::NotRegistered);
    Ok(Reply::json(200, &provider_body(world, call, namespace)))
}

fn group_key(call: &Call<'_>) -> String {
    key::group(call.param("subscription"), call.param("group"))
}

fn list_groups(world: &mut World, call: &Call<'_>) -> Handled {
    let prefix = format!(
        "{}resourcegroups/",
        key::in_subscription(call.param("subscription"))
    );
    let filter = match call.request.parameter("$filter") {
        None => None,
        Some(text) => Some(tag_filter(&text)?),
    };
    let wanted = |group: &ResourceGroup| {
        filter.as_ref().is_none_or(|(name, value)| {
            group.tags.iter().flatten().any(|(tag, has)| {
                tag.eq_ignore_ascii_case(name) && value.as_ref().is_none_or(|value| has == value)
            })
        })
    };
    paging::list(
        world,
        call,
        (&world.state.groups, &prefix),
        paging::top(world, call)?,
        |group| wanted(group).then(|| group.body()),
    )
}

/// `tagName eq 'x'`, with or without `and tagValue eq 'y'`: all that groups can be filtered by.
fn tag_filter(text: &str) -> Result<(String, Option<String>), ArmError> {
    let operand = |clause: &str, name: &str| -> Option<String> {
        let (left, right) = clause.split_once(" eq ")?;
        let quoted = right.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        left.trim()
            .eq_ignore_ascii_case(name)
            .then(|| quoted.replace("''", "'"))
    };
    let (first, second) = match text.split_once(" and ") {
        Some((first, second)) => (first, Some(second)),
        None => (text, None),
    };
    let name = operand(first, "tagName");
    let value = second.map(|second| operand(second, "tagValue"));
    match (name, value) {
        (Some(name), None) => Ok((name, None)),
        (Some(name), Some(Some(value))) => Ok((name, Some(value))),
        _ => Err(ArmError::new(
            400,
            "InvalidFilterInQueryString",
            format!("Invalid $filter '{text}' specified in the query string."),
        )
        .gateway()),
    }
}

fn get_group(world: &mut World, call: &Call<'_>) -> Handled {
    match world.state.groups.get(&group_key(call)) {
        Some(group) => Ok(Reply::json(200, &group.body())),
        None => Err(group_not_found(call.param("group"))),
    }
}

fn head_group(world: &mut World, call: &Call<'_>) -> Handled {
    let there = world.state.groups.contains_key(&group_key(call));
    Ok(Reply::empty(if there { 204 } else { 404 }))
}

fn put_group(world: &mut World, call: &Call<'_>) -> Handled {
    let name = call.param("group");
    if !values::group_name_is_valid(name) {
        return Err(ArmError::new(
            400,
            "InvalidResourceGroup",
            format!(
                "The provided resource group name '{name}' is invalid: it takes 1 to 90 letters, digits, '-', '_', '.', '(' and ')', and does not end in a period."
            ),
        )
        .gateway());
    }
    let body = call.json()?;
    let location = values::location(&body, "Microsoft.Resources/resourceGroups")?;
    let tags = values::tags(&body)?;
    if let Some(group) = world.state.groups.get_mut(&group_key(call)) {
        if group.deleting {
            return Err(ArmError::new(
                409,
                "ResourceGroupBeingDeleted",
                format!("The resource group '{name}' is in deprovisioning state and cannot perform this operation."),
            )
            .gateway());
        }
        if group.location != location {
            return Err(ArmError::new(
                409,
                "InvalidResourceGroupLocation",
                format!(
                    "Invalid resource group location '{location}'. The Resource group already exists in location '{}'.",
                    group.location
                ),
            )
            .gateway());
        }
        group.tags = tags;
        return Ok(Reply::json(200, &group.body()));
    }
    let group = ResourceGroup {
        subscription: call.param("subscription").to_owned(),
        name: name.to_owned(),
        location,
        tags,
        deleting: false,
    };
    let reply = Reply::json(201, &group.body());
    world.state.groups.insert(group_key(call), group);
    Ok(reply)
}

fn patch_group(world: &mut World, call: &Call<'_>) -> Handled {
    let tags = values::tags(&call.json()?)?;
    let group = world
        .state
        .groups
        .get_mut(&group_key(call))
        .ok_or_else(|| group_not_found(call.param("group")))?;
    if tags.is_some() {
        group.tags = tags;
    }
    Ok(Reply::json(200, &group.body()))
}

/// Deletes the group and all that is in it: 202, then the `Location` says when it is done.
fn delete_group(world: &mut World, call: &Call<'_>) -> Handled {
    let group = world
        .state
        .groups
        .get_mut(&group_key(call))
        .ok_or_else(|| group_not_found(call.param("group")))?;
    group.deleting = true;
    let effect = Effect::GroupDeleted {
        subscription: group.subscription.clone(),
        group: group.name.clone(),
    };
    let started = operations::start(world, call, Home::Manager, effect, None);
    let location = started.result_url(&world.site.endpoint);
    Ok(operations::retry_after(
        world,
        Reply::empty(202).header("Location", location),
    ))
}
