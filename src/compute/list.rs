//! Lists of machines, from their provider.

use serde_json::value::RawValue;

use super::machine::API_VERSION;
use crate::arm::fleet::{Fleet, Listing};
use crate::arm::{Client, Pages, Scope};
use crate::base::{ResourceType, Result};
use crate::resource::ResourceIdentity;

/// The machines of a group or of a subscription.
///
/// # Errors
/// Those of the scope, before any request.
pub fn list(client: &Client, kind: ResourceType, scope: &Scope) -> Result<Pages<ResourceIdentity>> {
    let path = scope.path(client, kind)?;
    Ok(Pages::new(client, &path, API_VERSION, &path))
}

/// The machines that are wanted, of any number of subscriptions.
///
/// # Errors
/// What breaks a rule, before any request.
pub fn search(
    client: &Client,
    kind: ResourceType,
    fleet: &Fleet,
) -> Result<Listing<ResourceIdentity>> {
    Listing::of(client, kind, API_VERSION, fleet)
}

/// The whole machines of a group or of a subscription: what Azure wrote.
///
/// # Errors
/// Those of [`list`].
pub fn list_whole(
    client: &Client,
    kind: ResourceType,
    scope: &Scope,
) -> Result<Pages<Box<RawValue>>> {
    let path = scope.path(client, kind)?;
    Ok(Pages::new(client, &path, API_VERSION, &path))
}
