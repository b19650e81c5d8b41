//! The difference between an identity and what is wanted of it, and the requests that write it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::{API_VERSION, Properties, UserAssignedIdentity, isolation_scope};
use super::{restriction, tags};
use crate::arm::{Client, Plan, Reply, Request, Versions};
use crate::base::{Method, ResourceId, Result};

/// The first api-versions that have the properties. Source: the service's specification.
const ISOLATION_SCOPE: Versions = Versions::Since {
    version: "2024-11-30",
    needed_by: "-IsolationScope",
};
const ASSIGNMENT_RESTRICTIONS: Versions = Versions::Since {
    version: "2026-05-31",
    needed_by: "-AssignmentRestriction",
};

/// What is wanted of the properties of an identity. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    scope: Option<&'static str>,
    restriction: Option<Vec<String>>,
}

impl Wishes {
    /// Checks what a caller wants.
    ///
    /// # Errors
    /// `InvalidIsolationScope` and `InvalidAssignmentRestriction`.
    pub(super) fn checked(scope: Option<&str>, restriction: Option<&[String]>) -> Result<Self> {
        Ok(Self {
            scope: isolation_scope(scope)?,
            restriction: restriction.map(restriction::checked).transpose()?,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.scope.is_none() && self.restriction.is_none()
    }

    /// What of it is not so yet.
    fn beyond(self, current: &Properties) -> Self {
        let current_scope = current.isolation_scope.as_deref().unwrap_or("None");
        let current_restriction = &current.assignment_restriction;
        Self {
            scope: (self.scope).filter(|scope| !scope.eq_ignore_ascii_case(current_scope)),
            restriction: (self.restriction)
                .filter(|wanted| !restriction::same(wanted, current_restriction)),
        }
    }

    /// What of it a new identity has to be told: not that it can be assigned to everything.
    pub(super) fn of_a_new_identity(&self) -> Self {
        Self {
            scope: self.scope,
            restriction: self.restriction.clone().filter(|all| !all.is_empty()),
        }
    }

    /// The properties of a body; none where nothing is wanted of them.
    pub(super) fn body(&self) -> Option<Value> {
        let mut properties = Map::new();
        if let Some(scope) = self.scope {
            properties.insert("isolationScope".to_owned(), json!(scope));
        }
        if let Some(providers) = &self.restriction {
            let restrictions = json!({ "providers": providers });
            properties.insert("assignmentRestrictions".to_owned(), restrictions);
        }
        (!properties.is_empty()).then(|| properties.into())
    }

    /// What a plan says of a new identity beside its location.
    pub(super) fn described(&self) -> String {
        let wanted = self.of_a_new_identity();
        let scope = wanted.scope.map(|scope| format!("isolation scope {scope}"));
        let restriction = wanted.restriction.map(|all| only(&all));
        let words: Vec<String> = [scope, restriction].into_iter().flatten().collect();
        match words.is_empty() {
            true => String::new(),
            false => format!(", {}", words.join(", ")),
        }
    }
}

fn only(providers: &[String]) -> String {
    format!("assignable to {} only", providers.join(", "))
}

/// The difference between an identity and what is wanted of it.
pub(super) struct Change {
    id: ResourceId,
    current: UserAssignedIdentity,
    tags: Option<BTreeMap<String, String>>,
    wishes: Wishes,
}

impl Change {
    /// Keeps of what is wanted only what is not so yet.
    pub(super) fn new(
        id: &ResourceId,
        current: UserAssignedIdentity,
        tags: Option<BTreeMap<String, String>>,
        wishes: Wishes,
    ) -> Self {
        Self {
            tags: tags.filter(|tags| *tags != current.tags),
            wishes: wishes.beyond(&current.properties),
            id: id.clone(),
            current,
        }
    }

    fn is_empty(&self) -> bool {
        self.tags.is_none() && self.wishes.is_empty()
    }

    /// Makes the change, if there is one. A PATCH keeps what it does not name.
    pub(super) async fn apply(self, client: &Client) -> Result<UserAssignedIdentity> {
        if self.is_empty() {
            return Ok(self.current);
        }
        let mut body = Map::new();
        if let Some(tags) = &self.tags {
            body.insert("tags".to_owned(), json!(tags));
        }
        if let Some(properties) = self.wishes.body() {
            body.insert("properties".to_owned(), properties);
        }
        let reply = send(client, Method::PATCH, &self.id, &body.into()).await?;
        reply.json(self.id.as_str())
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
        if let Some(scope) = self.wishes.scope {
            words.push(format!("set its isolation scope to {scope}"));
        }
        if let Some(providers) = &self.wishes.restriction {
            words.push(match providers.is_empty() {
                true => "make it assignable to resources of all types".to_owned(),
                false => format!("make it {}", only(providers)),
            });
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
        let scope = self.wishes.scope.iter();
        effects.extend(scope.map(|scope| format!("set the isolation scope of '{id}' to {scope}")));
        effects.extend(
            (self.wishes.restriction.iter()).map(|all| match all.is_empty() {
                true => format!("make '{id}' assignable to resources of all types"),
                false => format!("make '{id}' {}", only(all)),
            }),
        );
        effects
    }
}

/// Writes an identity that was not there. Returns what became of it, and whether it was there after
/// all: Azure answers 201 for one that it creates.
pub(super) async fn put(
    client: &Client,
    id: &ResourceId,
    body: &Value,
) -> Result<(UserAssignedIdentity, bool)> {
    let reply = send(client, Method::PUT, id, body).await?;
    // A repetition finds what the lost attempt has created.
    let was_there = reply.status == 200 && !reply.repeated;
    Ok((reply.json(id.as_str())?, was_there))
}

async fn send(client: &Client, method: Method, id: &ResourceId, body: &Value) -> Result<Reply> {
    let properties = &body["properties"];
    let versions = match (
        properties.get("assignmentRestrictions"),
        properties.get("isolationScope"),
    ) {
        (Some(_), _) => ASSIGNMENT_RESTRICTIONS,
        (None, Some(_)) => ISOLATION_SCOPE,
        (None, None) => Versions::Any,
    };
    let url = client.url(id.as_str(), API_VERSION);
    let request = Request::new(method, url, id.as_str()).body(body);
    client.send(request.versions(versions)).await
}
