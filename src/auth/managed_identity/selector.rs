//! Which of a machine's managed identities is meant.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::{Error, Result, is_guid};

/// Which of a machine's identities.
pub(super) enum IdentitySelector {
    /// The system-assigned one, or the only one.
    Default,
    /// One by a GUID: its client id or, which looks the same, its object id.
    Id {
        id: String,
        is_object_id: AtomicBool,
    },
    /// One by its resource id.
    ResourceId(String),
}

/// What an endpoint calls the three ways to name an identity.
pub(super) struct ParameterNames {
    pub(super) client_id: &'static str,
    pub(super) object_id: &'static str,
    pub(super) resource_id: &'static str,
}

impl IdentitySelector {
    /// # Errors
    /// `InvalidAccountId`.
    pub(super) fn named(account_id: Option<&str>) -> Result<Self> {
        match account_id.map(str::trim) {
            None => Ok(Self::Default),
            Some(id) if is_guid(id) => Ok(Self::Id {
                id: id.to_owned(),
                is_object_id: AtomicBool::new(false),
            }),
            Some(id) if id.to_ascii_lowercase().starts_with("/subscriptions/") => {
                Ok(Self::ResourceId(id.to_owned()))
            }
            Some(id) => Err(Error::invalid(
                "InvalidAccountId",
                "AccountId",
                id,
                "it must be the client id or object id (a GUID) of an identity, or its resource \
                 id.",
            )),
        }
    }

    pub(super) fn parameter(&self, names: &ParameterNames) -> Option<(&'static str, &str)> {
        match self {
            Self::Default => None,
            Self::Id { id, is_object_id } => match is_object_id.load(Ordering::Relaxed) {
                false => Some((names.client_id, id)),
                true => Some((names.object_id, id)),
            },
            Self::ResourceId(id) => Some((names.resource_id, id)),
        }
    }

    /// Takes a GUID that is no client id for an object id; false when that was tried.
    pub(super) fn try_object_id(&self) -> bool {
        match self {
            Self::Id { is_object_id, .. } => !is_object_id.swap(true, Ordering::Relaxed),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_named_in_three_ways() {
        let names = ParameterNames {
            client_id: "c",
            object_id: "o",
            resource_id: "r",
        };
        let guid = "00001111-aaaa-2222-bbbb-3333cccc4444";
        let selector = IdentitySelector::named(Some(guid)).unwrap();
        assert_eq!(selector.parameter(&names), Some(("c", guid)));
        assert!(selector.try_object_id());
        assert_eq!(selector.parameter(&names), Some(("o", guid)));
        assert!(!selector.try_object_id());
        let id = "/subscriptions/s/resourceGroups/g/providers/x";
        let selector = IdentitySelector::named(Some(id)).unwrap();
        assert_eq!(selector.parameter(&names), Some(("r", id)));
        assert!(!selector.try_object_id());
        assert!(
            IdentitySelector::named(None)
                .unwrap()
                .parameter(&names)
                .is_none()
        );
        let error = IdentitySelector::named(Some("bob")).err().unwrap();
        assert_eq!(error.code(), "InvalidAccountId");
    }
}
