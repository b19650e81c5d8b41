//! Many resources at once, for tests of fleets.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::identities::Identities;
use super::places::{check_group_name, fresh_ids, known_location, known_subscriptions, put_place};
use super::refusal::Refusal;
use crate::arm::assignment::{Mode, Rules, Words};
use crate::arm::values;
use crate::base::clock::Millis;
use crate::base::json::object;
use crate::base::{random, seed};
use crate::compute::update_instances;
use crate::model::assignment::Assignment;
use crate::model::generic::{GenericResource, SUCCEEDED};
use crate::model::machine::{Machine, MachineKind};
use crate::model::resource::{Resource, Tags};
use crate::model::resource_type::{self, Level, Place, ResourceType, Takes};
use crate::model::seeded::{self, Place as MachinePlace};
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
    /// With `prefix`: so many, numbered.
    count: Option<usize>,
    prefix: Option<String>,
    /// In place of `count` and `prefix`.
    names: Option<Vec<String>>,
    /// In turns; by default the initial one.
    subscriptions: Option<Subscriptions>,
    resource_group: Option<String>,
    /// By default that of the group.
    location: Option<String>,
    #[serde(default)]
    tags: Map<String, Value>,
    #[serde(flatten)]
    identities: Identities,
    /// What there usually is, if it is not given with `names`.
    properties: Option<Map<String, Value>>,
    provisioning_state: Option<String>,
    /// Of scale sets: how many instances.
    capacity: Option<usize>,
    /// Of scale sets: how many instances do not have the model, and its identities, yet.
    #[serde(default)]
    outdated: usize,
    /// Of scale sets: how instances follow the model.
    upgrade_mode: Option<String>,
    /// Whether the answer has the resources.
    #[serde(default)]
    list: bool,
}

/// Which subscriptions.
#[derive(Deserialize)]
#[serde(untagged)]
enum Subscriptions {
    /// So many: the ones that there are, and new ones.
    Count(usize),
    Ids(Vec<String>),
}

/// The states that a resource can be made in. It stays there until the next write.
const STATES: [&str; 6] = [
    SUCCEEDED, "Failed", "Canceled", "Creating", "Updating", "Deleting",
];

/// How instances of scale sets follow the model.
const UPGRADE_MODES: [&str; 3] = ["Manual", "Automatic", "Rolling"];

/// The most instances of a scale set.
const MAX_INSTANCES: usize = 1_000;

impl New {
    /// The names of all, each once.
    fn names(&self) -> Result<Vec<String>, String> {
        let (member, names) = match (&self.names, self.count, &self.prefix) {
            (Some(names), None, None) => ("names", names.clone()),
            (None, Some(count), Some(prefix)) => {
                check_count(count)?;
                let numbers = 1..=count;
                let names = numbers.map(|number| format!("{prefix}{number:05}"));
                ("prefix", names.collect())
            }
            _ => return Err("names: either names is needed, or count and prefix".to_owned()),
        };
        check_count(names.len())?;
        let mut seen = HashSet::new();
        for name in &names {
            values::check_resource_name(name).map_err(|_| {
                format!(
                    "{member}: '{name}' is not a name of a resource: it has 1 to 80 letters, \
                     digits, '-', '_', '.', '(' and ')'"
                )
            })?;
            if !seen.insert(name.to_lowercase()) {
                return Err(format!("{member}: '{name}' is there twice"));
            }
        }
        Ok(names)
    }

    fn check_scale_set(&self, kinds: &[Kind]) -> Result<(), String> {
        let are_scale_sets = kinds
            .iter()
            .all(|kind| matches!(kind, Kind::Machine(MachineKind::ScaleSet)));
        if self.upgrade_mode.is_some() || self.capacity.is_some() || self.outdated > 0 {
            if !are_scale_sets {
                return Err("capacity: only scale sets have instances".to_owned());
            }
            let capacity = self.capacity.unwrap_or_default();
            if capacity > MAX_INSTANCES {
                return Err(format!(
                    "capacity: it is {capacity}; it must be at most {MAX_INSTANCES}"
                ));
            }
            if self.outdated > capacity {
                return Err(format!(
                    "outdated: it is {}; it must be at most capacity, which is {capacity}",
                    self.outdated
                ));
            }
        }
        one_of("upgradeMode", &UPGRADE_MODES, self.upgrade_mode.as_deref()).map(|_| ())
    }
}

fn check_count(count: usize) -> Result<(), String> {
    match (1..=MAX).contains(&count) {
        true => Ok(()),
        false => Err(format!("count: it is {count}; it must be 1 to {MAX}")),
    }
}

