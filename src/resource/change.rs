//! The heart of the matter: from what is there and what is wanted to the patch between them.
//! No input or output; nothing that was not named is ever in a patch.

use crate::base::{ResourceId, same_name};

/// Which kinds of identity a resource has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityType {
    /// None.
    None,
    /// The system-assigned one alone.
    SystemAssigned,
    /// User-assigned ones alone.
    UserAssigned,
    /// Both kinds.
    SystemAndUserAssigned,
}

impl IdentityType {
    /// The type of a resource with these kinds.
    pub fn of(system_assigned: bool, user_assigned: bool) -> Self {
        match (system_assigned, user_assigned) {
            (false, false) => Self::None,
            (true, false) => Self::SystemAssigned,
            (false, true) => Self::UserAssigned,
            (true, true) => Self::SystemAndUserAssigned,
        }
    }

    /// Azure's spelling, which comes with and without a space after the comma.
    pub fn read(text: &str) -> Self {
        let has = |kind: &str| {
            text.split(',')
                .any(|part| part.trim().eq_ignore_ascii_case(kind))
        };
        Self::of(has("SystemAssigned"), has("UserAssigned"))
    }

    /// The spelling that Azure returns.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::SystemAssigned => "SystemAssigned",
            Self::UserAssigned => "UserAssigned",
            Self::SystemAndUserAssigned => "SystemAssigned, UserAssigned",
        }
    }

    /// Whether the system-assigned identity is among them.
    pub fn has_system_assigned(self) -> bool {
        matches!(self, Self::SystemAssigned | Self::SystemAndUserAssigned)
    }

    /// Whether user-assigned identities are among them.
    pub fn has_user_assigned(self) -> bool {
        matches!(self, Self::UserAssigned | Self::SystemAndUserAssigned)
    }
}

/// The identities that a resource has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whether the system-assigned one is on.
    pub system_assigned: bool,
    /// The ids of the user-assigned ones, as the provider holds them.
    pub user_assigned: Vec<String>,
    /// Those of them that are known not to exist any more.
    pub missing: Vec<String>,
}

/// What is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What is not named stays.
    Merge {
        /// The identities to add.
        add: Vec<ResourceId>,
        /// The identities to remove.
        remove: Vec<ResourceId>,
        /// Turns the system-assigned one on or off.
        system_assigned: Option<bool>,
        /// Removes those that do not exist any more, unless they are to be added.
        remove_missing: bool,
    },
    /// What is not named goes.
    Exact {
        /// The kinds after the change.
        identity_type: IdentityType,
        /// The user-assigned identities after the change.
        identities: Vec<ResourceId>,
    },
}

/// A change that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// An identity is to be added and removed.
    AddedAndRemoved(String),
    /// A type without user-assigned identities, and some are named.
    IdentitiesNotWanted(IdentityType),
    /// A type with user-assigned identities, and none is named.
    IdentitiesMissing(IdentityType),
    /// Nothing is wanted at all.
    Nothing,
}

/// What lies between the state and the change; empty when it is so already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The type after the change.
    pub identity_type: IdentityType,
    /// The ids that stay, as the provider holds them.
    pub kept: Vec<String>,
    /// The ids to add.
    pub added: Vec<String>,
    /// The ids to remove, as the provider holds them.
    pub removed: Vec<String>,
    /// The system-assigned identity, where it changes.
    pub system_assigned: Option<bool>,
}

impl Patch {
    /// The user-assigned identities after the change.
    pub fn remaining(&self) -> impl Iterator<Item = &String> {
        self.kept.iter().chain(&self.added)
    }

    /// Whether it is so already.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.system_assigned.is_none()
    }
}

/// The patch from `state` to `change`.
///
/// # Errors
/// A change that contradicts itself, whatever the state.
pub fn plan(state: &State, change: &Change) -> Result<Patch, Refused> {
    match change {
        Change::Merge {
            add,
            remove,
            system_assigned,
            remove_missing,
        } => {
            let is_empty = add.is_empty() && remove.is_empty() && system_assigned.is_none();
            if is_empty && !remove_missing {
                return Err(Refused::Nothing);
            }
            if let Some(both) = add.iter().find(|id| remove.contains(id)) {
                return Err(Refused::AddedAndRemoved(both.as_str().to_owned()));
            }
            let system_assigned = system_assigned.unwrap_or(state.system_assigned);
            let is_dead = |id: &str| state.missing.iter().any(|dead| dead == id) && !names(add, id);
            let removed = held(state, |id| {
                names(remove, id) || (*remove_missing && is_dead(id))
            });
            Ok(patch(state, system_assigned, add, removed))
        }
        Change::Exact {
            identity_type,
            identities,
        } => {
            check_exact(*identity_type, identities)?;
            let removed = held(state, |id| !names(identities, id));
            let system_assigned = identity_type.has_system_assigned();
            Ok(patch(state, system_assigned, identities, removed))
        }
    }
}

