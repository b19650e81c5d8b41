//! Everything the emulator remembers.
//!
//! [`State`] is what Azure would keep (and what a state file holds); [`Session`] is what belongs
//! to this run: tokens, the request log, faults, settings. Both sit behind one lock, and every
//! handler is a plain function over them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Options;
use crate::arm::operations::{self, Operation};
use crate::arm::throttle::Throttle;
use crate::authorization::assignments::{self, RoleAssignment};
use crate::base::clock::{Clock, Millis, millis};
use crate::base::{random, seed};
use crate::compute::Machine;
use crate::deployment::{self, Deployment};
use crate::generic::Kept;
use crate::graph;
use crate::hosts::Hosts;
use crate::identity::UserAssignedIdentity;
use crate::identity::federated::FederatedCredential;
use crate::model::application::{self as applications, Application, Issuers};
use crate::oauth::device_code::DeviceCodes;
use crate::state::directory::{self, Principal};
use crate::state::faults::Faults;
use crate::state::history::History;
use crate::state::log::Log;
use crate::tokens::store::Tokens;

/// A map of tags: names to strings.
pub(crate) type Tags = Map<String, Value>;

/// What the emulated cloud holds. Maps are keyed by resource id in lower case, because ARM
/// compares ids without regard to casing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) identities: BTreeMap<String, UserAssignedIdentity>,
    #[serde(default)]
    pub(crate) federated: BTreeMap<String, FederatedCredential>,
    pub(crate) machines: BTreeMap<String, Machine>,
    #[serde(default)]
    pub(crate) kept: BTreeMap<String, Kept>,
    #[serde(default)]
    pub(crate) deployments: BTreeMap<String, Deployment>,
    #[serde(default)]
    pub(crate) assignments: BTreeMap<String, RoleAssignment>,
    /// By id.
    #[serde(default)]
    pub(crate) principals: BTreeMap<String, Principal>,
    /// What groups of the directory have beside their names, by id.
    #[serde(default)]
    pub(crate) directory_groups: BTreeMap<String, directory::Group>,
    /// By client id.
    #[serde(default = "applications::seeded")]
    pub(crate) applications: BTreeMap<String, Application>,
    /// By operation id.
    pub(crate) operations: BTreeMap<String, Operation>,
    /// The `c` of signed operation URLs: in Azure a certificate, here as long and as opaque.
    pub(crate) signing_certificate: String,
}

/// A subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tenant_id: String,
}

/// A resource group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) subscription: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Option<Tags>,
    /// A deletion is running.
    pub(crate) deleting: bool,
}

impl Group {
    pub(crate) fn seeded(subscription: &str, name: &str) -> Self {
        Group {
            subscription: subscription.to_owned(),
            name: name.to_owned(),
            location: seed::LOCATION.to_owned(),
            tags: None,
            deleting: false,
        }
    }
}

impl State {
    /// The state that a fresh emulator has.
    pub(crate) fn seeded(now: Millis) -> Self {
        let subscription = Subscription {
            id: seed::SUBSCRIPTION_ID.to_owned(),
            name: seed::SUBSCRIPTION_NAME.to_owned(),
            tenant_id: seed::TENANT_ID.to_owned(),
        };
        let groups = [seed::RESOURCE_GROUP, seed::SECOND_RESOURCE_GROUP].map(|name| {
            let group = Group::seeded(seed::SUBSCRIPTION_ID, name);
            (key::group(seed::SUBSCRIPTION_ID, name), group)
        });
        let vm = Machine::seeded(now);
        let principals = Principal::seeded().map(|one| (one.id.clone(), one));
        State {
            subscriptions: BTreeMap::from([(subscription.id.clone(), subscription)]),
            groups: BTreeMap::from(groups),
            identities: BTreeMap::new(),
            federated: BTreeMap::new(),
            machines: BTreeMap::from([(vm.key(), vm)]),
            kept: BTreeMap::new(),
            deployments: BTreeMap::new(),
            assignments: BTreeMap::new(),
            principals: BTreeMap::from(principals),
            directory_groups: BTreeMap::new(),
            applications: applications::seeded(),
            operations: BTreeMap::new(),
            signing_certificate: random::opaque(2_030),
        }
    }
}

