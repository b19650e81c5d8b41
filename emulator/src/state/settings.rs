//! How the emulator behaves.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::clock::millis;
use crate::base::options::Options;
use crate::model::deny_assignment::DenyAssignment;
use crate::model::policy::Policy;

/// What a type that is not known does with the map of a `PATCH`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UnknownMap {
    Merge,
    Replace,
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
    /// Whether users decline at the sign-in page.
    pub(crate) decline_sign_ins: bool,
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
    /// What becomes of the identities that the map of a `PATCH` does not name, for the types that
    /// are not known to merge or to replace it.
    pub(crate) unknown_map: UnknownMap,
    /// The ids of identities that the caller may not assign to resources.
    pub(crate) unassignable: Vec<String>,
    /// The ids of subscriptions that can only be read and emptied.
    pub(crate) disabled_subscriptions: Vec<String>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) deny_assignments: Vec<DenyAssignment>,
}

impl Settings {
    /// Whether that subscription is disabled.
    pub(crate) fn is_disabled(&self, subscription: &str) -> bool {
        self.disabled_subscriptions
            .iter()
            .any(|id| id.eq_ignore_ascii_case(subscription))
    }
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
            decline_sign_ins: false,
            throttling: false,
            retry_after_seconds: None,
            replication_delay_ms: 0,
            federated_write_ms: 150,
            graph_delay_ms: 0,
            vm_write_limit: None,
            unknown_map: UnknownMap::Merge,
            unassignable: Vec::new(),
            disabled_subscriptions: Vec::new(),
            policies: Vec::new(),
            deny_assignments: Vec::new(),
        }
    }
}
