//! What a body has to have, and what is stored of it.

use serde_json::{Map, Value, json};

use super::target::Target;
use crate::arm::error::ArmError;
use crate::arm::values;
use crate::base::random;
use crate::model::generic::GenericResource;
use crate::model::resource_type::{Own, Place, ResourceType, Secret, visit, visit_mut};

/// The members that a `PUT` has to have.
pub(super) fn check_required(
    row: &ResourceType,
    body: &Map<String, Value>,
) -> Result<(), ArmError> {
    let missing = row
        .requires
        .iter()
        .find(|name| body.get(**name).is_none_or(Value::is_null));
    match missing {
        None => Ok(()),
        // The code is a guess: it is another one in many providers.
        Some(name) => Err(ArmError::new(
            400,
            "InvalidRequestContent",
            format!(
                "The request content was invalid: the property '{name}' is required for '{}'.",
                row.kind
            ),
        )),
    }
}

/// The location that a `PUT` says, or the one that there is where the type has none of its own.
pub(super) fn location(
    row: &ResourceType,
    body: &Map<String, Value>,
    identity: bool,
) -> Result<String, ArmError> {
    let given = body.get("location").is_some_and(|given| !given.is_null());
    match row.place {
        Place::Required => values::location(body, row.kind),
        Place::WithIdentity if given || identity => values::location(body, row.kind),
        Place::WithIdentity | Place::None => Ok(String::new()),
    }
}

/// `properties` of a body, without what the provider alone says.
pub(super) fn properties_of(body: &Map<String, Value>) -> Result<Map<String, Value>, ArmError> {
    let mut properties = match body.get("properties") {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => return Err(values::not_a("properties", "JSON object")),
    };
    properties.remove("provisioningState");
    Ok(properties)
}

/// The members beside those that have a meaning here.
pub(super) fn extra_of(body: &Map<String, Value>) -> Map<String, Value> {
    const OWN: [&str; 10] = [
        "id",
        "name",
        "type",
        "location",
        "tags",
        "identity",
        "properties",
        "etag",
        "eTag",
        "systemData",
    ];
    let mut extra = body.clone();
    extra.retain(|name, value| !OWN.contains(&name.as_str()) && !value.is_null());
    extra
}

/// Checks that a write brings the secrets along that reads do not show, and takes them away: that
/// there is one is all that is stored with the resource.
pub(super) fn take_secrets(
    row: &ResourceType,
    properties: &mut Map<String, Value>,
) -> Result<Vec<Taken>, ArmError> {
    let mut value = Value::Object(std::mem::take(properties));
    let mut found = Vec::new();
    let checked = row
        .secrets
        .iter()
        .try_for_each(|secret| take_secret(row, secret, &mut value, &mut found));
    if let Value::Object(taken) = value {
        *properties = taken;
    }
    checked.map(|()| found)
}

/// A secret: the name of its item, and none where it is the one that there was.
pub(super) type Taken = (String, Option<Value>);

fn take_secret(
    row: &ResourceType,
    secret: &Secret,
    value: &mut Value,
    found: &mut Vec<Taken>,
) -> Result<(), ArmError> {
    let has = |item: &Value, name: &str| item.get(name).is_some_and(|value| !value.is_null());
    let complete = |item: &Value| {
        has(item, secret.member) || secret.instead.iter().any(|name| has(item, name))
    };
    let name = |item: &Value| item["name"].as_str().unwrap_or_default().to_owned();
    let refused = |code: &str, what: String| {
        Err(ArmError::new(
            400,
            code,
            format!("The request for '{}' is invalid: {what}.", row.kind),
        ))
    };
    let items = visit(value, secret.items);
    if let Some((path, code)) = secret.referred {
        let known = |wanted: &str| {
            items
                .iter()
                .any(|item| complete(item) && name(item) == wanted)
        };
        let lost = visit(value, path)
            .into_iter()
            .filter_map(Value::as_str)
            .find(|wanted| !wanted.is_empty() && !known(wanted));
        if let Some(lost) = lost {
            return refused(code, format!("'{path}' names '{lost}', which has no value"));
        }
    }
    if let Some(item) = items.into_iter().find(|item| !complete(item)) {
        let what = format!(
            "'{}' of '{}' has no '{}'",
            secret.items,
            name(item),
            secret.member
        );
        return refused(secret.code, what);
    }
    for item in visit_mut(value, secret.items) {
        if has(item, secret.member) {
            let taken = std::mem::replace(&mut item[secret.member], json!(true));
            let taken = Some(taken).filter(|taken| *taken != json!(true));
            found.push((name(item), taken));
        }
    }
    Ok(())
}

/// What the provider itself puts beside what was sent.
pub(super) fn add_own(
    target: &Target,
    before: Option<&GenericResource>,
    next: &mut GenericResource,
) {
    const PROFILE: &str = "identityProfile";
    match target.row.own {
        Own::Nothing => {}
        Own::Kubelet if next.properties.contains_key(PROFILE) => {}
        Own::Kubelet => {
            let profile = before
                .and_then(|before| before.properties.get(PROFILE).cloned())
                .unwrap_or_else(|| kubelet(next));
            next.properties.insert(PROFILE.to_owned(), profile);
        }
    }
}

/// The identity of a cluster's nodes that the provider makes itself, in a group of its own.
fn kubelet(cluster: &GenericResource) -> Value {
    let GenericResource {
        subscription,
        group,
        name,
        location,
        ..
    } = cluster;
    json!({ "kubeletidentity": {
        "resourceId": format!(
            "/subscriptions/{subscription}/resourceGroups/MC_{group}_{name}_{location}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}-agentpool"
        ),
        "clientId": random::guid(),
        "objectId": random::guid(),
    }})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resource_type;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn secrets_have_to_come_along_and_are_not_kept() {
        let row = resource_type::find("Microsoft.App/containerApps").unwrap();
        let mut properties = object(json!({"configuration": {
            "secrets": [{"name": "s", "value": "hush"}, {"name": "v", "keyVaultUrl": "https://v"}],
            "registries": [{"server": "r", "passwordSecretRef": "s"}],
        }}));
        take_secrets(row, &mut properties).unwrap();
        assert!(!json!(properties).to_string().contains("hush"));
        for (configuration, code) in [
            (
                json!({"secrets": [{"name": "s"}]}),
                "ContainerAppSecretInvalid",
            ),
            (
                json!({"secrets": [{"name": "s"}], "registries": [{"passwordSecretRef": "s"}]}),
                "ContainerAppRegistriesPasswordSecretRefNotFound",
            ),
            (
                json!({"registries": [{"passwordSecretRef": "s"}]}),
                "ContainerAppRegistriesPasswordSecretRefNotFound",
            ),
        ] {
            let mut properties = object(json!({ "configuration": configuration }));
            let kept = properties.clone();
            let error = take_secrets(row, &mut properties).unwrap_err();
            assert_eq!((error.status, error.body.code.as_str()), (400, code));
            assert_eq!(properties, kept);
        }
    }
}