impl State {
    /// A group is gone, and everything in it.
    pub(crate) fn forget_group(&mut self, subscription: &str, group: &str) {
        let key = key::group(subscription, group);
        let inside = key::in_group(subscription, group);
        let stays = |id: &String| !id.starts_with(&inside);
        self.groups.remove(&key);
        self.identities.retain(|id, _| stays(id));
        self.federated.retain(|id, _| stays(id));
        self.machines.retain(|id, _| stays(id));
        self.kept.retain(|id, _| stays(id));
        self.deployments.retain(|id, _| stays(id));
        assignments::forget(self, &key);
    }
}

/// Keys of the maps in [`State`].
pub(crate) mod key {
    pub(crate) fn group(subscription: &str, group: &str) -> String {
        format!("/subscriptions/{subscription}/resourcegroups/{group}").to_lowercase()
    }

    /// `kind` is the namespace and type, `Microsoft.Compute/virtualMachines`.
    pub(crate) fn resource(subscription: &str, group: &str, kind: &str, name: &str) -> String {
        format!(
            "{}/providers/{kind}/{name}",
            self::group(subscription, group)
        )
        .to_lowercase()
    }

    /// What the ids of everything in a group, and of nothing else, begin with.
    pub(crate) fn in_group(subscription: &str, group: &str) -> String {
        format!("{}/", self::group(subscription, group))
    }

    /// What the ids of everything in a subscription begin with.
    pub(crate) fn in_subscription(subscription: &str) -> String {
        format!("/subscriptions/{subscription}/").to_lowercase()
    }
}

/// The entries of a map whose keys begin with `prefix`, in the order of the keys.
pub(crate) fn within<'a, 'p, T>(
    map: &'a BTreeMap<String, T>,
    prefix: &'p str,
) -> impl Iterator<Item = (&'a String, &'a T)> + use<'a, 'p, T> {
    map.range(prefix.to_owned()..)
        .take_while(move |(key, _)| key.starts_with(prefix))
}

/// How the emulator behaves; `PATCH /_emulator/settings` changes it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) latency_ms: u64,
    pub(crate) operation_ms: u64,
    pub(crate) page_size: usize,
    /// Of applications and users.
    pub(crate) token_lifetime_seconds: u64,
    pub(crate) managed_identity_token_lifetime_seconds: u64,
    /// How far the clock is ahead that the server shows: the `Date` header, the times in tokens
    /// and those that assertions are checked by.
    pub(crate) clock_skew_seconds: i64,
    /// What a user's token has to have been asked for with to write:
    /// `{"access_token": {name: {"value": …}}}`.
    pub(crate) require_claims: Option<Map<String, Value>>,
    pub(crate) device_code_interval_seconds: u64,
    pub(crate) device_code_lifetime_seconds: u64,
    pub(crate) throttling: bool,
    /// Sent as `Retry-After` while an operation runs; Azure usually sends none.
    pub(crate) retry_after_seconds: Option<u64>,
    /// How long the principals of new identities are unknown to role assignments and to Graph.
    pub(crate) replication_delay_ms: u64,
    /// How long a write of a federated credential takes; another one under the same identity is
    /// refused meanwhile.
    pub(crate) federated_write_ms: u64,
    /// How late Resource Graph is.
    pub(crate) graph_delay_ms: u64,
    /// Writes to one virtual machine or scale set in a minute; none for no limit.
    pub(crate) vm_write_limit: Option<u32>,
    /// The ids of identities that the caller may not assign to machines.
    pub(crate) unassignable: Vec<String>,
}

