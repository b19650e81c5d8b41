//! Resources that machines need and that have no life of their own here, nor identities: networks,
//! disks. They are stored as they were sent, and given back.

use serde_json::{Map, Value, json};

use crate::arm::error::{ArmError, other_location, resource_not_found};
use crate::arm::paging;
use crate::arm::route::{Call, Handled, Provider, Route, Versions, route};
use crate::arm::values;
use crate::base::http::Reply;
use crate::base::random;
use crate::model::assignment::Assignment;
use crate::model::generic::{GenericResource, SUCCEEDED};
use crate::state::{World, key};

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[ROUTES, CHILD_ROUTES],
    resource_type: Some(|name| type_of(name).map(|known| known.kind)),
    ..Provider::NOTHING
};

/// A type of resources.
#[derive(Debug)]
struct Type {
    kind: &'static str,
    /// What a creation answers.
    created: u16,
    /// The properties whose items are resources, too, with ids of their own.
    inner: &'static [&'static str],
}

impl Type {
    /// A `PATCH` is good for tags alone (`UpdateTags` in the specifications).
    fn patches_tags_alone(&self) -> bool {
        self.kind.starts_with("Microsoft.Network/")
    }
}

const fn generic(kind: &'static str, created: u16, inner: &'static [&'static str]) -> Type {
    Type {
        kind,
        created,
        inner,
    }
}

const TYPES: &[Type] = &[
    generic(
        "Microsoft.Network/virtualNetworks",
        201,
        &["subnets", "virtualNetworkPeerings"],
    ),
    generic(
        "Microsoft.Network/networkSecurityGroups",
        201,
        &["securityRules"],
    ),
    generic("Microsoft.Network/publicIPAddresses", 201, &[]),
    generic(
        "Microsoft.Network/networkInterfaces",
        201,
        &["ipConfigurations"],
    ),
    generic(
        "Microsoft.Network/loadBalancers",
        201,
        &[
            "frontendIPConfigurations",
            "backendAddressPools",
            "loadBalancingRules",
            "probes",
            "inboundNatRules",
            "inboundNatPools",
        ],
    ),
    generic("Microsoft.Network/natGateways", 201, &[]),
    generic("Microsoft.Network/routeTables", 201, &["routes"]),
    generic("Microsoft.Compute/disks", 200, &[]),
    generic("Microsoft.Compute/images", 201, &[]),
    generic("Microsoft.Compute/availabilitySets", 200, &[]),
    generic("Microsoft.Compute/proximityPlacementGroups", 201, &[]),
    generic("Microsoft.Compute/sshPublicKeys", 201, &[]),
    generic("Microsoft.Compute/virtualMachines/extensions", 201, &[]),
];

macro_rules! routes {
    ($($kind:literal),* $(,)?) => {
        &[$(
            route("PUT", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{name}"), put, Versions::Dated),
            route("PATCH", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{name}"), patch, Versions::Dated),
            route("GET", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{name}"), get, Versions::Dated),
            route("DELETE", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{name}"), delete, Versions::Dated),
            route("GET", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind), list, Versions::Dated),
            route("GET", concat!("/subscriptions/{subscription}/providers/", $kind), list, Versions::Dated),
        )*]
    };
}

/// Of every type in [`TYPES`], and of what is in them that can be written by itself.
const ROUTES: &[Route] = routes![
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/routeTables",
    "Microsoft.Compute/disks",
    "Microsoft.Compute/images",
    "Microsoft.Compute/availabilitySets",
    "Microsoft.Compute/proximityPlacementGroups",
    "Microsoft.Compute/sshPublicKeys",
];

const EXTENSIONS: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachines/{parent}/extensions";
const EXTENSION: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Compute/virtualMachines/{parent}/extensions/{name}";

macro_rules! inner {
    ($($kind:literal, $inner:literal;)*) => {
        &[
            route("PUT", EXTENSION, put_extension, Versions::Dated),
            route("GET", EXTENSION, get, Versions::Dated),
            route("DELETE", EXTENSION, delete, Versions::Dated),
            route("GET", EXTENSIONS, list_in_parent, Versions::Dated),
            route("POST", CHECK_NAME, check_account_name, Versions::Dated).asking(),
            $(
                route("PUT", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{parent}/", $inner, "/{name}"), put_inner, Versions::Dated),
                route("GET", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{parent}/", $inner, "/{name}"), get_inner, Versions::Dated),
                route("DELETE", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{parent}/", $inner, "/{name}"), delete_inner, Versions::Dated),
                route("GET", concat!("/subscriptions/{subscription}/resourcegroups/{group}/providers/", $kind, "/{parent}/", $inner), list_inner, Versions::Dated),
            )*
        ]
    };
}

const CHECK_NAME: &str =
    "/subscriptions/{subscription}/providers/Microsoft.Storage/checkNameAvailability";

/// Of what is in another resource, and what else clients ask before they create one.
const CHILD_ROUTES: &[Route] = inner![
    "Microsoft.Network/virtualNetworks", "subnets";
    "Microsoft.Network/networkSecurityGroups", "securityRules";
    "Microsoft.Network/loadBalancers", "inboundNatRules";
    "Microsoft.Network/loadBalancers", "backendAddressPools";
    "Microsoft.Network/routeTables", "routes";
];

fn type_of(kind: &str) -> Option<&'static Type> {
    TYPES
        .iter()
        .find(|known| known.kind.eq_ignore_ascii_case(kind))
}

/// The type in the path, behind the namespace.
fn kind_in(call: &Call<'_>) -> Result<&'static Type, ArmError> {
    let segments = &call.request.segments;
    let at = segments
        .iter()
        .rposition(|segment| segment.eq_ignore_ascii_case("providers"))
        .map_or(segments.len(), |at| at + 1);
    let behind: Vec<&str> = segments[at..].iter().map(String::as_str).collect();
    let kind = match behind[..] {
        [namespace, kind, _, inner, ..] => format!("{namespace}/{kind}/{inner}"),
        [namespace, kind, ..] => format!("{namespace}/{kind}"),
        _ => String::new(),
    };
    type_of(&kind).ok_or_else(|| {
        ArmError::new(
            404,
            "InvalidResourceType",
            format!("The resource type '{kind}' could not be found."),
        )
        .gateway()
    })
}

fn name_in(call: &Call<'_>) -> String {
    match call.param("parent") {
        "" => call.param("name").to_owned(),
        parent => format!("{parent}/{}", call.param("name")),
    }
}

/// The path as an id, with the words of it as they are usually written.
fn id_in(call: &Call<'_>, kind: &Type) -> String {
    let (subscription, group) = (call.param("subscription"), call.param("group"));
    let (namespace, types) = kind.kind.split_once('/').unwrap_or((kind.kind, ""));
    let mut id =
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}");
    for (kind, name) in types.split('/').zip(name_in(call).split('/')) {
        id.push_str(&format!("/{kind}/{name}"));
    }
    id
}

fn not_found(call: &Call<'_>, kind: &Type) -> ArmError {
    resource_not_found(kind.kind, &name_in(call), call.param("group"))
}

/// `properties` of a body, without what only the provider says and without secrets.
fn properties_of(body: &Map<String, Value>) -> Result<Map<String, Value>, ArmError> {
    let mut properties = match body.get("properties") {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => return Err(values::not_a("properties", "JSON object")),
    };
    for own in ["provisioningState", "protectedSettings", "resourceGuid"] {
        properties.remove(own);
    }
    Ok(properties)
}

/// Gives the items of a property ids, as those of resources.
fn identify(id: &str, inner: &[&str], properties: &mut Map<String, Value>) {
    for name in inner {
        let Some(Value::Array(items)) = properties.get_mut(*name) else {
            continue;
        };
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            let Some(own) = item.get("name").and_then(Value::as_str) else {
                continue;
            };
            let own = format!("{id}/{name}/{own}");
            item.insert("id".to_owned(), json!(own));
            let properties = item.entry("properties").or_insert_with(|| json!({}));
            if let Some(properties) = properties.as_object_mut() {
                properties.insert("provisioningState".to_owned(), json!("Succeeded"));
            }
        }
    }
}

/// The members beside those that have a meaning here.
fn extra_of(body: &Map<String, Value>) -> Map<String, Value> {
    const OWN: [&str; 8] = [
        "id",
        "name",
        "type",
        "location",
        "tags",
        "properties",
        "etag",
        "systemData",
    ];
    let mut extra = body.clone();
    extra.retain(|name, value| !OWN.contains(&name.as_str()) && !value.is_null());
    extra
}

fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let kind = kind_in(call)?;
    values::check_resource_name(call.param("name"))?;
    let body = call.json()?;
    let id = id_in(call, kind);
    let key = id.to_lowercase();
    let location = values::location(&body, kind.kind)?;
    let tags = values::tags(&body)?;
    let mut properties = properties_of(&body)?;
    let there = world.state.generic.get(&key);
    if let Some(there) = there
        && there.location != location
    {
        return Err(other_location(
            &there.name,
            call.param("group"),
            &there.location,
            &location,
        ));
    }
    let status = if there.is_some() { 200 } else { kind.created };
    let (id, name) = match there {
        Some(there) => (there.id.clone(), there.name.clone()),
        None => (id, call.param("name").to_owned()),
    };
    identify(&id, kind.inner, &mut properties);
    let resource = GenericResource {
        id,
        kind: kind.kind.to_owned(),
        subscription: call.param("subscription").to_owned(),
        group: call.param("group").to_owned(),
        name,
        location,
        tags,
        extra: extra_of(&body),
        properties,
        etag: etag(),
        identity: Assignment::default(),
        provisioning_state: SUCCEEDED.to_owned(),
        running: None,
    };
    let reply = Reply::json(status, &resource.body());
    world.state.generic.insert(key, resource);
    Ok(reply)
}

fn etag() -> String {
    format!("W/\"{}\"", random::guid())
}

/// The key of the machine that the path is under.
fn machine_of(call: &Call<'_>) -> String {
    key::resource(
        call.param("subscription"),
        call.param("group"),
        "Microsoft.Compute/virtualMachines",
        call.param("parent"),
    )
}

/// An extension of a machine: the machine has to be there.
fn put_extension(world: &mut World, call: &Call<'_>) -> Handled {
    let machine = machine_of(call);
    if !world.state.machines.contains_key(&machine) {
        return Err(ArmError::new(
            404,
            "ParentResourceNotFound",
            format!(
                "Failed to perform 'write' on resource(s) of type 'virtualMachines/extensions', because the parent resource '{machine}' could not be found."
            ),
        )
        .gateway());
    }
    put(world, call)
}

fn patch(world: &mut World, call: &Call<'_>) -> Handled {
    let kind = kind_in(call)?;
    let body = call.json()?;
    let tags = values::tags(&body)?;
    let properties = properties_of(&body)?;
    let found = world
        .state
        .generic
        .get_mut(&id_in(call, kind).to_lowercase());
    let resource = found.ok_or_else(|| not_found(call, kind))?;
    if tags.is_some() {
        resource.tags = tags;
    }
    if !kind.patches_tags_alone() {
        values::merge(&mut resource.properties, properties);
        values::merge(&mut resource.extra, extra_of(&body));
        identify(&resource.id, kind.inner, &mut resource.properties);
    }
    resource.etag = etag();
    Ok(Reply::json(200, &resource.body()))
}

fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let kind = kind_in(call)?;
    let found = world.state.generic.get(&id_in(call, kind).to_lowercase());
    found
        .map(|one| Reply::json(200, &one.body()))
        .ok_or_else(|| not_found(call, kind))
}

/// 200 when it was there, 204 when not.
fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let key = id_in(call, kind_in(call)?).to_lowercase();
    let there = world.state.generic.contains_key(&key);
    if there {
        world.state.remove(&key);
    }
    Ok(Reply::empty(if there { 200 } else { 204 }))
}

fn list_below(world: &World, call: &Call<'_>, prefix: &str) -> Handled {
    let kind = kind_in(call)?;
    let size = world.session.settings.page_size;
    paging::list(world, call, (&world.state.generic, prefix), size, |one| {
        (one.kind == kind.kind).then(|| one.body())
    })
}

fn list(world: &mut World, call: &Call<'_>) -> Handled {
    list_below(world, call, &call.prefix())
}

/// The extensions of a machine.
fn list_in_parent(world: &mut World, call: &Call<'_>) -> Handled {
    let prefix = format!("{}/extensions/", machine_of(call));
    list_below(world, call, &prefix)
}

/// The resource that holds what the path names, and the property that it is in.
fn holder<'a>(
    world: &'a mut World,
    call: &Call<'_>,
) -> Result<(&'a mut GenericResource, &'static str), ArmError> {
    let segments = &call.request.segments;
    let (namespace, kind, inner) = (&segments[5], &segments[6], &segments[8]);
    let kind = type_of(&format!("{namespace}/{kind}"));
    let found = kind.and_then(|kind| {
        let property = kind.inner.iter().find(|p| p.eq_ignore_ascii_case(inner))?;
        Some((kind, *property))
    });
    let Some((kind, property)) = found else {
        return Err(ArmError::new(
            404,
            "InvalidResourceType",
            format!("The resource type '{inner}' could not be found."),
        )
        .gateway());
    };
    let parent = call.param("parent");
    let key = key::resource(
        call.param("subscription"),
        call.param("group"),
        kind.kind,
        parent,
    );
    match world.state.generic.get_mut(&key) {
        Some(resource) => Ok((resource, property)),
        None => Err(resource_not_found(kind.kind, parent, call.param("group"))),
    }
}

/// Whether a storage account could have the name: 3 to 24 lower-case letters and digits that no
/// account has.
fn check_account_name(world: &mut World, call: &Call<'_>) -> Handled {
    let body = call.json()?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let valid = (3..=24).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let taken = world
        .state
        .generic
        .values()
        .any(|one| one.kind == "Microsoft.Storage/storageAccounts" && one.name == name);
    Ok(Reply::json(
        200,
        &match (valid, taken) {
            (true, false) => json!({ "nameAvailable": true }),
            (true, true) => json!({
                "nameAvailable": false,
                "reason": "AlreadyExists",
                "message": format!("The storage account named {name} is already taken."),
            }),
            (false, _) => json!({
                "nameAvailable": false,
                "reason": "AccountNameInvalid",
                "message": format!("{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only."),
            }),
        },
    ))
}

fn is_named(item: &Value, name: &str) -> bool {
    item.get("name")
        .and_then(Value::as_str)
        .is_some_and(|own| own.eq_ignore_ascii_case(name))
}

fn put_inner(world: &mut World, call: &Call<'_>) -> Handled {
    let name = call.param("name");
    values::check_resource_name(name)?;
    let body = call.json()?;
    let properties = properties_of(&body)?;
    let (holder, property) = holder(world, call)?;
    let items = holder
        .properties
        .entry(property)
        .or_insert_with(|| json!([]));
    let Some(items) = items.as_array_mut() else {
        return Err(values::not_a(
            &format!("properties.{property}"),
            "JSON array",
        ));
    };
    let there = items.iter().position(|item| is_named(item, name));
    let item = json!({ "name": name, "properties": properties });
    match there {
        Some(at) => items[at] = item,
        None => items.push(item),
    }
    holder.etag = etag();
    let id = holder.id.clone();
    identify(&id, &[property], &mut holder.properties);
    let status = if there.is_some() { 200 } else { 201 };
    let found = inner(holder, property, name).cloned();
    Ok(Reply::json(status, &found.unwrap_or_default()))
}

fn inner<'a>(holder: &'a GenericResource, property: &str, name: &str) -> Option<&'a Value> {
    let items = holder.properties.get(property)?.as_array()?;
    items.iter().find(|item| is_named(item, name))
}

