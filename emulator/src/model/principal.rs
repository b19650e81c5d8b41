//! Who is in the directory beside identities and applications.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::app_role::AppRole;
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
    /// The application id of a service principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) app_id: Option<String>,
    /// The app roles of a service principal: what others can have on its API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) app_roles: Vec<AppRole>,
}

impl Principal {
    pub(crate) fn new(id: &str, kind: PrincipalType, display_name: &str) -> Self {
        Principal {
            id: id.to_owned(),
            kind,
            display_name: display_name.to_owned(),
            app_id: None,
            app_roles: Vec::new(),
        }
    }

    /// The group and the user that a fresh emulator has.
    pub(crate) fn seeded() -> [Self; 2] {
        [
            Self::new(seed::GROUP_ID, PrincipalType::Group, seed::GROUP),
            Self::new(seed::USER_ID, PrincipalType::User, seed::USER_DISPLAY_NAME),
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
