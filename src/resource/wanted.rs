//! The change as the caller words it, and what is wrong with it before any request.

use super::change::{Change, IdentityType, Refused, State, plan};
use super::subject::Named;
use crate::base::{Error, ResourceId, Result};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// What is wanted of a resource's identity. An identity is a resource id, or a bare name that
/// stands for the identity of that name in the resource's group. For a plan it may be an empty text:
/// an identity that is not known yet, because its creation is only planned.
#[derive(Clone, Debug)]
pub struct Update {
    /// The resource.
    pub resource: Named,
    /// The change.
    pub wanted: Wanted,
    /// Whether to return as soon as Azure has accepted the change.
    pub no_wait: bool,
    /// Whether to remove an identity although the resource's settings name it.
    pub force: bool,
}

/// A change as the caller words it.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// What is not named stays.
    Merge {
        /// The identities to add.
        add: Vec<String>,
        /// The identities to remove.
        remove: Vec<String>,
        /// Turns the system-assigned identity on or off.
        system_assigned: Option<bool>,
        /// Drops references to identities that do not exist any more.
        remove_missing: bool,
    },
    /// What is not named goes.
    Exact {
        /// The kinds after the change.
        identity_type: IdentityType,
        /// The user-assigned identities after the change.
        identities: Vec<String>,
    },
}

impl Wanted {
    /// The removal of one identity.
    pub(crate) fn removal(identity: &ResourceId) -> Self {
        Self::Merge {
            add: Vec::new(),
            remove: vec![identity.to_string()],
            system_assigned: None,
            remove_missing: false,
        }
    }

    /// The change of a resource that this asks for.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub(super) fn change_of(&self, resource: &ResourceId) -> Result<Change> {
        let ids = |parameter: &str, given: &[String]| -> Result<Vec<ResourceId>> {
            given
                .iter()
                .map(|text| identity_id(resource, parameter, text))
                .collect()
        };
        let change = match self {
            Self::Merge {
                add,
                remove,
                system_assigned,
                remove_missing,
            } => Change::Merge {
                add: ids("AddIdentityId", add)?,
                remove: ids("RemoveIdentityId", remove)?,
                system_assigned: *system_assigned,
                remove_missing: *remove_missing,
            },
            Self::Exact {
                identity_type,
                identities,
            } => Change::Exact {
                identity_type: *identity_type,
                identities: ids("IdentityId", identities)?,
            },
        };
        // A change that contradicts itself does so whatever the resource has.
        plan(&State::default(), &change).map_err(refused)?;
        Ok(change)
    }
}

/// The name that stands in a plan for an identity that is not known yet.
const UNKNOWN: &str = "an-identity-that-is-not-known-yet";

/// The same in a plan's words.
const UNKNOWN_IN_WORDS: &str = "an identity that is not known yet";

/// Whether an id is that of an identity that is not known yet.
pub(super) fn is_unknown(id: &str) -> bool {
    id.ends_with(UNKNOWN)
}

/// A plan with words for each identity that is not known yet.
pub(super) fn unknown_in_words(description: &str) -> String {
    description.replace(UNKNOWN, UNKNOWN_IN_WORDS)
}

impl Update {
    /// The change with a name for each identity that is not known yet.
    pub(super) fn with_unknown(&self) -> Self {
        let mut update = self.clone();
        let named = |ids: &mut Vec<String>| {
            for id in ids.iter_mut().filter(|id| id.is_empty()) {
                UNKNOWN.clone_into(id);
            }
        };
        match &mut update.wanted {
            Wanted::Merge { add, remove, .. } => {
                named(add);
                named(remove);
            }
            Wanted::Exact { identities, .. } => named(identities),
        }
        update
    }
}

/// An id, or a bare name in the resource's group.
fn identity_id(resource: &ResourceId, parameter: &str, text: &str) -> Result<ResourceId> {
    if text.contains('/') {
        return ResourceId::parse(USER_ASSIGNED_IDENTITY, parameter, text);
    }
    let (subscription, group) = (resource.subscription(), resource.group());
    if (USER_ASSIGNED_IDENTITY.name_is_valid)(text) && !group.is_empty() {
        return ResourceId::new(USER_ASSIGNED_IDENTITY, subscription, group, text);
    }
    let rule = match group.is_empty() {
        true => {
            "it must be an identity's resource id: the resource is in no resource group.".to_owned()
        }
        false => format!(
            "it must be an identity's resource id, or its name: {}",
            USER_ASSIGNED_IDENTITY.name_rule
        ),
    };
    Err(Error::invalid("InvalidIdentityId", parameter, text, &rule))
}

/// What a change contradicts itself in, as an error.
pub(super) fn refused(refusal: Refused) -> Error {
    let code = "InvalidIdentityChange";
    match refusal {
        Refused::AddedAndRemoved(id) => Error::invalid(
            code,
            "RemoveIdentityId",
            &id,
            "-AddIdentityId names it too.",
        ),
        Refused::IdentitiesNotWanted(kind) => Error::invalid(
            code,
            "IdentityType",
            kind.as_str(),
            "it allows no user-assigned identities, so omit -IdentityId.",
        ),
        Refused::IdentitiesMissing(kind) => Error::invalid(
            code,
            "IdentityType",
            kind.as_str(),
            "specify the user-assigned identities with -IdentityId.",
        ),
        Refused::Nothing => Error::missing(
            "AddIdentityId",
            "specify the change with -AddIdentityId, -RemoveIdentityId, -RemoveMissing, \
             -EnableSystemAssigned or -DisableSystemAssigned, or with -IdentityType.",
        ),
    }
}