/// The value in the casing of the list that it must be in.
fn one_of(
    member: &str,
    list: &[&'static str],
    given: Option<&str>,
) -> Result<Option<&'static str>, String> {
    let Some(given) = given else { return Ok(None) };
    let found = list.iter().find(|one| one.eq_ignore_ascii_case(given));
    found
        .map(|one| Some(*one))
        .ok_or_else(|| format!("{member}: '{given}' is none of {}", list.join(", ")))
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

/// Makes resources, all or none, the types in turns, and for each round of types the next
/// subscription. Their principals are known everywhere.
pub(super) fn add(state: &mut State, text: &[u8], now: Millis) -> Result<Value, Refusal> {
    let new: New = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    let kinds = new
        .types
        .iter()
        .map(|name| Kind::find(name))
        .collect::<Result<Vec<Kind>, String>>()?;
    if kinds.is_empty() {
        return Err(Refusal::Invalid("types: at least one is needed".to_owned()));
    }
    let names = new.names()?;
    let location = match &new.location {
        None => None,
        given => Some(known_location(given.as_deref())?),
    };
    check_tags(&new.tags)?;
    let provisioning_state = one_of(
        "provisioningState",
        &STATES,
        new.provisioning_state.as_deref(),
    )?;
    new.check_scale_set(&kinds)?;
    let group = new
        .resource_group
        .as_deref()
        .unwrap_or(seed::RESOURCE_GROUP);
    check_group_name("resourceGroup", group)?;
    let subscriptions = subscriptions(state, new.subscriptions.as_ref())?;
    let location_in = |state: &State, subscription: &str| {
        let group = state.groups.get(&key::group(subscription, group));
        let of_group = || group.map(|group| group.location.clone());
        let location = location.clone().or_else(of_group);
        location.unwrap_or_else(|| seed::LOCATION.to_owned())
    };
    let mut identities = Vec::new();
    for subscription in &subscriptions {
        let assigned = new.identities.in_place(subscription, group);
        for kind in &kinds {
            assigned.check(state, &kind.rules())?;
        }
        identities.push(assigned);
    }
    let place = |number: usize| {
        let round = number / kinds.len();
        (&kinds[number % kinds.len()], round % subscriptions.len())
    };
    for (number, name) in names.iter().enumerate() {
        let (kind, at) = place(number);
        let id = kind.id(&subscriptions[at], group, name);
        if state.has_resource(&id.to_lowercase()) {
            let member = if new.names.is_some() {
                "names"
            } else {
                "prefix"
            };
            return Err(Refusal::Exists(format!(
                "{member}: the resource '{id}' already exists"
            )));
        }
    }

    for (subscription, assigned) in subscriptions.iter().zip(&identities) {
        let location = location_in(state, subscription);
        put_place(state, subscription, group, &location);
        assigned.create(state, &location);
    }
    let mut ids = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let (kind, at) = place(number);
        let one = One {
            new: &new,
            subscription: &subscriptions[at],
            group,
            name,
            location: &location_in(state, &subscriptions[at]),
            tags: tags(&new.tags, number),
            identity: identities[at].resolved(state, &kind.rules()),
            provisioning_state: provisioning_state.unwrap_or(SUCCEEDED),
        };
        ids.push(kind.id(one.subscription, group, name));
        match kind {
            Kind::Machine(machine) => one.add_machine(state, *machine, now),
            Kind::Other(row) => one.add_resource(state, row),
        }
    }
    let mut made = json!({
        "count": names.len(),
        "subscriptions": subscriptions,
        "resourceGroup": group,
        "first": names.first(),
        "last": names.last(),
    });
    if new.list {
        let resources = ids.iter().filter_map(|id| state.resource(id));
        made["resources"] = resources.map(|one| listed(state, one)).collect();
    }
    Ok(made)
}

