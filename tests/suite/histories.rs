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
use managed_identity::compute::{self, VIRTUAL_MACHINE};
use managed_identity::identity::{self, Create};
use managed_identity::resource::{IdentityType, ResourceIdentity, Wanted};
use serde_json::{Map, Value, json};

use crate::support::{Local, change_of, of, target};

/// How many histories there are: enough to find a loss on every run, and more where time allows.
fn histories() -> u64 {
    let wanted = std::env::var("MI_HISTORIES").ok();
    wanted.map_or(500, |text| {
        text.parse().expect("MI_HISTORIES must be a number")
    })
}

/// Histories run on so many machines at once.
const MACHINES: u64 = 16;
const NAMES: [&str; 5] = ["id0", "id1", "id2", "id3", "id4"];
const GROUP: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/\
                     myResourceGroup/providers";

fn id(name: &str) -> String {
    format!("{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}

fn machine_path(name: &str) -> String {
    format!("{GROUP}/Microsoft.Compute/virtualMachines/{name}?api-version=2025-04-01")
}

/// The identities of the machine: the system-assigned one, and the others by name.
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

/// A writer: the module, or somebody with a raw request who reads, and writes on condition.
#[derive(Clone, Debug)]
enum Writer {
    Module(Mutation),
    RawPatch(Mutation),
    RawPut(Mutation),
}

/// SplitMix64: small, and the same history for the same number on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

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

    fn writer(&mut self) -> Writer {
        match self.below(6) {
            0 => Writer::RawPatch(self.merge()),
            1 => Writer::RawPut(self.merge()),
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

async fn through_the_module(local: &Local, machine: &str, mutation: &Mutation) -> ResourceIdentity {
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
    let update = change_of(of(VIRTUAL_MACHINE, target(machine)), wanted);
    compute::update(&local.client, &update).await.unwrap()
}

/// Reads and writes on condition, until it is through.
async fn through_raw_requests(local: &Local, machine: &str, mutation: &Mutation, method: &str) {
    let path = machine_path(machine);
    loop {
        let (_, now) = local.raw("GET", &path, Value::Null).await;
        let before = state_of(&now);
        let after = mutation.applied_to(&before);
        let etag = now["etag"].as_str().unwrap();
        let body = body(&before, &after, method);
        let (status, answer) = local.raw_if(method, &path, Some(etag), body).await;
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
    json!({
        "location": "eastus",
        "identity": {"type": kind, "userAssignedIdentities": map},
    })
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

/// One history on one machine: writers at once, each with a few mutations one after the other.
async fn live(local: &Local, machine: &str, random: &mut Random) -> Vec<Report> {
    let writers = 2 + random.below(3);
    let plans: Vec<Vec<Writer>> = (0..writers)
        .map(|_| (0..=random.below(2)).map(|_| random.writer()).collect())
        .collect();
    let all = plans.into_iter().map(|plan| async move {
        let mut reports = Vec::new();
        for writer in plan {
            reports.push(write(local, machine, writer).await);
        }
        reports
    });
    join_all(all).await.into_iter().flatten().collect()
}

async fn write(local: &Local, machine: &str, writer: Writer) -> Report {
    let (mutation, told) = match writer {
        Writer::Module(mutation) => {
            let told = through_the_module(local, machine, &mutation).await;
            (mutation, Some((told.etag.clone(), seen(&told))))
        }
        Writer::RawPatch(mutation) => {
            through_raw_requests(local, machine, &mutation, "PATCH").await;
            (mutation, None)
        }
        Writer::RawPut(mutation) => {
            through_raw_requests(local, machine, &mutation, "PUT").await;
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
        let Some(at) = moments.iter().position(|moment| moment == told) else {
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

/// The moments of a machine among those of all.
fn moments(machine: &str, all: &Value) -> Vec<Moment> {
    let mine = all.as_array().unwrap().iter();
    let mine = mine.filter(|entry| name_in(entry["id"].as_str().unwrap()) == machine);
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

async fn prepare(operation_time: Duration) -> Local {
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
    for number in 0..MACHINES {
        let path = machine_path(&format!("vm{number}"));
        let body = json!({"location": "eastus"});
        assert_eq!(local.raw("PUT", &path, body).await.0, 201);
    }
    local
}

async fn run(histories: u64, operation_time: Duration) {
    let local = prepare(operation_time).await;
    let machines: Vec<_> = (0..MACHINES).map(|number| format!("vm{number}")).collect();
    let mut last = vec![None::<Moment>; machines.len()];
    let mut done = 0;
    while done < histories {
        let round = machines.iter().zip(done..).map(|(machine, seed)| {
            let local = &local;
            async move { live(local, machine, &mut Random(seed)).await }
        });
        let reports = join_all(round).await;
        let all = local.admin("GET", "history", Value::Null).await;
        local.admin("DELETE", "history", Value::Null).await;
        for (index, machine) in machines.iter().enumerate() {
            let mut moments: Vec<Moment> = last[index].take().into_iter().collect();
            moments.extend(self::moments(machine, &all));
            if let Err(wrong) = check(&moments, &reports[index]) {
                panic!(
                    "history {} on {machine}: {wrong}\n{moments:?}",
                    done + index as u64
                );
            }
            last[index] = moments.pop();
        }
        done += MACHINES;
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
    run(histories() * 9 / 10, Duration::ZERO).await;
}

#[tokio::test]
async fn nothing_is_lost_while_operations_take_their_time() {
    run(histories() / 10 + 1, Duration::from_millis(3)).await;
}
