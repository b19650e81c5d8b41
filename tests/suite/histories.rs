//! Several writers change one virtual machine at the same time: the module through its real
//! client, others through raw PATCH and PUT, in random histories. What is checked against the
//! emulator's record of every state that there was:
//!
//! - each state is the one before with exactly one writer's mutation applied to it, so that no
//!   identity is lost that nobody named for removal, and none is there that nobody added;
//! - what each of the module's writers reported was true at that moment, and its mutation had been in
//!   force by then.

use std::collections::BTreeSet;
use std::time::Duration;

use emulator::Options;
use futures_util::future::join_all;
use managed_identity::compute;
use managed_identity::identity::{self, Create};
use managed_identity::resource::{IdentityType, Named, ResourceIdentity, Wanted};
use serde_json::{Map, Value, json};

use crate::support::{Local, Random, by_id, change_of, number_of, target};

/// How many histories there are: enough to find a loss on every run, and more where time allows.
fn histories() -> u64 {
    number_of("MI_HISTORIES", 500)
}

/// A type of resource, and how it takes writes.
#[derive(Clone, Copy, Debug)]
struct Kind {
    name: &'static str,
    version: &'static str,
    /// What a PATCH does with ids that it does not name, where Azure's types are not known to agree.
    unknown_map: &'static str,
    /// How other clients write on condition; none where the type has no ETag: then all writers are
    /// this module's, which wait for each other.
    others: &'static [&'static str],
}

const VM: Kind = Kind {
    name: "Microsoft.Compute/virtualMachines",
    version: "2025-04-01",
    unknown_map: "merge",
    others: &["PATCH", "PUT"],
};

/// Histories run on so many resources at once.
const RESOURCES: u64 = 16;
const NAMES: [&str; 5] = ["id0", "id1", "id2", "id3", "id4"];
const GROUP: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/\
                     myResourceGroup/providers";

