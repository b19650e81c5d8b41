//! The kinds of hosts, and those that are on.

use std::collections::BTreeMap;

use serde::Serialize;

use super::agent::Agent;
use crate::state::Part;
use crate::tokens::store::Grant;

/// The kinds of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum HostKind {
    Imds,
    AppService,
    Automation,
    Arc,
    CloudShell,
    MachineLearning,
    GitHubActions,
}

pub(super) const ALL: [(HostKind, &str); 7] = [
    (HostKind::Imds, "imds"),
    (HostKind::AppService, "appService"),
    (HostKind::Automation, "automation"),
    (HostKind::Arc, "arc"),
    (HostKind::CloudShell, "cloudShell"),
    (HostKind::MachineLearning, "machineLearning"),
    (HostKind::GitHubActions, "gitHubActions"),
];

impl HostKind {
    pub(super) fn parse(name: &str) -> Option<Self> {
        ALL.iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(kind, _)| *kind)
    }

    pub(super) fn grant(self) -> Grant {
        match self {
            HostKind::Imds => Grant::Imds,
            HostKind::AppService => Grant::AppService,
            HostKind::Automation => Grant::Automation,
            HostKind::Arc => Grant::Arc,
            HostKind::CloudShell => Grant::CloudShell,
            HostKind::MachineLearning => Grant::MachineLearning,
            HostKind::GitHubActions => Grant::GitHubActions,
        }
    }
}

/// A host that is on.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) machine: Option<String>,
    pub(super) header: Secret,
    pub(super) arc: Option<Agent>,
    /// GitHub Actions: the subject of the workflow's tokens.
    pub(super) subject: Option<String>,
}

/// A text that shows in no output but the one that hands it over.
pub(super) struct Secret(pub(super) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// The hosts that are on.
#[derive(Debug, Default)]
pub(super) struct Hosts(pub(super) BTreeMap<HostKind, Host>);

impl Part for Hosts {
    fn reset(&mut self) {
        self.0.clear();
    }
}
