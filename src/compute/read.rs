use serde_json::value::RawValue;

use super::model::{API_VERSION, MachineIdentity, MachineKind};
use crate::arm::{Client, Pages, Scope, Target};
use crate::base::{ResourceId, Result};

/// Reads the identity of a machine.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the target.
pub async fn get(client: &Client, kind: MachineKind, target: &Target) -> Result<MachineIdentity> {
    read(client, &target.resolve(client, kind.resource_type())?).await
}

/// The machines of a group or of a subscription.
///
/// # Errors
/// Those of the scope, before any request.
pub fn list(client: &Client, kind: MachineKind, scope: &Scope) -> Result<Pages<MachineIdentity>> {
    let path = scope.path(client, kind.resource_type())?;
    Ok(Pages::new(client, &path, API_VERSION, &path))
}

pub(super) async fn read(client: &Client, id: &ResourceId) -> Result<MachineIdentity> {
    let reply = client.get(id.as_str(), API_VERSION, id.as_str()).await?;
    let mut machine: MachineIdentity = reply.json(id.as_str())?;
    if machine.etag.is_empty() {
        machine.etag = reply.header("etag").to_owned();
    }
    Ok(machine)
}

/// Reads a whole machine: what Azure wrote.
///
/// # Errors
/// Those of [`get`].
pub async fn get_whole(
    client: &Client,
    kind: MachineKind,
    target: &Target,
) -> Result<Box<RawValue>> {
    let id = target.resolve(client, kind.resource_type())?;
    let reply = client.get(id.as_str(), API_VERSION, id.as_str()).await?;
    reply.json(id.as_str())
}

/// The whole machines of a group or of a subscription: what Azure wrote.
///
/// # Errors
/// Those of [`list`].
pub fn list_whole(
    client: &Client,
    kind: MachineKind,
    scope: &Scope,
) -> Result<Pages<Box<RawValue>>> {
    let path = scope.path(client, kind.resource_type())?;
    Ok(Pages::new(client, &path, API_VERSION, &path))
}
