//! One run of a command under faults, and what it came to.

use std::collections::BTreeMap;
use std::time::Duration;

use managed_identity::base::{Error, Result};
use serde_json::{Value, json};

use super::commands::Command;
use super::stage::{BYSTANDER, Fixture, LIMIT, Stage};

/// More than a command may take, with time for a machine that has much to do: a command that takes it has no end.
const NEVER: Duration = LIMIT.saturating_mul(6);

/// Which requests of a command meet a fault, of those that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    First,
    Every,
    FirstWrite,
    EveryWrite,
}

impl Extent {
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::First, Self::Every, Self::FirstWrite, Self::EveryWrite].into_iter()
    }

    pub fn is_for_writes(self) -> bool {
        matches!(self, Self::FirstWrite | Self::EveryWrite)
    }

    /// The fault as it is armed.
    pub fn of(self, name: &str) -> Value {
        let times = match self {
            Self::First | Self::FirstWrite => 1,
            Self::Every | Self::EveryWrite => 1_000_000,
        };
        let method = self.is_for_writes().then_some("WRITE");
        json!({ "name": name, "times": times, "method": method })
    }
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The code of the error; none where the command succeeded.
    pub code: Option<String>,
    /// Whether the error says that Azure may have made the change.
    pub may_be_done: bool,
    /// How many requests met a fault.
    pub met: usize,
    /// How often each change was carried out.
    pub effects: BTreeMap<String, usize>,
}

/// A command under faults.
#[derive(Debug)]
pub struct Run {
    pub command: &'static Command,
    pub faults: Vec<Value>,
}

impl Run {
    /// Whether the service says that something is not there, which need not be removed then.
    fn denies_what_is_there(&self) -> bool {
        self.faults.iter().any(|fault| fault["name"] == "NotFound")
    }

    /// The command without a fault.
    pub fn plain(command: &'static Command) -> Self {
        let faults = Vec::new();
        Self { command, faults }
    }
}

impl Outcome {
    /// Runs a command on a fresh emulator, in the state of the fixture.
    ///
    /// # Panics
    /// When it does not end, or an identity is lost that it did not name.
    pub async fn of(run: &Run, fixture: &Fixture, name: &str) -> Self {
        let stage = Stage::open(fixture, name).await;
        for fault in &run.faults {
            stage.admin("POST", "faults", fault.clone()).await;
        }
        let ended = tokio::time::timeout(NEVER, run.command.run(&stage, fixture)).await;
        let result = ended.unwrap_or_else(|_| panic!("{run:?} has no end"));
        let log = stage.log().await;
        check_bystander(&stage, run).await;
        Self::read(&result, &log)
    }

    fn read(result: &Result<()>, log: &[Value]) -> Self {
        let mut effects = BTreeMap::new();
        for entry in log.iter().filter(|entry| is_effect(entry)) {
            *effects.entry(line(entry)).or_default() += 1;
        }
        Self {
            code: result.as_ref().err().map(|error| error.code().to_owned()),
            may_be_done: result.as_ref().is_err_and(Error::may_be_done),
            met: log.iter().filter(|entry| entry["fault"] == true).count(),
            effects,
        }
    }

    /// Checks what holds of every run, given the one without a fault.
    ///
    /// # Panics
    /// When a change was made that the command does not make, or one twice that is not a PUT, which
    /// sends the same again; when it succeeded without its changes, or failed with them and does not say
    /// so.
    pub fn check(&self, run: &Run, plain: &Self) {
        for (line, times) in &self.effects {
            assert!(
                plain.effects.contains_key(line),
                "{run:?}: {line} was not asked for"
            );
            let once = *times == 1 || says_what_is_to_be(line);
            assert!(once, "{run:?}: {line} was carried out {times} times");
        }
        let told = self.effects.is_empty() || self.may_be_done || self.is_told(plain);
        assert!(
            told,
            "{run:?}: {:?} was done, and {:?}",
            self.effects, self.code
        );
        let done = plain
            .effects
            .keys()
            .all(|line| self.effects.contains_key(line));
        assert!(
            done || self.code.is_some() || run.denies_what_is_there(),
            "{run:?}: succeeded without {:?}",
            plain.effects
        );
    }