fn get_inner(world: &mut World, call: &Call<'_>) -> Handled {
    let name = call.param("name");
    let (holder, property) = holder(world, call)?;
    inner(holder, property, name)
        .map(|item| Reply::json(200, item))
        .ok_or_else(|| {
            resource_not_found(
                &format!("{}/{property}", holder.kind),
                &format!("{}/{name}", holder.name),
                call.param("group"),
            )
        })
}

fn delete_inner(world: &mut World, call: &Call<'_>) -> Handled {
    let (holder, property) = holder(world, call)?;
    let items = holder
        .properties
        .get_mut(property)
        .and_then(Value::as_array_mut);
    let there = items.is_some_and(|items| {
        let before = items.len();
        items.retain(|item| !is_named(item, call.param("name")));
        items.len() < before
    });
    Ok(Reply::empty(if there { 200 } else { 204 }))
}

fn list_inner(world: &mut World, call: &Call<'_>) -> Handled {
    let (holder, property) = holder(world, call)?;
    let items = holder.properties.get(property).cloned();
    Ok(Reply::json(
        200,
        &json!({ "value": items.unwrap_or_else(|| json!([])) }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_routes() {
        for kind in TYPES {
            let end = format!("/{}/{{name}}", kind.kind.rsplit('/').next().unwrap());
            let namespace = kind.kind.split('/').next().unwrap();
            assert!(
                ROUTES
                    .iter()
                    .chain(CHILD_ROUTES)
                    .any(|route| route.pattern().contains(namespace)
                        && route.pattern().ends_with(&end)),
                "{}",
                kind.kind
            );
        }
    }
}
