use super::model::{FLEXIBLE, FLEXIBLE_API_VERSION, FederatedCredential};
use super::target::{CredentialId, CredentialTarget, identity, path};
use crate::arm::{Client, Pages, Request, Target};
use crate::base::{Method, ResourceId, Result, with_full_stop};
use crate::identity::model::API_VERSION;

/// Reads a federated credential.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the target.
pub async fn get(client: &Client, target: &CredentialTarget) -> Result<FederatedCredential> {
    read(client, &target.resolve(client)?).await
}

/// The federated credentials of an identity: twenty at most.
///
/// # Errors
/// Those of the target, before any request; those of the requests.
pub async fn list(client: &Client, target: &Target) -> Result<Vec<FederatedCredential>> {
    all(client, &identity(client, target)?).await
}

pub(super) async fn read(client: &Client, id: &CredentialId) -> Result<FederatedCredential> {
    let target = id.to_string();
    let known: FederatedCredential = client
        .get(&target, API_VERSION, &target)
        .await?
        .json(&target)?;
    if known.is_whole() {
        return Ok(known);
    }
    let url = client.url(&target, FLEXIBLE_API_VERSION);
    let request = Request::new(Method::GET, url, &target).versions(FLEXIBLE);
    let reply = client.send(request).await;
    let whole = reply.and_then(|reply| reply.json(&target));
    Ok(or_known(client, whole, known, &target))
}

/// All of an identity's.
pub(crate) async fn all(
    client: &Client,
    identity: &ResourceId,
) -> Result<Vec<FederatedCredential>> {
    let path = path(identity);
    let pages = |version| Pages::new(client, &path, version, identity.as_str());
    let known: Vec<FederatedCredential> = pages(API_VERSION).all().await?;
    if known.iter().all(FederatedCredential::is_whole) {
        return Ok(known);
    }
    let whole = pages(FLEXIBLE_API_VERSION).versions(FLEXIBLE).all().await;
    Ok(or_known(client, whole, known, &path))
}

/// What was read with the version that has expressions; what is known without it, and a warning,
/// where it can't be read. A cloud may not have that version.
fn or_known<T>(client: &Client, read: Result<T>, known: T, target: &str) -> T {
    read.unwrap_or_else(|error| {
        client.observer().warning(format!(
            "A federated credential without a subject matches claims by an expression, and the \
             expression can't be read at '{target}' with api-version {FLEXIBLE_API_VERSION}: {}",
            with_full_stop(error.message())
        ));
        known
    })
}
