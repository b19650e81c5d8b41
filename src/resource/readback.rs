//! What a write has come to, where its answer alone is no proof: the resource is compared with what
//! was there before and with what was wanted.

use super::change::{IdentityType, Patch};
use super::model::ResourceIdentity;
use crate::base::same_name;

/// How a resource differs, after a write, from what the write should have left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// User-assigned identities that were there, were to stay, and are gone.
    pub lost: Vec<String>,
    /// Whether the system-assigned identity was to stay and is gone, or has become another.
    pub system_lost: bool,
    /// Identities that were to be added and are not there.
    pub not_added: Vec<String>,
    /// Identities that were to be removed and are there.
    pub not_removed: Vec<String>,
    /// Whether the system-assigned identity was to change and has not.
    pub not_switched: bool,
}

impl Difference {
    /// Between what a patch of `before` should have left and `after`.
    pub fn of(before: &ResourceIdentity, patch: &Patch, after: &ResourceIdentity) -> Self {
        let has = |id: &String| after.assigned.iter().any(|one| same_name(&one.id, id));
        let which = |ids: &[String], there: bool| {
            let ids = ids.iter().filter(|id| has(id) == there);
            ids.cloned().collect()
        };
        let wanted = patch.identity_type.has_system_assigned();
        let is_on = after.identity_type.has_system_assigned();
        let stays = wanted && patch.system_assigned.is_none();
        Self {
            lost: which(&patch.kept, false),
            system_lost: stays && (!is_on || is_another(before, after)),
            not_added: which(&patch.added, false),
            not_removed: which(&patch.removed, true),
            not_switched: patch.system_assigned.is_some() && is_on != wanted,
        }
    }

    /// Whether something is gone that was to stay.
    pub fn is_loss(&self) -> bool {
        !self.lost.is_empty() || self.system_lost
    }

    /// Whether the change has not been made, or not all of it.
    pub fn is_incomplete(&self) -> bool {
        !self.not_added.is_empty() || !self.not_removed.is_empty() || self.not_switched
    }

    /// What puts back what is lost of a resource, and makes the rest of the change: the patch from
    /// `after`.
    pub fn remedy(&self, patch: &Patch, after: &ResourceIdentity) -> Patch {
        let state = after.state();
        let missing = |id: &&String| !state.user_assigned.iter().any(|held| same_name(held, id));
        let system = patch.identity_type.has_system_assigned();
        let added: Vec<String> = patch.remaining().filter(missing).cloned().collect();
        let removed = self.not_removed.clone();
        let stays = |held: &&String| !removed.iter().any(|gone| same_name(gone, held));
        let kept: Vec<String> = state.user_assigned.iter().filter(stays).cloned().collect();
        Patch {
            identity_type: IdentityType::of(system, kept.len() + added.len() > 0),
            kept,
            added,
            removed,
            system_assigned: (system != state.system_assigned).then_some(system),
        }
    }
}

/// A system-assigned identity that was turned off and on is another principal.
fn is_another(before: &ResourceIdentity, after: &ResourceIdentity) -> bool {
    let known = |one: &ResourceIdentity| !one.principal_id.is_empty();
    known(before)
        && known(after)
        && !before
            .principal_id
            .eq_ignore_ascii_case(&after.principal_id)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::base::ResourceId;
    use crate::identity::USER_ASSIGNED_IDENTITY;
    use crate::resource::change::{Change, plan};

    fn id(name: &str) -> ResourceId {
        let subscription = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
        ResourceId::new(USER_ASSIGNED_IDENTITY, subscription, "rg", name).unwrap()
    }

    fn resource(principal: &str, names: &[&str]) -> ResourceIdentity {
        let map: Map<String, Value> = names
            .iter()
            .map(|name| (id(name).to_string(), json!({})))
            .collect();
        let kind = IdentityType::of(!principal.is_empty(), !names.is_empty());
        let one = json!({
            "id": "/subscriptions/s/resourceGroups/g/providers/A.B/c/d", "name": "d",
            "identity": {
                "type": kind.as_str(), "principalId": principal, "userAssignedIdentities": map,
            },
        });
        serde_json::from_value(one).unwrap()
    }

    fn patch(before: &ResourceIdentity, add: &str, remove: &str, switch: Option<bool>) -> Patch {
        let change = Change::Merge {
            add: vec![id(add)],
            remove: vec![id(remove)],
            system_assigned: switch,
            remove_missing: false,
        };
        plan(&before.state(), &change).unwrap()
    }

    #[test]
    fn what_is_gone_and_what_is_not_done_are_told_apart() {
        let before = resource("p", &["id1", "id2", "id3"]);
        let change = patch(&before, "id4", "id1", None);
        let exact = resource("p", &["ID4", "id2", "id3"]);
        assert_eq!(
            Difference::of(&before, &change, &exact),
            Difference::default()
        );

        let bad = Difference::of(&before, &change, &resource("", &["id1", "id3"]));
        assert_eq!(bad.lost, [id("id2").to_string()]);
        assert!(bad.system_lost && bad.is_loss() && bad.is_incomplete());
        assert_eq!(bad.not_added, [id("id4").to_string()]);
        assert_eq!(bad.not_removed, [id("id1").to_string()]);
        // An identity that another client adds is no difference.
        let more = resource("p", &["id2", "id3", "id4", "id5"]);
        assert_eq!(
            Difference::of(&before, &change, &more),
            Difference::default()
        );
    }

    #[test]
    fn another_principal_is_a_loss_and_a_switched_one_is_not() {
        let before = resource("p", &["id1"]);
        let change = patch(&before, "id2", "id9", None);
        let other = resource("q", &["id1", "id2"]);
        assert!(Difference::of(&before, &change, &other).system_lost);
        let off = patch(&before, "id2", "id9", Some(false));
        assert!(Difference::of(&before, &off, &other).not_switched);
        let gone = resource("", &["id1", "id2"]);
        assert_eq!(Difference::of(&before, &off, &gone), Difference::default());
    }

    #[test]
    fn a_remedy_restores_and_completes_and_keeps_what_another_client_added() {
        let before = resource("p", &["id1", "id2"]);
        let change = patch(&before, "id4", "id1", None);
        let after = resource("", &["id1", "id5"]);
        let remedy = Difference::of(&before, &change, &after).remedy(&change, &after);
        let texts = |names: &[&str]| names.iter().map(|name| id(name).to_string()).collect();
        let wanted = Patch {
            identity_type: IdentityType::SystemAndUserAssigned,
            kept: texts(&["id5"]),
            added: texts(&["id2", "id4"]),
            removed: texts(&["id1"]),
            system_assigned: Some(true),
        };
        assert_eq!(remedy, wanted);
    }
}
