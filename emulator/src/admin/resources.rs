//! Many resources at once, for tests of fleets.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::arm::assignment::{Mode, Rules, Words, changed_by, first_missing, resolve};
use crate::arm::values;
use crate::base::clock::Millis;
use crate::base::{random, seed};
use crate::model::assignment::Assignment;
use crate::model::generic::{GenericResource, SUCCEEDED};
use crate::model::machine::{Machine, MachineKind};
use crate::model::resource::Tags;
use crate::model::resource_type::{self, Level, Place, ResourceType, Takes};
use crate::model::subscription::{ResourceGroup, Subscription};
use crate::state::{State, key};

/// The most resources in one call.
const MAX: usize = 200_000;
/// The most subscriptions that there can be in the end.
const MAX_SUBSCRIPTIONS: usize = 1_000;

/// What a call asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct New {
    /// In turns.
    types: Vec<String>,
    count: usize,
    prefix: String,
    /// In turns; by default the initial one.
    subscriptions: Option<Subscriptions>,
    resource_group: Option<String>,
    location: Option<String>,
    #[serde(default)]
    tags: Map<String, Value>,
    /// As in a request.
    identity: Option<Value>,
    #[serde(default)]
    properties: Map<String, Value>,
}

/// Which subscriptions.
#[derive(Deserialize)]
#[serde(untagged)]
enum Subscriptions {
    /// So many: the ones that there are, and new ones.
    Count(usize),
    Ids(Vec<String>),
}

/// What can be made.
enum Kind {
    Machine(MachineKind),
    Other(&'static ResourceType),
}

impl Kind {
    fn find(name: &str) -> Result<Self, String> {
        if let Some(kind) = MachineKind::find(name) {
            return Ok(Kind::Machine(kind));
        }
        resource_type::find(name)
            .filter(|row| row.level == Level::Group)
            .map(Kind::Other)
            .ok_or_else(|| format!("types: resources of the type '{name}' can't be made here"))
    }

    /// The id of one of that name; of a type in another, it is in one of the same name.
    fn id(&self, subscription: &str, group: &str, name: &str) -> String {
        let kind = self.rules().kind;
        let (namespace, types) = kind.split_once('/').unwrap_or((kind, ""));
        let types: String = types
            .split('/')
            .map(|kind| format!("/{kind}/{name}"))
            .collect();
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}{types}")
    }

    fn rules(&self) -> Rules {
        let (kind, takes) = match self {
            Kind::Machine(kind) => (kind.name(), Takes::ALL),
            Kind::Other(row) => (row.kind, row.takes_in(row.newest())),
        };
        Rules {
            kind,
            takes,
            mode: Mode::Replace,
            words: Words::FrontDoor,
            nulls: false,
            empty_map: false,
        }
    }
}

/// Makes many resources, all or none: `prefix00001` and on, the types in turns, and for each round
/// of types the next subscription. Their principals are known everywhere.
pub(super) fn add(state: &mut State, text: &[u8], now: Millis) -> Result<Value, String> {
    let new: New = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    if !(1..=MAX).contains(&new.count) {
        return Err(format!("count is {}; it must be 1 to {MAX}", new.count));
    }
    let kinds = new
        .types
        .iter()
        .map(|name| Kind::find(name))
        .collect::<Result<Vec<Kind>, String>>()?;
    if kinds.is_empty() {
        return Err("types: at least one is needed".to_owned());
    }
    let name = |number: usize| format!("{}{number:05}", new.prefix);
    values::check_resource_name(&name(new.count))
        .map_err(|_| format!("prefix: '{}' is not a name of a resource", name(new.count)))?;
    let location = match &new.location {
        None => seed::LOCATION.to_owned(),
        Some(location) => known_location(location)?,
    };
    check_tags(&new.tags)?;
    for kind in &kinds {
        check_identity(state, kind, new.identity.as_ref())?;
    }
    let group = new
        .resource_group
        .as_deref()
        .unwrap_or(seed::RESOURCE_GROUP);
    if !values::group_name_is_valid(group) {
        return Err(format!("resourceGroup: '{group}' is not a name of a group"));
    }
    let subscriptions = subscriptions(state, new.subscriptions)?;
    let place = |number: usize| {
        let round = number / kinds.len();
        (
            &kinds[number % kinds.len()],
            &subscriptions[round % subscriptions.len()],
        )
    };
    for number in 0..new.count {
        let (kind, subscription) = place(number);
        let key = kind
            .id(subscription, group, &name(number + 1))
            .to_lowercase();
        if state.has_resource(&key) {
            return Err(format!("prefix: the resource '{key}' already exists"));
        }
    }

    for subscription in &subscriptions {
        add_place(state, subscription, group);
    }
    for number in 0..new.count {
        let (kind, subscription) = place(number);
        let one = One {
            subscription,
            group,
            name: &name(number + 1),
            location: &location,
            tags: tags(&new.tags, number),
            identity: new.identity.as_ref(),
            properties: &new.properties,
        };
        match kind {
            Kind::Machine(machine) => one.add_machine(state, kind, *machine, now),
            Kind::Other(row) => one.add_resource(state, kind, row),
        }
    }
    Ok(json!({
        "count": new.count,
        "subscriptions": subscriptions,
        "resourceGroup": group,
        "first": name(1),
        "last": name(new.count),
    }))
}

fn known_location(given: &str) -> Result<String, String> {
    let location = values::normalised(given);
    let known = values::LOCATIONS.iter().any(|(name, _)| *name == location);
    known
        .then_some(location)
        .ok_or_else(|| format!("location: there is no '{given}'"))
}

