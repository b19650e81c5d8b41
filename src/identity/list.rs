use super::{API_VERSION, USER_ASSIGNED_IDENTITY, UserAssignedIdentity};
use crate::arm::{Client, Pages, ResourceId, Result, Scope, Target};

/// Reads an identity.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the target.
pub async fn get(client: &Client, target: &Target) -> Result<UserAssignedIdentity> {
    read(client, &target.resolve(client, USER_ASSIGNED_IDENTITY)?).await
}

/// The identities of a group or of a subscription.
///
/// # Errors
/// Those of the scope, before any request.
pub fn list(client: &Client, scope: &Scope) -> Result<Pages<UserAssignedIdentity>> {
    let path = scope.path(client, USER_ASSIGNED_IDENTITY)?;
    Ok(Pages::new(client, &path, API_VERSION, &path))
}

pub(super) async fn read(client: &Client, id: &ResourceId) -> Result<UserAssignedIdentity> {
    let reply = client.get(id.as_str(), API_VERSION, id.as_str()).await?;
    reply.json(id.as_str())
}

/// Reads an identity that may not exist. A group or a subscription that does not is an error.
pub(crate) async fn find(client: &Client, id: &ResourceId) -> Result<Option<UserAssignedIdentity>> {
    match read(client, id).await {
        Ok(identity) => Ok(Some(identity)),
        Err(error) if error.code().eq_ignore_ascii_case("ResourceNotFound") => Ok(None),
        Err(error) => Err(error),
    }
}