fn id(name: &str) -> String {
    format!("{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}

impl Kind {
    fn id(self, name: &str) -> String {
        format!("{GROUP}/{}/{name}", self.name)
    }

    fn path(self, name: &str) -> String {
        format!("{}?api-version={}", self.id(name), self.version)
    }
}

/// The identities of the resource: the system-assigned one, and the others by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    system: bool,
    user: BTreeSet<String>,
}

/// What a writer wants.
#[derive(Clone, Debug)]
enum Mutation {
    Merge {
        add: BTreeSet<String>,
        remove: BTreeSet<String>,
        system: Option<bool>,
    },
    Exact(State),
}

impl Mutation {
    /// The state after the mutation, written from its meaning and not from the client.
    fn applied_to(&self, state: &State) -> State {
        match self {
            Self::Exact(wanted) => wanted.clone(),
            Self::Merge {
                add,
                remove,
                system,
            } => State {
                system: system.unwrap_or(state.system),
                user: state.user.difference(remove).chain(add).cloned().collect(),
            },
        }
    }
}

/// A writer: the module, or another client with raw requests of this method, which reads, and
/// writes on condition.
#[derive(Clone, Debug)]
enum Writer {
    Module(Mutation),
    Raw(&'static str, Mutation),
}

impl Random {
    fn names(&mut self, most: u64) -> BTreeSet<String> {
        let count = self.below(most + 1);
        (0..count)
            .map(|_| NAMES[self.below(NAMES.len() as u64) as usize].to_owned())
            .collect()
    }

    fn state(&mut self) -> State {
        State {
            system: self.below(2) == 0,
            user: self.names(3),
        }
    }

    fn merge(&mut self) -> Mutation {
        loop {
            let add = self.names(2);
            let remove: BTreeSet<_> = self.names(2).difference(&add).cloned().collect();
            let system = [None, None, Some(true), Some(false)][self.below(4) as usize];
            if !(add.is_empty() && remove.is_empty() && system.is_none()) {
                return Mutation::Merge {
                    add,
                    remove,
                    system,
                };
            }
        }
    }

    fn writer(&mut self, others: &[&'static str]) -> Writer {
        let chosen = self.below(6);
        if let Some(method) = others.get(chosen as usize) {
            return Writer::Raw(method, self.merge());
        }
        match chosen {
            2 => Writer::Module(Mutation::Exact(self.state())),
            _ => Writer::Module(self.merge()),
        }
    }
}

fn identity_type(state: &State) -> IdentityType {
    IdentityType::of(state.system, !state.user.is_empty())
}

fn seen(machine: &ResourceIdentity) -> State {
    State {
        system: machine.identity_type.has_system_assigned(),
        user: machine
            .assigned
            .iter()
            .map(|one| one.name().to_owned())
            .collect(),
    }
}

async fn through_the_module(local: &Local, id: &str, mutation: &Mutation) -> ResourceIdentity {
    let owned = |names: &BTreeSet<String>| names.iter().cloned().collect();
    let wanted = match mutation {
        Mutation::Merge {
            add,
            remove,
            system,
        } => Wanted::Merge {
            add: owned(add),
            remove: owned(remove),
            system_assigned: *system,
            remove_missing: false,
        },
        Mutation::Exact(state) => Wanted::Exact {
            identity_type: identity_type(state),
            identities: owned(&state.user),
        },
    };
    let resource = Named {
        target: by_id(id),
        ..Named::default()
    };
    let update = change_of(resource, wanted);
    compute::update(&local.client, &update).await.unwrap()
}

/// Reads and writes on condition, until it is through.
async fn through_raw_requests(local: &Local, path: &str, mutation: &Mutation, method: &str) {
    loop {
        let (_, now) = local.raw("GET", path, Value::Null).await;
        let before = state_of(&now);
        let after = mutation.applied_to(&before);
        let etag = now["etag"].as_str().unwrap();
        let body = body(&before, &after, method);
        let (status, answer) = local.raw_if(method, path, Some(etag), body).await;
        match status {
            200 | 201 => return,
            409 | 412 => tokio::task::yield_now().await,
            _ => panic!("{status} {answer}"),
        }
    }
}

fn body(before: &State, after: &State, method: &str) -> Value {
    let kind = identity_type(after).as_str();
    let added = after.user.iter().map(|name| (id(name), json!({})));
    let gone = before.user.difference(&after.user);
    let gone = gone.map(|name| (id(name), Value::Null));
    let map: Map<_, _> = match method {
        "PUT" => added.collect(),
        _ => added.chain(gone).collect(),
    };
    let map = match after.user.is_empty() && (method == "PUT" || !after.system) {
        true => Value::Null,
        false => map.into(),
    };
    let mut body = json!({ "identity": {"type": kind, "userAssignedIdentities": map} });
    if method == "PUT" {
        body["location"] = json!("eastus");
        body["sku"] = json!({"name": "S"});
        body["properties"] = json!({});
    }
    body
}

fn name_in(id: &str) -> String {
    id.rsplit('/').next().unwrap().to_lowercase()
}

fn state_of(machine: &Value) -> State {
    let identity = &machine["identity"];
    let user = identity["userAssignedIdentities"].as_object();
    State {
        system: identity["type"]
            .as_str()
            .is_some_and(|kind| kind.contains("SystemAssigned")),
        user: user.map_or_else(BTreeSet::new, |map| {
            map.keys().map(|id| name_in(id)).collect()
        }),
    }
}

/// A machine's version and the identities that it had with it.
type Moment = (String, State);

/// What a writer wished for, and for the module what it reported.
struct Report {
    mutation: Mutation,
    told: Option<Moment>,
}

/// One history on one resource: writers at once, each with a few mutations one after the other.
async fn live(local: &Local, kind: Kind, resource: &str, random: &mut Random) -> Vec<Report> {
    let writers = 2 + random.below(3);
    let plans: Vec<Vec<Writer>> = (0..writers)
        .map(|_| {
            let mutations = 0..=random.below(2);
            mutations.map(|_| random.writer(kind.others)).collect()
        })
        .collect();
    let all = plans.into_iter().map(|plan| async move {
        let mut reports = Vec::new();
        for writer in plan {
            reports.push(write(local, kind, resource, writer).await);
        }
        reports
    });
    join_all(all).await.into_iter().flatten().collect()
}

async fn write(local: &Local, kind: Kind, resource: &str, writer: Writer) -> Report {
    let (mutation, told) = match writer {
        Writer::Module(mutation) => {
            let told = through_the_module(local, &kind.id(resource), &mutation).await;
            (mutation, Some((told.etag.clone(), seen(&told))))
        }
        Writer::Raw(method, mutation) => {
            through_raw_requests(local, &kind.path(resource), &mutation, method).await;
            (mutation, None)
        }
    };
    Report { mutation, told }
}

/// Checks a history: `moments` begins with the one before it.
fn check(moments: &[Moment], reports: &[Report]) -> Result<(), String> {
    for pair in moments.windows(2) {
        let (before, after) = (&pair[0].1, &pair[1].1);
        let mut mutations = reports.iter().map(|report| &report.mutation);
        if !mutations.any(|mutation| mutation.applied_to(before) == *after) {
            return Err(format!("nobody wished for {before:?} → {after:?}"));
        }
    }
    for Report { mutation, told } in reports {
        let Some(told) = told else { continue };
        // Where there is no ETag, the state alone tells.
        let is_it = |moment: &Moment| match told.0.is_empty() {
            true => moment.1 == told.1,
            false => moment == told,
        };
        let Some(at) = moments.iter().rposition(is_it) else {
            return Err(format!("{told:?} was reported and never was"));
        };
        // Another writer may have been at it between the module's write and its last look.
        let is_so = |(_, state): &Moment| mutation.applied_to(state) == *state;
        if !moments[..=at].iter().any(is_so) {
            return Err(format!(
                "{mutation:?} was reported as done and never was: {told:?}"
            ));
        }
    }
    Ok(())
}

/// The moments of a resource among those of all.
fn moments(resource: &str, all: &Value) -> Vec<Moment> {
    let mine = all.as_array().unwrap().iter();
    let mine = mine.filter(|entry| name_in(entry["id"].as_str().unwrap()) == resource);
    mine.map(|entry| {
        let user = entry["userAssigned"].as_array().unwrap().iter();
        let state = State {
            system: entry["systemAssigned"] == true,
            user: user.map(|id| name_in(id.as_str().unwrap())).collect(),
        };
        (entry["etag"].as_str().unwrap().to_owned(), state)
    })
    .collect()
}

async fn prepare(kind: Kind, operation_time: Duration) -> Local {
    let local = Local::with(Options {
        operation_time,
        ..Options::default()
    })
    .await;
    for name in NAMES {
        let wanted = Create {
            target: target(name),
            ..Create::default()
        };
        identity::create(&local.client, &wanted).await.unwrap();
    }
    let settings = json!({ "unknownMap": kind.unknown_map });
    local.admin("PATCH", "settings", settings).await;
    for number in 0..RESOURCES {
        let path = kind.path(&format!("one{number}"));
        let body = json!({"location": "eastus", "sku": {"name": "S"}, "properties": {}});
        let (status, answer) = local.raw("PUT", &path, body).await;
        assert!((200..300).contains(&status), "{status} {answer}");
    }
    local
}

async fn run(kind: Kind, histories: u64, operation_time: Duration) {
    let local = prepare(kind, operation_time).await;
    let resources: Vec<_> = (0..RESOURCES)
        .map(|number| format!("one{number}"))
        .collect();
    let mut last = vec![None::<Moment>; resources.len()];
    let mut done = 0;
    while done < histories {
        let round = resources.iter().zip(done..).map(|(resource, seed)| {
            let local = &local;
            async move { live(local, kind, resource, &mut Random(seed)).await }
        });
        let reports = join_all(round).await;
        let all = local.admin("GET", "history", Value::Null).await;
        local.admin("DELETE", "history", Value::Null).await;
        for (index, resource) in resources.iter().enumerate() {
            let mut moments: Vec<Moment> = last[index].take().into_iter().collect();
            moments.extend(self::moments(resource, &all));
            if let Err(wrong) = check(&moments, &reports[index]) {
                panic!(
                    "history {} on {} {resource}: {wrong}\n{moments:?}",
                    done + index as u64,
                    kind.name
                );
            }
            last[index] = moments.pop();
        }
        done += RESOURCES;
    }
    if kind.others.is_empty() {
        return;
    }
    // All that raced was real: some of the module's writes must have found a newer version.
    let verbose = local.heard.verbose.lock().unwrap();
    let races = verbose
        .iter()
        .filter(|line| line.contains(" 412 in ") || line.contains(" 409 in "));
    assert!(races.count() as u64 > histories / 100);
}

#[tokio::test]
async fn nothing_is_lost_in_any_history() {
    run(VM, histories() * 9 / 10, Duration::ZERO).await;
}

#[tokio::test]
async fn nothing_is_lost_while_operations_take_their_time() {
    run(VM, histories() / 10 + 1, Duration::from_millis(3)).await;
}

#[tokio::test]
async fn nothing_is_lost_where_a_patch_that_names_everything_merges() {
    run(SITE, histories(), Duration::ZERO).await;
}

#[tokio::test]
async fn nothing_is_lost_where_a_patch_that_names_everything_replaces() {
    let kind = Kind {
        unknown_map: "replace",
        ..SITE
    };
    run(kind, histories(), Duration::ZERO).await;
}

#[tokio::test]
async fn nothing_is_lost_where_a_patch_merges_without_an_etag() {
    let kind = Kind {
        name: "Microsoft.RecoveryServices/vaults",
        version: "2025-08-01",
        ..SITE
    };
    run(kind, histories(), Duration::from_millis(1)).await;
}

#[tokio::test]
async fn nothing_is_lost_where_the_whole_resource_is_put() {
    let kind = Kind {
        name: "Microsoft.ContainerInstance/containerGroups",
        version: "2025-09-01",
        ..SITE
    };
    run(kind, histories(), Duration::from_millis(1)).await;
}

#[tokio::test]
async fn nothing_is_lost_where_the_whole_resource_is_put_on_condition() {
    let kind = Kind {
        name: "Microsoft.Devices/IotHubs",
        version: "2023-06-30",
        others: &["PUT"],
        ..SITE
    };
    run(kind, histories(), Duration::ZERO).await;
}

/// A type that has no ETag.
const SITE: Kind = Kind {
    name: "Microsoft.Web/sites",
    version: "2023-12-01",
    unknown_map: "merge",
    others: &[],
};