/// A resource, with the parts of its id and with its identities in a list.
fn listed(state: &State, resource: &dyn Resource) -> Value {
    let body = resource.to_json();
    let assigned = resource.identity().cloned().unwrap_or_default();
    let user: Vec<Value> = assigned
        .user
        .iter()
        .map(|reference| {
            let mut one = json!(reference.known);
            one["id"] = json!(reference.id);
            one["exists"] = json!(state.identity(&reference.id).is_some());
            one
        })
        .collect();
    json!({
        "id": resource.id(),
        "name": resource.name(),
        "resourceType": resource.kind(),
        "subscriptionId": resource.subscription(),
        "resourceGroup": resource.group(),
        "location": resource.location(),
        "tags": resource.tags(),
        "provisioningState": body["properties"]["provisioningState"],
        "etag": body["etag"],
        "identityType": assigned.kind().text(),
        "principalId": assigned.system.as_ref().map(|system| &system.principal_id),
        "tenantId": assigned.system.as_ref().map(|_| seed::TENANT_ID),
        "userAssigned": user,
        "upgradeMode": body["properties"]["upgradePolicy"]["mode"],
    })
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
    object(pattern.iter().map(|(name, value)| {
        let values = values_of(value);
        (name.clone(), values[number % values.len()].clone())
    }))
}

/// The ids of the subscriptions, which are there or are new.
fn subscriptions(state: &State, wanted: Option<&Subscriptions>) -> Result<Vec<String>, Refusal> {
    match wanted {
        None => known_subscriptions(state, None),
        Some(Subscriptions::Ids(ids)) => known_subscriptions(state, Some(ids)),
        Some(Subscriptions::Count(count)) if (1..=MAX_SUBSCRIPTIONS).contains(count) => {
            let mut ids: Vec<String> = state.subscriptions.keys().take(*count).cloned().collect();
            let missing = count - ids.len();
            ids.extend(fresh_ids(state).take(missing));
            Ok(ids)
        }
        Some(Subscriptions::Count(_)) => Err(Refusal::Invalid(format!(
            "subscriptions: it must be 1 to {MAX_SUBSCRIPTIONS}, or a list of ids"
        ))),
    }
}

/// One of the resources.
struct One<'a> {
    new: &'a New,
    subscription: &'a str,
    group: &'a str,
    name: &'a str,
    location: &'a str,
    tags: Tags,
    identity: Assignment,
    provisioning_state: &'a str,
}

impl One<'_> {
    fn add_machine(self, state: &mut State, kind: MachineKind, now: Millis) {
        let mut made = Machine::new(
            kind,
            self.subscription,
            self.group,
            self.name,
            self.location,
            now,
        );
        match &self.new.properties {
            Some(given) => made.properties.clone_from(given),
            None if self.new.names.is_some() => self.complete(&mut made, state, now),
            None => {}
        }
        if kind == MachineKind::ScaleSet {
            self.make_scale_set(&mut made);
        }
        made.identity = self.identity;
        made.tags = self.tags;
        self.provisioning_state
            .clone_into(&mut made.provisioning_state);
        update_instances(&mut made, true);
        for instance in made.instances.iter_mut().take(self.new.outdated) {
            instance.latest = false;
            instance.identity = Assignment::default();
        }
        state.machines.insert(made.key(), made);
    }

    /// Gives it what such a machine usually has, with the disks and the network of a virtual machine.
    fn complete(&self, made: &mut Machine, state: &mut State, now: Millis) {
        let place = MachinePlace {
            subscription: self.subscription,
            group: self.group,
            name: self.name,
            location: self.location,
        };
        if made.kind == MachineKind::ScaleSet {
            made.properties = seeded::scale_set_properties(place);
            return;
        }
        made.properties = seeded::machine(place, now).properties;
        for beside in seeded::beside_the_machine(place, now) {
            let key = beside.id.to_lowercase();
            state.generic.entry(key).or_insert(beside);
        }
    }

    fn make_scale_set(&self, made: &mut Machine) {
        if let Some(capacity) = self.new.capacity {
            let sku = json!({ "name": "Standard_B2ms", "tier": "Standard", "capacity": capacity });
            made.extra.insert("sku".to_owned(), sku);
        }
        let mode = one_of(
            "upgradeMode",
            &UPGRADE_MODES,
            self.new.upgrade_mode.as_deref(),
        );
        if let Ok(Some(mode)) = mode {
            let policy = made.properties.entry("upgradePolicy");
            policy.or_insert_with(|| json!({}))["mode"] = json!(mode);
        }
    }

    /// A resource; of a type in another, in one of the same name, which is made where it is not
    /// there.
    fn add_resource(self, state: &mut State, row: &'static ResourceType) {
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
        let mut made = self.resource(row, &name, self.identity.clone());
        self.provisioning_state
            .clone_into(&mut made.provisioning_state);
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
            properties: self.new.properties.clone().unwrap_or_default(),
            etag: format!("\"{}\"", random::guid()),
            identity,
            provisioning_state: SUCCEEDED.to_owned(),
            running: None,
        }
    }
}
