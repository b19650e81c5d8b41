//! What tokens are for.

use super::refusal::{Refusal, refuse};
use crate::base::seed;
use crate::state::World;

/// What Azure Resource Manager calls itself.
pub(crate) const ARM_AUDIENCES: [&str; 2] = [
    "https://management.azure.com",
    "https://management.core.windows.net",
];

/// What Microsoft Graph calls itself; scopes without a resource are its own.
pub(crate) const GRAPH_AUDIENCES: [&str; 2] = [
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
];

/// The audience of tokens that are exchanged for others.
pub(crate) const EXCHANGE_AUDIENCE: &str = "api://AzureADTokenExchange";

/// The one tenant.
pub(crate) fn tenant_id() -> &'static str {
    seed::TENANT_ID
}

/// Whether a token for Microsoft Graph has this audience.
pub(crate) fn is_for_graph(world: &World, audience: &str) -> bool {
    let bare = audience.trim_end_matches('/');
    GRAPH_AUDIENCES.iter().any(|a| a.eq_ignore_ascii_case(bare))
        || bare.eq_ignore_ascii_case(&world.site.endpoint)
}

pub(crate) fn is_for_arm(world: &World, audience: &str) -> bool {
    let bare = audience.trim_end_matches('/');
    ARM_AUDIENCES.iter().any(|a| a.eq_ignore_ascii_case(bare))
        || bare.eq_ignore_ascii_case(&world.site.endpoint)
}

/// The error for a resource that tokens are not given out for.
pub(crate) fn check_resource(world: &World, resource: &str) -> Result<(), Refusal> {
    if is_for_arm(world, resource) || is_for_graph(world, resource) {
        return Ok(());
    }
    Err(refuse(
        400,
        "invalid_resource",
        500_011,
        format!(
            "The resource principal named {resource} was not found in the tenant named Emulator. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
        ),
    ))
}
