//! How the types of resources want their identity written.

use super::kinds::Kinds;
/// How a type of resource wants its identity written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// The type: `Microsoft.Web/sites/slots`.
    pub(super) kind: &'static str,
    /// The api-version for which the rest of this holds; empty where it is asked for.
    pub(super) version: &'static str,
    /// The kinds of identity that it can have.
    pub(super) kinds: Kinds,
    /// How a change is written.
    pub(super) write: Write,
    /// How `type` names both kinds at once.
    pub(super) both: &'static str,
    /// Whether a write can be conditional on the ETag.
    pub(super) if_match: bool,
    /// Whether a PATCH names the location, too.
    pub(super) location: bool,
    /// The settings that Azure resets when the identity changes: members of `properties`.
    pub(super) resets: &'static [&'static str],
    /// The path below the resource that tells why its last operation failed.
    pub(super) cause: Option<&'static str>,
    /// Where these facts are from.
    pub(super) source: &'static str,
}

/// How a change of the identity is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Write {
    /// By a PATCH of the identity alone.
    Patch(Naming),
    /// By a PUT of the whole resource as it was read: a PATCH changes tags alone.
    Put {
        /// What a GET does not show and a PUT needs.
        hidden: &'static [Hidden],
    },
    /// Not at all: Azure sets it when the resource is created.
    Never,
}

/// Which identities the map of a PATCH names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// Those that are added and removed: others stay.
    Changes,
    /// Those that stay, too: that is right whether others stay or go.
    All,
}

/// Objects in a resource with a member that a GET does not show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hidden {
    /// Where the objects are: members from the resource on, `[]` for each item of an array, `*` for
    /// each member.
    pub at: &'static str,
    /// What such an object has if nothing of it is hidden: one of these members.
    pub shown_by: &'static [&'static str],
}

/// `type` for both kinds, as most types have it.
pub(super) const SPACED: &str = "SystemAssigned, UserAssigned";

/// The same without the space.
pub(super) const UNSPACED: &str = "SystemAssigned,UserAssigned";

impl Way {
    /// The way of types about which nothing is known: one that is right under every meaning.
    pub(super) const GENERAL: Self = Self {
        kind: "",
        version: "",
        kinds: Kinds::ALL,
        write: Write::Patch(Naming::All),
        both: SPACED,
        if_match: false,
        location: false,
        resets: &[],
        cause: None,
        source: "",
    };

    /// Whether what a write leaves needs to be checked: where it is neither conditional nor known to
    /// keep what it does not name.
    pub(super) fn is_sure(&self) -> bool {
        self.if_match
            && matches!(
                self.write,
                Write::Patch(Naming::Changes) | Write::Put { .. }
            )
    }
}
