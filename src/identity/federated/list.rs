use super::target::{CredentialId, identity, path};
use super::{CredentialTarget, FederatedCredential};
use crate::arm::{Client, Pages, ResourceId, Result, Target};
use crate::identity::API_VERSION;

/// Reads a federated credential.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the target.
pub async fn get(client: &Client, target: &CredentialTarget) -> Result<FederatedCredential> {
    read(client, &target.resolve(client)?).await
}

/// The federated credentials of an identity.
///
/// # Errors
/// Those of the target, before any request.
pub fn list(client: &Client, target: &Target) -> Result<Pages<FederatedCredential>> {
    Ok(pages(client, &identity(client, target)?))
}

pub(super) async fn read(client: &Client, id: &CredentialId) -> Result<FederatedCredential> {
    let id = id.to_string();
    client.get(&id, API_VERSION, &id).await?.json(&id)
}

/// All of an identity's.
pub(crate) async fn all(
    client: &Client,
    identity: &ResourceId,
) -> Result<Vec<FederatedCredential>> {
    pages(client, identity).all().await
}

fn pages(client: &Client, identity: &ResourceId) -> Pages<FederatedCredential> {
    Pages::new(client, &path(identity), API_VERSION, identity.as_str())
}
