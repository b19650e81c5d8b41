//! App roles, which are the application permissions of an API, and who has them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::clock::Millis;
use crate::base::random;

/// The role of an API that declares none.
pub(crate) const DEFAULT_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// An app role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AppRole {
    pub(crate) id: String,
    /// What the `roles` of a token have.
    pub(crate) value: Option<String>,
    pub(crate) display_name: String,
    #[serde(default)]
    pub(crate) description: String,
    /// `Application` and `User`, which stands for groups, too.
    #[serde(default = "applications")]
    pub(crate) allowed_member_types: Vec<String>,
    #[serde(default = "enabled")]
    pub(crate) is_enabled: bool,
}

fn applications() -> Vec<String> {
    vec!["Application".to_owned()]
}

fn enabled() -> bool {
    true
}

impl AppRole {
    /// Whether applications (or else users and groups) can have it.
    pub(crate) fn is_for(&self, application: bool) -> bool {
        let kind = if application { "Application" } else { "User" };
        self.allowed_member_types.iter().any(|one| one == kind)
    }
}

/// An app role that somebody has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AppRoleAssignment {
    pub(crate) id: String,
    /// The object id of who has it.
    pub(crate) principal_id: String,
    /// The object id of the API's service principal.
    pub(crate) resource_id: String,
    pub(crate) app_role_id: String,
    pub(crate) created: Millis,
}

impl AppRoleAssignment {
    pub(crate) fn new(principal: &str, resource: &str, role: &str, now: Millis) -> Self {
        AppRoleAssignment {
            id: new_id(principal),
            principal_id: principal.to_owned(),
            resource_id: resource.to_owned(),
            app_role_id: role.to_lowercase(),
            created: now,
        }
    }
}

/// A new id: 32 bytes in base64url, of which the first 16 are the principal's id, in the order of
/// bytes that .NET has for GUIDs. Source: the examples in Microsoft Graph's documentation.
fn new_id(principal: &str) -> String {
    let digits: Vec<u8> = principal
        .bytes()
        .filter_map(|digit| char::from(digit).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    let mut bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    bytes.resize(16, 0);
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes.extend(random::bytes::<16>());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a text can be the id of an assignment.
pub(crate) fn is_id(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_begin_with_the_principal_as_graph_s_do() {
        let id = new_id("8e881353-1735-45af-af21-ee1344582a4d");
        // Of the documentation: UxOIjjUXr0WvIe4TRFgqTY4z9Wu5KxpBtlEpoTGjw-A.
        assert!(id.starts_with("UxOIjjUXr0WvIe4TRFgqT"), "{id}");
        assert_eq!(id.len(), 43);
        assert!(is_id(&id) && is_id("41W1zT6z1U-kJxf62svfp1HFE8pMZhxDun-ThPczmJE"));
        assert!(!is_id("x") && !is_id(""));
        assert_ne!(id, new_id("8e881353-1735-45af-af21-ee1344582a4d"));
    }
}