/// The values that a tag has in turns.
fn values_of(pattern: &Value) -> &[Value] {
    match pattern {
        Value::Array(values) => values,
        value => std::slice::from_ref(value),
    }
}

/// Every tag is a string, or a list of strings.
fn check_tags(pattern: &Map<String, Value>) -> Result<(), String> {
    for (name, value) in pattern {
        let values = values_of(value);
        if values.is_empty() || !values.iter().all(Value::is_string) {
            return Err(format!(
                "tags.{name}: it must be a string or a list of strings"
            ));
        }
    }
    Ok(())
}

/// The tags of the resource of that number.
fn tags(pattern: &Map<String, Value>, number: usize) -> Tags {
    pattern
        .iter()
        .map(|(name, value)| {
            let values = values_of(value);
            (name.clone(), values[number % values.len()].clone())
        })
        .collect()
}

fn identity_of(kind: &Kind, identity: Option<&Value>) -> Result<Assignment, String> {
    changed_by(&kind.rules(), &Assignment::default(), identity)
        .map_err(|error| format!("identity: {}", error.body.message))
}

fn check_identity(state: &State, kind: &Kind, identity: Option<&Value>) -> Result<(), String> {
    let assigned = identity_of(kind, identity)?;
    match first_missing(&assigned, state) {
        None => Ok(()),
        Some(id) => Err(format!("identity: there is no '{id}'")),
    }
}

/// The ids of the subscriptions, which are there or are new.
fn subscriptions(state: &State, wanted: Option<Subscriptions>) -> Result<Vec<String>, String> {
    match wanted {
        None => Ok(vec![seed::SUBSCRIPTION_ID.to_owned()]),
        Some(Subscriptions::Ids(ids)) if !ids.is_empty() => ids
            .iter()
            .map(|id| {
                let key = id.to_lowercase();
                let there = state.subscriptions.contains_key(&key);
                there
                    .then_some(key)
                    .ok_or_else(|| format!("subscriptions: there is no '{id}'"))
            })
            .collect(),
        Some(Subscriptions::Count(count)) if (1..=MAX_SUBSCRIPTIONS).contains(&count) => {
            let mut ids: Vec<String> = state.subscriptions.keys().take(count).cloned().collect();
            let fresh = (1_usize..)
                .map(|number| format!("eeee0000-0000-4000-8000-{number:012}"))
                .filter(|id| !state.subscriptions.contains_key(id));
            let missing = count - ids.len();
            ids.extend(fresh.take(missing));
            Ok(ids)
        }
        Some(_) => Err(format!(
            "subscriptions: it must be 1 to {MAX_SUBSCRIPTIONS}, or a list of ids"
        )),
    }
}

/// The subscription and the group, if they are not there.
fn add_place(state: &mut State, subscription: &str, group: &str) {
    let number = state.subscriptions.len() + 1;
    state
        .subscriptions
        .entry(subscription.to_owned())
        .or_insert_with(|| {
            Subscription::new(subscription, &format!("Emulator subscription {number}"))
        });
    state
        .groups
        .entry(key::group(subscription, group))
        .or_insert_with(|| ResourceGroup::seeded(subscription, group));
}

/// One of the resources.
struct One<'a> {
    subscription: &'a str,
    group: &'a str,
    name: &'a str,
    location: &'a str,
    tags: Tags,
    identity: Option<&'a Value>,
    properties: &'a Map<String, Value>,
}

impl One<'_> {
    /// The identities, with principals of their own.
    fn assigned(&self, state: &State, kind: &Kind) -> Assignment {
        let mut assigned = identity_of(kind, self.identity).unwrap_or_default();
        resolve(&mut assigned, state);
        assigned
    }

    fn add_machine(&self, state: &mut State, kind: &Kind, machine: MachineKind, now: Millis) {
        let mut made = Machine::new(
            machine,
            self.subscription,
            self.group,
            self.name,
            self.location,
            now,
        );
        made.identity = self.assigned(state, kind);
        made.tags = self.tags.clone();
        made.properties = self.properties.clone();
        SUCCEEDED.clone_into(&mut made.provisioning_state);
        state.machines.insert(made.key(), made);
    }

    /// A resource; of a type in another, in one of the same name, which is made where it is not
    /// there.
    fn add_resource(&self, state: &mut State, kind: &Kind, row: &'static ResourceType) {
        let outer = row.parent().and_then(resource_type::find);
        if let Some(outer) = outer {
            let parent = self.resource(outer, self.name, Assignment::default());
            state
                .generic
                .entry(parent.id.to_lowercase())
                .or_insert(parent);
        }
        let name = match outer {
            Some(_) => format!("{0}/{0}", self.name),
            None => self.name.to_owned(),
        };
        let made = self.resource(row, &name, self.assigned(state, kind));
        state.generic.insert(made.id.to_lowercase(), made);
    }

    fn resource(
        &self,
        row: &'static ResourceType,
        name: &str,
        identity: Assignment,
    ) -> GenericResource {
        GenericResource {
            id: Kind::Other(row).id(self.subscription, self.group, self.name),
            kind: row.kind.to_owned(),
            subscription: self.subscription.to_owned(),
            group: self.group.to_owned(),
            name: name.to_owned(),
            location: match row.place {
                Place::Required => self.location.to_owned(),
                Place::WithIdentity | Place::None => String::new(),
            },
            tags: Some(self.tags.clone()),
            extra: Map::new(),
            properties: self.properties.clone(),
            etag: format!("\"{}\"", random::guid()),
            identity,
            provisioning_state: SUCCEEDED.to_owned(),
            running: None,
        }
    }
}
