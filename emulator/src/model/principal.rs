//! Who is in the directory beside identities and applications.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::clock::Millis;
use crate::base::seed;

/// What roles can be given to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum PrincipalType {
    User,
    Group,
    ServicePrincipal,
    ForeignGroup,
    Device,
}

impl PrincipalType {
    /// As it is written in role assignments; read in any casing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [
            PrincipalType::User,
            PrincipalType::Group,
            PrincipalType::ServicePrincipal,
            PrincipalType::ForeignGroup,
            PrincipalType::Device,
        ]
        .into_iter()
        .find(|kind| kind.name().eq_ignore_ascii_case(text))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            PrincipalType::User => "User",
            PrincipalType::Group => "Group",
            PrincipalType::ServicePrincipal => "ServicePrincipal",
            PrincipalType::ForeignGroup => "ForeignGroup",
            PrincipalType::Device => "Device",
        }
    }
}

/// A principal that was registered; those of identities are not among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Principal {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: PrincipalType,
    pub(crate) display_name: String,
}

impl Principal {
    /// The group and the user that a fresh emulator has.
    pub(crate) fn seeded() -> [Self; 2] {
        let new = |id: &str, kind, display_name: &str| Principal {
            id: id.to_owned(),
            kind,
            display_name: display_name.to_owned(),
        };
        [
            new(seed::GROUP_ID, PrincipalType::Group, seed::GROUP),
            new(seed::USER_ID, PrincipalType::User, seed::USER_DISPLAY_NAME),
        ]
    }
}

/// What a group has beside its name. One that has only been registered has none of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DirectoryGroup {
    pub(crate) description: Option<String>,
    pub(crate) mail_nickname: Option<String>,
    pub(crate) created: Millis,
    /// The ids of those directly in it.
    pub(crate) members: BTreeSet<String>,
}
