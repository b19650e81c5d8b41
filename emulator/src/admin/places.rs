//! Further subscriptions and resource groups.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use crate::arm::values;
use crate::base::json::object;
use crate::base::{random, seed};
use crate::model::subscription::{ResourceGroup, Subscription};
use crate::state::{State, key};

/// A further subscription in the tenant, with a resource group.
pub(super) fn add_subscription(state: &mut State, text: &[u8]) -> Result<Value, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct New {
        id: Option<String>,
        name: Option<String>,
    }
    let New { id, name } = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    let id = match id {
        Some(id) if !random::is_guid(&id) => {
            return Err(Refusal::Invalid(format!("id: '{id}' is not a GUID")));
        }
        Some(id) => id.to_lowercase(),
        None => fresh_ids(state).next().unwrap_or_default(),
    };
    if state.subscriptions.contains_key(&id) {
        return Err(Refusal::Exists(format!(
            "id: the subscription '{id}' already exists"
        )));
    }
    let name = match name {
        Some(name) if name.trim().is_empty() => {
            return Err(Refusal::Invalid("name: it is empty".to_owned()));
        }
        Some(name) => name,
        None => usual_name(state),
    };
    put_subscription(state, &id, &name);
    put_group(state, &id, seed::RESOURCE_GROUP, seed::LOCATION, None);
    Ok(json!({ "id": id, "name": name, "resourceGroup": seed::RESOURCE_GROUP }))
}

/// Resource groups of these names in each of these subscriptions, all or none.
pub(super) fn add_groups(state: &mut State, text: &[u8]) -> Result<Value, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct New {
        names: Vec<String>,
        /// By default the initial one.
        subscriptions: Option<Vec<String>>,
        location: Option<String>,
        #[serde(default)]
        tags: Map<String, Value>,
    }
    let new: New = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    let subscriptions = known_subscriptions(state, new.subscriptions.as_deref())?;
    let location = known_location(new.location.as_deref())?;
    let tags = object([("tags".to_owned(), Value::Object(new.tags))]);
    let tags = values::tags(&tags)
        .map_err(|error| format!("tags: {}", error.body.message))?
        .filter(|tags| !tags.is_empty());
    if new.names.is_empty() {
        return Err(Refusal::Invalid("names: at least one is needed".to_owned()));
    }
    for (at, name) in new.names.iter().enumerate() {
        check_group_name("names", name)?;
        if new.names[..at]
            .iter()
            .any(|one| one.eq_ignore_ascii_case(name))
        {
            return Err(Refusal::Invalid(format!("names: '{name}' is there twice")));
        }
        for subscription in &subscriptions {
            if state.groups.contains_key(&key::group(subscription, name)) {
                return Err(Refusal::Exists(format!(
                    "names: the resource group '{name}' already exists in the subscription \
                     '{subscription}'"
                )));
            }
        }
    }
    let mut made = Vec::new();
    for subscription in &subscriptions {
        for name in &new.names {
            put_group(state, subscription, name, &location, tags.clone());
            let mut body = state.groups[&key::group(subscription, name)].body();
            body["subscriptionId"] = json!(subscription);
            made.push(body);
        }
    }
    Ok(json!({ "resourceGroups": made }))
}

pub(super) fn check_group_name(member: &str, name: &str) -> Result<(), String> {
    match values::group_name_is_valid(name) {
        true => Ok(()),
        false => Err(format!(
            "{member}: '{name}' is not a name of a resource group"
        )),
    }
}

/// The region of that name; the usual one where none is given.
pub(super) fn known_location(given: Option<&str>) -> Result<String, String> {
    let Some(given) = given else {
        return Ok(seed::LOCATION.to_owned());
    };
    let location = values::normalised(given);
    let known = values::LOCATIONS.iter().any(|(name, _)| *name == location);
    known
        .then_some(location)
        .ok_or_else(|| format!("location: '{given}' is not a region of Azure"))
}

/// The ids of subscriptions that are there; the initial one where none is given.
pub(super) fn known_subscriptions(
    state: &State,
    given: Option<&[String]>,
) -> Result<Vec<String>, Refusal> {
    let Some(given) = given.filter(|ids| !ids.is_empty()) else {
        return Ok(vec![seed::SUBSCRIPTION_ID.to_owned()]);
    };
    given
        .iter()
        .map(|id| {
            let key = id.to_lowercase();
            let there = state.subscriptions.contains_key(&key);
            there.then_some(key).ok_or_else(|| {
                Refusal::Missing(format!("subscriptions: there is no subscription '{id}'"))
            })
        })
        .collect()
}

/// Ids of subscriptions that are not there, without an end.
pub(super) fn fresh_ids(state: &State) -> impl Iterator<Item = String> {
    (1_usize..)
        .map(|number| format!("eeee0000-0000-4000-8000-{number:012}"))
        .filter(|id| !state.subscriptions.contains_key(id))
}

/// The subscription and the group, if they are not there.
pub(super) fn put_place(state: &mut State, subscription: &str, group: &str, location: &str) {
    if !state.subscriptions.contains_key(subscription) {
        let name = usual_name(state);
        put_subscription(state, subscription, &name);
    }
    if !state.groups.contains_key(&key::group(subscription, group)) {
        put_group(state, subscription, group, location, None);
    }
}

fn usual_name(state: &State) -> String {
    format!("Emulator subscription {}", state.subscriptions.len() + 1)
}

fn put_subscription(state: &mut State, id: &str, name: &str) {
    let subscription = Subscription::new(id, name);
    state.subscriptions.insert(id.to_owned(), subscription);
}

fn put_group(
    state: &mut State,
    subscription: &str,
    name: &str,
    location: &str,
    tags: Option<crate::model::resource::Tags>,
) {
    let group = ResourceGroup {
        location: location.to_owned(),
        tags,
        ..ResourceGroup::seeded(subscription, name)
    };
    state.groups.insert(key::group(subscription, name), group);
}
