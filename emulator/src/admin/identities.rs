//! The identities of resources that are made, also those that are not there: in Azure, a resource
//! keeps an identity that is deleted.

use serde::Deserialize;
use serde_json::{Value, json};

use super::places::put_place;
use super::refusal::Refusal;
use crate::arm::assignment::{Rules, changed_by, first_missing, resolve};
use crate::base::json::object;
use crate::base::random;
use crate::identity::name_is_valid;
use crate::model::assignment::{Assignment, Known};
use crate::model::identity::{KIND, UserAssignedIdentity};
use crate::model::resource::Tags;
use crate::state::{State, key};

/// Which identities resources get.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identities {
    /// As in a request, in place of the others.
    identity: Option<Value>,
    #[serde(default)]
    system_assigned: bool,
    /// Ids, or names of identities in the group of the resource.
    #[serde(default)]
    user_assigned: Vec<String>,
    /// Makes those of `user_assigned` that are not there.
    #[serde(default)]
    create_identities: bool,
    /// The same of identities that were deleted after they had been assigned.
    #[serde(default)]
    deleted_identities: Vec<String>,
}

impl Identities {
    /// The identities of resources in one group.
    pub(super) fn in_place(&self, subscription: &str, group: &str) -> Assigned {
        let ids = |given: &[String]| -> Vec<String> {
            given
                .iter()
                .map(|one| match one.contains('/') {
                    true => one.clone(),
                    false => format!(
                        "/subscriptions/{subscription}/resourceGroups/{group}/providers/{KIND}/{one}"
                    ),
                })
                .collect()
        };
        let (live, deleted) = (ids(&self.user_assigned), ids(&self.deleted_identities));
        let kind = match (self.system_assigned, live.is_empty() && deleted.is_empty()) {
            (false, true) => None,
            (true, true) => Some("SystemAssigned"),
            (false, false) => Some("UserAssigned"),
            (true, false) => Some("SystemAssigned, UserAssigned"),
        };
        let own = kind.map(|kind| {
            let ids = live.iter().chain(&deleted);
            let map = object(ids.map(|id| (id.clone(), json!({}))));
            match map.is_empty() {
                true => json!({ "type": kind }),
                false => json!({ "type": kind, "userAssignedIdentities": map }),
            }
        });
        Assigned {
            two_ways: self.identity.is_some() && own.is_some(),
            identity: self.identity.clone().or(own),
            live,
            created: self.create_identities,
            deleted,
        }
    }
}

/// The identities of resources in one group.
pub(super) struct Assigned {
    /// As in a request.
    identity: Option<Value>,
    two_ways: bool,
    live: Vec<String>,
    created: bool,
    deleted: Vec<String>,
}

impl Assigned {
    /// What is wrong with them for a type of resources.
    pub(super) fn check(&self, state: &State, rules: &Rules) -> Result<(), Refusal> {
        if self.two_ways {
            return Err(Refusal::Invalid(
                "identity: it stands in place of systemAssigned, userAssigned and \
                 deletedIdentities"
                    .to_owned(),
            ));
        }
        let mut assigned = self.of(rules)?;
        for id in &self.deleted {
            if self.live.iter().any(|one| one.eq_ignore_ascii_case(id)) {
                return Err(Refusal::Invalid(format!(
                    "deletedIdentities: '{id}' is in userAssigned too"
                )));
            }
            if state.identity(id).is_some() {
                return Err(Refusal::Exists(format!(
                    "deletedIdentities: there is an identity '{id}'"
                )));
            }
            assigned.user.retain(|one| !one.id.eq_ignore_ascii_case(id));
        }
        if self.created {
            for id in &self.live {
                check_new(state, id)?;
            }
            return Ok(());
        }
        match first_missing(&assigned, state) {
            None => Ok(()),
            Some(id) if self.live.is_empty() => {
                Err(Refusal::Invalid(format!("identity: there is no '{id}'")))
            }
            Some(id) => Err(Refusal::Missing(format!(
                "userAssigned: there is no identity '{id}'"
            ))),
        }
    }

    /// Makes the identities that are not there and shall be.
    pub(super) fn create(&self, state: &mut State, location: &str) {
        for id in self.live.iter().filter(|_| self.created) {
            if let Some((subscription, group, name)) = parts(id)
                && state.identity(id).is_none()
            {
                put_place(state, subscription, group, location);
                let identity = UserAssignedIdentity {
                    subscription: subscription.to_owned(),
                    group: group.to_owned(),
                    name: name.to_owned(),
                    location: location.to_owned(),
                    tags: Tags::new(),
                    isolation_scope: "None".to_owned(),
                    assignment_restrictions: Default::default(),
                    principal_id: random::guid(),
                    client_id: random::guid(),
                    created: 0,
                };
                state.identities.insert(id.to_lowercase(), identity);
            }
        }
    }

    /// The identities of one resource, with principals. Of a deleted identity, the resource has the
    /// principal that it had.
    pub(super) fn resolved(&self, state: &State, rules: &Rules) -> Assignment {
        let mut assigned = self.of(rules).unwrap_or_default();
        resolve(&mut assigned, state);
        for reference in &mut assigned.user {
            reference.known.get_or_insert_with(|| Known {
                principal_id: random::guid(),
                client_id: random::guid(),
            });
        }
        assigned
    }

    fn of(&self, rules: &Rules) -> Result<Assignment, String> {
        changed_by(rules, &Assignment::default(), self.identity.as_ref()).map_err(|error| {
            let member = match (self.live.is_empty(), self.deleted.is_empty()) {
                (false, _) => "userAssigned",
                (true, false) => "deletedIdentities",
                (true, true) => "identity",
            };
            format!("{member}: {}", error.body.message)
        })
    }
}

/// Whether an identity can be made with that id.
fn check_new(state: &State, id: &str) -> Result<(), Refusal> {
    let Some((subscription, group, name)) = parts(id) else {
        return Err(Refusal::Invalid(format!(
            "userAssigned: '{id}' is not the id of an identity"
        )));
    };
    if !name_is_valid(name) {
        return Err(Refusal::Invalid(format!(
            "userAssigned: '{name}' is not a name of an identity: it has 3 to 128 letters, digits, \
             '-' and '_', and begins with a letter or a digit"
        )));
    }
    super::places::check_group_name("userAssigned", group)?;
    match state
        .subscriptions
        .contains_key(&subscription.to_lowercase())
    {
        true => Ok(()),
        false => Err(Refusal::Missing(format!(
            "userAssigned: there is no subscription '{subscription}'"
        ))),
    }
}

/// Subscription, group and name in the id of an identity.
fn parts(id: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = id.split('/').collect();
    let ["", _, subscription, _, group, _, _, _, name] = parts[..] else {
        return None;
    };
    let is_one = key::resource(subscription, group, KIND, name) == id.to_lowercase();
    is_one.then_some((subscription, group, name))
}