impl Settings {
    pub(crate) fn of(options: &Options) -> Self {
        Settings {
            latency_ms: millis(options.latency),
            operation_ms: millis(options.operation_time),
            page_size: options.page_size,
            token_lifetime_seconds: options.token_lifetime.as_secs(),
            managed_identity_token_lifetime_seconds: 86_400,
            clock_skew_seconds: 0,
            require_claims: None,
            device_code_interval_seconds: 5,
            device_code_lifetime_seconds: 900,
            throttling: false,
            retry_after_seconds: None,
            replication_delay_ms: 0,
            federated_write_ms: 150,
            graph_delay_ms: 0,
            vm_write_limit: None,
            unassignable: Vec::new(),
        }
    }
}

/// Where a resource provider's registration stands; one that is not in the map is registered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Registration {
    NotRegistered,
    /// Registered from that time on.
    Registering(Millis),
}

/// What belongs to this run and is not kept in a state file.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) settings: Settings,
    pub(crate) tokens: Tokens,
    pub(crate) device_codes: DeviceCodes,
    pub(crate) issuers: Issuers,
    pub(crate) hosts: Hosts,
    pub(crate) log: Log,
    pub(crate) history: History,
    pub(crate) faults: Faults,
    pub(crate) throttle: Throttle,
    pub(crate) graph: graph::Index,
    /// Until when a federated credential is being written, by identity.
    pub(crate) federated_writes: HashMap<String, Millis>,
    /// The deployments that run, by id in lower case.
    pub(crate) runs: BTreeMap<String, deployment::Run>,
    /// By namespace in lower case.
    pub(crate) registrations: HashMap<String, Registration>,
    /// Why the state file could not be written last time.
    pub(crate) state_error: Option<String>,
}

/// What the emulator is, for the whole run.
#[derive(Debug)]
pub(crate) struct Site {
    /// `http://127.0.0.1:PORT`.
    pub(crate) endpoint: String,
    pub(crate) clock: Clock,
    pub(crate) started: Millis,
    /// The settings to go back to on a reset.
    pub(crate) initial: Settings,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) state: State,
    pub(crate) session: Session,
    /// Counts the changes of `state`, for whoever writes it to a file.
    pub(crate) revision: u64,
}

impl World {
    pub(crate) fn new(endpoint: String, clock: Clock, options: &Options, state: State) -> Self {
        let initial = Settings::of(options);
        World {
            site: Site {
                endpoint,
                clock,
                started: clock.now(),
                initial: initial.clone(),
            },
            state,
            session: Session {
                settings: initial,
                tokens: Tokens::default(),
                device_codes: DeviceCodes::default(),
                issuers: Issuers::default(),
                hosts: Hosts::default(),
                log: Log::default(),
                history: History::default(),
                faults: Faults::default(),
                throttle: Throttle::default(),
                graph: graph::Index::default(),
                federated_writes: HashMap::new(),
                runs: BTreeMap::new(),
                registrations: HashMap::new(),
                state_error: None,
            },
            revision: 0,
        }
    }

    /// The time that the server shows: its own, and the skew on top.
    pub(crate) fn shown(&self) -> Millis {
        let skew = self.session.settings.clock_skew_seconds;
        self.site
            .clock
            .now()
            .saturating_add_signed(skew.saturating_mul(1_000))
    }

    /// Ends every operation whose time has come. Called before each request is handled, which
    /// gives the same picture as if operations ended by themselves.
    pub(crate) fn settle(&mut self, now: Millis) {
        // A deployment starts a resource when those before it are through: what happens meanwhile
        // happens in the order of time.
        while let Some(due) = deployment::next_due(self).filter(|due| *due <= now) {
            operations::settle(&mut self.state, due);
            deployment::advance(self, due);
            self.revision += 1;
        }
        if operations::settle(&mut self.state, now) {
            self.revision += 1;
        }
    }