    /// Whether the result says itself what has become of the changes: all of them are done, some are,
    /// or Azure goes on or says how its operation ended.
    fn is_told(&self, plain: &Self) -> bool {
        const OF_OPERATIONS: [&str; 3] = [
            "InternalOperationError",
            "OperationFailed",
            "OperationTimeout",
        ];
        match &self.code {
            None => true,
            Some(code) => {
                self.effects.len() < plain.effects.len() || OF_OPERATIONS.contains(&code.as_str())
            }
        }
    }

    /// The run in a few words, given the one without a fault. None where it met no fault.
    pub fn told(&self, run: &Run, plain: &Self) -> Option<String> {
        if self.met == 0 {
            return None;
        }
        let result = match &self.code {
            Some(code) => format!("`{code}`"),
            None => "succeeds".to_owned(),
        };
        let hits = match (self.code.as_deref(), self.met) {
            // How many there are until then is a matter of time.
            (Some("OperationTimeout"), _) => "hits until then".to_owned(),
            (Some(_), _) if run.command.sends_several_at_once() => "one or more hits".to_owned(),
            (_, 1) => "1 hit".to_owned(),
            _ if run.command.sends_several_at_once() => "several hits".to_owned(),
            // An operation is looked at as often as its time allows.
            (_, 13..) => "more than 12 hits".to_owned(),
            (_, met) => format!("{met} hits"),
        };
        let changes = match (self.effects.len(), plain.effects.len()) {
            (_, 0) => String::new(),
            (0, _) => ", no change".to_owned(),
            (some, all) if some < all => ", some of the changes".to_owned(),
            _ if self.code.is_some() && run.command.is_refused_while_writing() => {
                ", changed once or more alike".to_owned()
            }
            _ => match self.effects.values().max() {
                Some(times) if *times > 1 => format!(", changed {times} times alike"),
                _ => ", changed".to_owned(),
            },
        };
        Some(format!("{result}, {hits}{changes}"))
    }
}

/// The last segments of actions that change nothing.
const READING: [&str; 5] = [
    "getbyids",
    "listassociatedresources",
    "resources",
    "token",
    "whatif",
];

/// Whether a request changed something, whatever its sender was told.
fn is_effect(entry: &Value) -> bool {
    let target = path(entry).to_lowercase();
    let changed = match entry["serviceStatus"].as_u64() {
        // Resource Manager says so of what is not there; Microsoft Graph has no other success.
        Some(204) => target.starts_with("/v1.0/"),
        status => matches!(status, Some(200..=299)),
    };
    let reads = entry["method"] == "GET"
        || entry["method"] == "HEAD"
        || entry["method"] == "POST" && READING.iter().any(|action| target.ends_with(action));
    changed && !reads
}

fn path(entry: &Value) -> &str {
    let target = entry["path"].as_str().unwrap();
    target.split('?').next().unwrap()
}

fn line(entry: &Value) -> String {
    format!("{} {}", entry["method"].as_str().unwrap(), path(entry))
}

/// Whether a request that is carried out twice comes to the same as once: a PUT, the PATCH of an
/// identity's tags, which replaces them, and the revocation of its tokens.
fn says_what_is_to_be(line: &str) -> bool {
    let identity = line.starts_with("PATCH ") && line.contains("/userAssignedIdentities/");
    line.starts_with("PUT ") || identity || line.ends_with("/revokeTokens")
}

/// The identity that no command names is in every state that a resource has had.
async fn check_bystander(stage: &Stage, run: &Run) {
    let history = stage.admin("GET", "history", Value::Null).await;
    for state in history.as_array().unwrap() {
        let ids = state["userAssigned"].as_array().unwrap();
        let there = ids
            .iter()
            .any(|id| id.as_str().unwrap().ends_with(BYSTANDER));
        assert!(there, "{run:?} lost an identity: {state}");
    }
}