fn check_exact(identity_type: IdentityType, identities: &[ResourceId]) -> Result<(), Refused> {
    match (identity_type.has_user_assigned(), identities.is_empty()) {
        (true, true) => Err(Refused::IdentitiesMissing(identity_type)),
        (false, false) => Err(Refused::IdentitiesNotWanted(identity_type)),
        _ => Ok(()),
    }
}

fn patch(
    state: &State,
    system_assigned: bool,
    wanted: &[ResourceId],
    removed: Vec<String>,
) -> Patch {
    let mut added: Vec<String> = Vec::new();
    for id in wanted.iter().map(ResourceId::as_str) {
        let is_known = |known: &String| same_name(known, id);
        if !state.user_assigned.iter().any(is_known) && !added.iter().any(is_known) {
            added.push(id.to_owned());
        }
    }
    let kept = held(state, |id| !removed.iter().any(|gone| gone == id));
    Patch {
        identity_type: IdentityType::of(system_assigned, kept.len() + added.len() > 0),
        kept,
        added,
        removed,
        system_assigned: (system_assigned != state.system_assigned).then_some(system_assigned),
    }
}

fn held(state: &State, which: impl Fn(&str) -> bool) -> Vec<String> {
    let held = state.user_assigned.iter();
    held.filter(|id| which(id)).cloned().collect()
}

