//! The versions of the sign-in protocol, and tenants in its paths.

use crate::tokens::audience::tenant_id;
use crate::tokens::refusal::{Refusal, refuse};

/// The two versions of the sign-in protocol: by `resource`, and by `scope`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Version {
    V1,
    V2,
}

impl Version {
    pub(super) fn number(self) -> u8 {
        match self {
            Version::V1 => 1,
            Version::V2 => 2,
        }
    }

    /// The parameter that says what the token is for.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Version::V1 => "resource",
            Version::V2 => "scope",
        }
    }
}

/// The tenants that stand for any.
pub(super) fn is_any_tenant(tenant: &str) -> bool {
    ["common", "organizations", "consumers"]
        .iter()
        .any(|any| any.eq_ignore_ascii_case(tenant))
}

pub(super) fn check_tenant(tenant: &str) -> Result<(), Refusal> {
    if tenant.eq_ignore_ascii_case(tenant_id()) {
        return Ok(());
    }
    Err(refuse(
        400,
        "invalid_request",
        90_002,
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        ),
    ))
}
