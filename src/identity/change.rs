//! The difference between an identity and what is wanted of it, and the requests that write it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::{API_VERSION, UserAssignedIdentity};
use super::tags;
use crate::arm::{Client, Plan, Request, Versions};
use crate::base::{Method, ResourceId, Result};

/// The first api-version that has `isolationScope`.
const ISOLATION_SCOPE: &str = "2024-11-30";

/// The difference between an identity and what is wanted of it.
pub(super) struct Change {
    id: ResourceId,
    current: UserAssignedIdentity,
    tags: Option<BTreeMap<String, String>>,
    scope: Option<&'static str>,
}

impl Change {
    /// Keeps of what is wanted only what is not so yet.
    pub(super) fn new(
        id: &ResourceId,
        current: UserAssignedIdentity,
        tags: Option<BTreeMap<String, String>>,
        scope: Option<&'static str>,
    ) -> Self {
        let current_scope = current
            .properties
            .isolation_scope
            .as_deref()
            .unwrap_or("None");
        Self {
            tags: tags.filter(|tags| *tags != current.tags),
            scope: scope.filter(|scope| !scope.eq_ignore_ascii_case(current_scope)),
            id: id.clone(),
            current,
        }
    }

    fn is_empty(&self) -> bool {
        self.tags.is_none() && self.scope.is_none()
    }

    /// Makes the change, if there is one.
    pub(super) async fn apply(self, client: &Client) -> Result<UserAssignedIdentity> {
        if self.is_empty() {
            return Ok(self.current);
        }
        let mut body = Map::new();
        if let Some(tags) = &self.tags {
            body.insert("tags".to_owned(), json!(tags));
        }
        if let Some(scope) = self.scope {
            body.insert("properties".to_owned(), json!({ "isolationScope": scope }));
        }
        write(client, Method::PATCH, &self.id, &body.into()).await
    }

    /// The change in words.
    pub(super) fn plan(&self) -> Plan {
        let mut words = Vec::new();
        if let Some(tags) = &self.tags {
            words.push(match tags.is_empty() {
                true => "remove its tags".to_owned(),
                false => format!("set its tags to {}", tags::names(tags)),
            });
        }
        if let Some(scope) = self.scope {
            words.push(format!("set its isolation scope to {scope}"));
        }
        let description = match words.is_empty() {
            true => format!(
                "No change needed: user-assigned identity '{}' already matches",
                self.id
            ),
            false => format!(
                "Update user-assigned identity '{}': {}",
                self.id,
                words.join(", ")
            ),
        };
        Plan {
            details: Vec::new(),
            resource: self.id.to_string(),
            description,
            effects: self.effects(),
        }
    }

    /// Each thing that the change does.
    fn effects(&self) -> Vec<String> {
        let (id, current) = (&self.id, &self.current.tags);
        let mut effects = Vec::new();
        if let Some(tags) = &self.tags {
            let set = tags
                .iter()
                .filter(|(name, value)| current.get(*name) != Some(value));
            effects.extend(set.map(|(name, value)| format!("set tag {name}={value} of '{id}'")));
            let lost = current.keys().filter(|name| !tags.contains_key(*name));
            effects.extend(lost.map(|name| format!("remove tag {name} of '{id}'")));
        }
        let scope = self.scope.iter();
        effects.extend(scope.map(|scope| format!("set the isolation scope of '{id}' to {scope}")));
        effects
    }
}

/// Writes an identity and reads what became of it.
pub(super) async fn write(
    client: &Client,
    method: Method,
    id: &ResourceId,
    body: &Value,
) -> Result<UserAssignedIdentity> {
    let versions = match body["properties"]["isolationScope"].is_null() {
        true => Versions::Any,
        false => Versions::Since(ISOLATION_SCOPE),
    };
    let url = client.url(id.as_str(), API_VERSION);
    let request = Request::new(method, url, id.as_str()).body(body);
    let reply = client.send(request.versions(versions)).await?;
    reply.json(id.as_str())
}