fn names(ids: &[ResourceId], id: &str) -> bool {
    ids.iter().any(|known| same_name(known.as_str(), id))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identity::USER_ASSIGNED_IDENTITY;

    const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

    fn id(name: &str) -> ResourceId {
        ResourceId::new(USER_ASSIGNED_IDENTITY, SUBSCRIPTION, "rg", name).unwrap()
    }

    fn ids(names: &[&str]) -> Vec<ResourceId> {
        names.iter().map(|name| id(name)).collect()
    }

    fn state(system_assigned: bool, names: &[&str]) -> State {
        State {
            system_assigned,
            user_assigned: names
                .iter()
                .map(|name| id(name).as_str().to_owned())
                .collect(),
            missing: Vec::new(),
        }
    }

    fn merge(add: &[&str], remove: &[&str], system_assigned: Option<bool>) -> Change {
        Change::Merge {
            add: ids(add),
            remove: ids(remove),
            system_assigned,
            remove_missing: false,
        }
    }

    fn exact(identity_type: IdentityType, identities: &[&str]) -> Change {
        Change::Exact {
            identity_type,
            identities: ids(identities),
        }
    }

    #[test]
    fn the_type_is_the_one_after_the_change() {
        use IdentityType::{SystemAndUserAssigned, SystemAssigned, UserAssigned};
        const NO: IdentityType = IdentityType::None;
        let cases = [
            (state(false, &[]), merge(&["id1"], &[], None), UserAssigned),
            (
                state(true, &[]),
                merge(&["id1"], &[], None),
                SystemAndUserAssigned,
            ),
            (
                state(true, &["id1"]),
                merge(&[], &["id1"], None),
                SystemAssigned,
            ),
            (state(false, &["id1"]), merge(&[], &["id1"], None), NO),
            (
                state(false, &["id1"]),
                merge(&[], &[], Some(true)),
                SystemAndUserAssigned,
            ),
            (
                state(true, &["id1"]),
                merge(&[], &[], Some(false)),
                UserAssigned,
            ),
            (state(true, &[]), merge(&[], &[], Some(false)), NO),
            (state(true, &["id1"]), exact(NO, &[]), NO),
            (
                state(true, &["id1"]),
                exact(SystemAssigned, &[]),
                SystemAssigned,
            ),
            (
                state(true, &["id1"]),
                exact(UserAssigned, &["id2"]),
                UserAssigned,
            ),
        ];
        for (state, change, wanted) in cases {
            assert_eq!(
                plan(&state, &change).unwrap().identity_type,
                wanted,
                "{change:?}"
            );
        }
    }

    #[test]
    fn a_held_id_is_removed_in_its_own_casing() {
        let mut state = state(true, &["id1", "id2"]);
        state.user_assigned[0] = state.user_assigned[0].to_uppercase();
        let patch = plan(&state, &merge(&[], &["id1"], None)).unwrap();
        assert_eq!(patch.removed, [state.user_assigned[0].clone()]);
    }

    #[test]
    fn what_is_so_already_is_an_empty_patch() {
        let both = state(true, &["id1"]);
        for change in [
            merge(&["id1", "ID1"], &["id9"], Some(true)),
            exact(IdentityType::SystemAndUserAssigned, &["ID1"]),
        ] {
            assert!(plan(&both, &change).unwrap().is_empty(), "{change:?}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let none = State::default();
        assert!(matches!(
            plan(&none, &merge(&["id1"], &["ID1"], None)),
            Err(Refused::AddedAndRemoved(_))
        ));
        assert_eq!(plan(&none, &merge(&[], &[], None)), Err(Refused::Nothing));
        assert!(matches!(
            plan(&none, &exact(IdentityType::SystemAssigned, &["id1"])),
            Err(Refused::IdentitiesNotWanted(_))
        ));
        assert!(matches!(
            plan(&none, &exact(IdentityType::UserAssigned, &[])),
            Err(Refused::IdentitiesMissing(_))
        ));
    }

    /// Names in two casings, so that sets overlap and casing matters.
    fn some_names() -> impl Strategy<Value = Vec<ResourceId>> {
        prop::collection::vec("(id|ID)[0-5]", 0..6)
            .prop_map(|names| names.iter().map(|name| id(name)).collect())
    }

    fn distinct(ids: Vec<ResourceId>) -> Vec<String> {
        let mut known: Vec<ResourceId> = Vec::new();
        for id in ids {
            if !known.contains(&id) {
                known.push(id);
            }
        }
        known.iter().map(|id| id.as_str().to_owned()).collect()
    }

    /// What a patch makes of a state.
    fn applied(state: &State, patch: &Patch) -> State {
        State {
            system_assigned: patch.identity_type.has_system_assigned(),
            user_assigned: patch.remaining().cloned().collect(),
            missing: state.missing.clone(),
        }
    }

    fn has(state: &State, id: &str) -> bool {
        state
            .user_assigned
            .iter()
            .any(|held| held.eq_ignore_ascii_case(id))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_merge_changes_what_was_named_and_nothing_else(
            system in any::<bool>(),
            held in some_names(),
            add in some_names(),
            remove in some_names(),
            switch in any::<Option<bool>>(),
            remove_missing in any::<bool>(),
            dead in any::<u8>(),
        ) {
            let user_assigned = distinct(held);
            let missing = user_assigned
                .iter()
                .enumerate()
                .filter(|(index, _)| dead & (1 << index) != 0)
                .map(|(_, id)| id.clone())
                .collect();
            let before = State { system_assigned: system, user_assigned, missing };
            let change = Change::Merge {
                add: add.clone(), remove: remove.clone(), system_assigned: switch, remove_missing,
            };
            let dropped = |id: &String| remove_missing && before.missing.contains(id);
            let Ok(patch) = plan(&before, &change) else { return Ok(()) };
            let after = applied(&before, &patch);

            prop_assert_eq!(after.system_assigned, switch.unwrap_or(system));
            for id in &add {
                prop_assert!(has(&after, id.as_str()));
            }
            for id in &remove {
                prop_assert!(!has(&after, id.as_str()));
            }
            for id in &before.user_assigned {
                prop_assert!(
                    has(&after, id) || names(&remove, id) || dropped(id), "{id} was lost"
                );
                if dropped(id) && !names(&add, id) {
                    prop_assert!(!has(&after, id), "{id} is dead and still there");
                }
            }
            for id in &after.user_assigned {
                prop_assert!(has(&before, id) || names(&add, id), "{id} came from nowhere");
            }
            prop_assert_eq!(
                patch.identity_type,
                IdentityType::of(after.system_assigned, !after.user_assigned.is_empty())
            );
            prop_assert!(plan(&after, &change).unwrap().is_empty(), "a second time changes nothing");
        }

        #[test]
        fn the_exact_form_leaves_just_what_was_named(
            system in any::<bool>(),
            held in some_names(),
            wanted in some_names(),
            kind in prop::sample::select(vec![
                IdentityType::None, IdentityType::SystemAssigned,
                IdentityType::UserAssigned, IdentityType::SystemAndUserAssigned,
            ]),
        ) {
            let before = State {
                system_assigned: system, user_assigned: distinct(held), missing: Vec::new(),
            };
            let change = Change::Exact { identity_type: kind, identities: wanted.clone() };
            let Ok(patch) = plan(&before, &change) else { return Ok(()) };
            let after = applied(&before, &patch);

            prop_assert_eq!(after.system_assigned, kind.has_system_assigned());
            prop_assert_eq!(after.user_assigned.len(), distinct(wanted.clone()).len());
            for id in &wanted {
                prop_assert!(has(&after, id.as_str()));
            }
            for id in &patch.removed {
                prop_assert!(has(&before, id) && !has(&after, id));
            }
        }
    }
}
