use super::{API_VERSION, VIRTUAL_MACHINE, VmIdentity};
use crate::arm::{Client, Pages, ResourceId, Result, Scope, Target};

/// Reads the identity of a virtual machine.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the target.
pub async fn get(client: &Client, target: &Target) -> Result<VmIdentity> {
    read(client, &target.resolve(client, VIRTUAL_MACHINE)?).await
}

/// The virtual machines of a group or of a subscription.
///
/// # Errors
/// Those of the scope, before any request.
pub fn list(client: &Client, scope: &Scope) -> Result<Pages<VmIdentity>> {
    let path = scope.path(client, VIRTUAL_MACHINE)?;
    Ok(Pages::new(client, &path, API_VERSION, &path))
}

pub(super) async fn read(client: &Client, id: &ResourceId) -> Result<VmIdentity> {
    let reply = client.get(id.as_str(), API_VERSION, id.as_str()).await?;
    let mut vm: VmIdentity = reply.json(id.as_str())?;
    if vm.etag.is_empty() {
        vm.etag = reply.header("etag").to_owned();
    }
    Ok(vm)
}
