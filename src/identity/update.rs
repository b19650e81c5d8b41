//! Changes to an identity that exists.

use std::collections::BTreeMap;

use serde_json::{Map, json};

use super::create::write;
use super::list::read;
use super::model::isolation_scope;
use super::{USER_ASSIGNED_IDENTITY, UserAssignedIdentity, tags};
use crate::arm::{Client, Plan, Target};
use crate::base::{Error, Method, ResourceId, Result};

/// What to change about an identity.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Which identity.
    pub target: Target,
    /// The tags that replace those it has; none given leaves them.
    pub tags: Option<BTreeMap<String, String>>,
    /// `None` or `Regional`; not given leaves it.
    pub isolation_scope: Option<String>,
}

/// Changes an identity. When all is as wanted, nothing is written.
///
/// # Errors
/// What breaks a rule, before any request; `ResourceNotFound` and the like.
pub async fn update(client: &Client, wanted: &Update) -> Result<UserAssignedIdentity> {
    change(client, wanted).await?.apply(client).await
}

/// What [`update`] would do.
///
/// # Errors
/// Those of [`update`], as far as reading finds them.
pub async fn plan_update(client: &Client, wanted: &Update) -> Result<Plan> {
    Ok(change(client, wanted).await?.plan())
}

async fn change(client: &Client, wanted: &Update) -> Result<Change> {
    let id = wanted.target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let scope = isolation_scope(wanted.isolation_scope.as_deref())?;
    if wanted.tags.is_none() && scope.is_none() {
        return Err(Error::missing(
            "Tag",
            "specify the change with -Tag or -IsolationScope.",
        ));
    }
    if let Some(tags) = &wanted.tags {
        tags::check(tags)?;
    }
    let held = read(client, &id).await?;
    Ok(Change::new(&id, held, wanted.tags.clone(), scope))
}

/// The difference between an identity and what is wanted of it.
pub(super) struct Change {
    id: ResourceId,
    held: UserAssignedIdentity,
    tags: Option<BTreeMap<String, String>>,
    scope: Option<&'static str>,
}

impl Change {
    /// Keeps of what is wanted only what is not so yet.
    pub(super) fn new(
        id: &ResourceId,
        held: UserAssignedIdentity,
        tags: Option<BTreeMap<String, String>>,
        scope: Option<&'static str>,
    ) -> Self {
        let held_scope = held.properties.isolation_scope.as_deref().unwrap_or("None");
        Self {
            tags: tags.filter(|tags| *tags != held.tags),
            scope: scope.filter(|scope| !scope.eq_ignore_ascii_case(held_scope)),
            id: id.clone(),
            held,
        }
    }

    fn is_empty(&self) -> bool {
        self.tags.is_none() && self.scope.is_none()
    }

    /// Makes the change, if there is one.
    pub(super) async fn apply(self, client: &Client) -> Result<UserAssignedIdentity> {
        if self.is_empty() {
            return Ok(self.held);
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
            resource: self.id.to_string(),
            description,
            effects: self.effects(),
        }
    }

    /// Each thing that the change does.
    fn effects(&self) -> Vec<String> {
        let (id, held) = (&self.id, &self.held.tags);
        let mut effects = Vec::new();
        if let Some(tags) = &self.tags {
            let set = tags
                .iter()
                .filter(|(name, value)| held.get(*name) != Some(value));
            effects.extend(set.map(|(name, value)| format!("set tag {name}={value} of '{id}'")));
            let lost = held.keys().filter(|name| !tags.contains_key(*name));
            effects.extend(lost.map(|name| format!("remove tag {name} of '{id}'")));
        }
        let scope = self.scope.iter();
        effects.extend(scope.map(|scope| format!("set the isolation scope of '{id}' to {scope}")));
        effects
    }
}