    /// Something may have changed since that revision; true when it has.
    pub(crate) fn changed_since(&mut self, revision: u64, now: Millis) -> bool {
        let changed = self.revision != revision;
        if changed {
            self.session.graph.observe(&self.state, now);
        }
        changed
    }

    /// Back to the start: resources, settings, log and faults. Tokens stay valid, so that a client
    /// that has signed in need not notice.
    pub(crate) fn reset(&mut self, now: Millis) {
        self.state = State::seeded(now);
        self.session.settings = self.site.initial.clone();
        self.session.tokens.clear_counts();
        self.session.device_codes.clear();
        self.session.issuers.clear();
        self.session.hosts.clear();
        self.session.log.clear();
        self.session.history.clear();
        self.session.faults.clear();
        self.session.throttle = Throttle::default();
        self.session.graph = graph::Index::default();
        self.session.federated_writes.clear();
        self.session.runs.clear();
        self.session.registrations.clear();
        self.revision += 1;
    }

    pub(crate) fn registration(&self, namespace: &str, now: Millis) -> &'static str {
        match self.session.registrations.get(&namespace.to_lowercase()) {
            None => "Registered",
            Some(Registration::Registering(until)) if *until <= now => "Registered",
            Some(Registration::Registering(_)) => "Registering",
            Some(Registration::NotRegistered) => "NotRegistered",
        }
    }
}

/// The content of a state file.
pub(crate) mod file {
    use super::*;

    const FORMAT: u64 = 1;

    pub(crate) fn write(state: &State) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(&json!({ "format": FORMAT, "state": state }))
            .expect("a state has only string keys and finite numbers");
        text.push(b'\n');
        text
    }

    /// The state in `text`, or what is wrong with it.
    pub(crate) fn read(text: &[u8]) -> Result<State, String> {
        let value: Value = serde_json::from_slice(text).map_err(|e| format!("not JSON: {e}"))?;
        match value.get("format").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(other) => return Err(format!("format {other}, where {FORMAT} is known")),
            None => return Err("not a state file of the emulator: no format number".to_owned()),
        }
        let state = value.get("state").cloned().unwrap_or(Value::Null);
        serde_json::from_value(state).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_file_reads_back() {
        let text = file::write(&State::seeded(0));
        let state = file::read(&text).unwrap();
        assert_eq!(file::write(&state), text);
        assert_eq!(state.groups.len(), 2);
        assert_eq!(state.machines.len(), 1);
    }

    #[test]
    fn a_file_from_an_older_emulator_reads_too() {
        let mut old: Value = serde_json::from_slice(&file::write(&State::seeded(0))).unwrap();
        let state = old["state"].as_object_mut().unwrap();
        for later in [
            "assignments",
            "principals",
            "applications",
            "federated",
            "directoryGroups",
            "kept",
            "deployments",
        ] {
            assert!(state.remove(later).is_some(), "{later}");
        }
        let state = file::read(old.to_string().as_bytes()).unwrap();
        assert!(state.assignments.is_empty());
        assert!(
            state.applications.contains_key(seed::CLIENT_ID),
            "it may sign in"
        );
    }

    #[test]
    fn what_is_not_a_state_file_is_refused_with_a_reason() {
        let cases: [(&[u8], &str); 5] = [
            (b"", "not JSON"),
            (b"{\"format\":1,\"state\":{\"groups\"", "not JSON"),
            (b"{}", "no format number"),
            (b"{\"format\":2,\"state\":{}}", "format 2"),
            (b"{\"format\":1,\"state\":{}}", "missing field"),
        ];
        for (text, reason) in cases {
            let error = file::read(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_group_does_not_hold_what_is_in_a_group_with_a_longer_name() {
        assert!(!key::group("S", "rg2").starts_with(&key::in_group("s", "RG")));
        assert!(key::resource("S", "Rg", "A/b", "c").starts_with(&key::in_group("s", "RG")));
    }
}
