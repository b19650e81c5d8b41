use super::list::read;
use super::model::USER_ASSIGNED_IDENTITY;
use crate::arm::{Client, Plan, Request, Target, Versions};
use crate::base::{Method, Result};

/// The one version of Microsoft.ManagedIdentity that has `revokeTokens`. Source: the service's
/// specification.
const API_VERSIONS: &[&str] = &["2023-07-31-preview"];

/// Revokes the tokens that an identity has: who uses one has to get another. To revoke them twice
/// comes to the same.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the target.
pub async fn revoke_tokens(client: &Client, target: &Target) -> Result<()> {
    let id = target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let url = client.url(&format!("{id}/revokeTokens"), API_VERSIONS[0]);
    let request = Request::new(Method::POST, url, id.as_str())
        .repeatable()
        .versions(Versions::OneOf(API_VERSIONS));
    client.send(request).await?;
    Ok(())
}

/// What [`revoke_tokens`] would do.
///
/// # Errors
/// Those of [`revoke_tokens`], as far as reading finds them.
pub async fn plan_revoke_tokens(client: &Client, target: &Target) -> Result<Plan> {
    let id = target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let current = read(client, &id).await?;
    Ok(Plan {
        details: Vec::new(),
        description: format!("Revoke the tokens of user-assigned identity '{id}'"),
        effects: vec![format!(
            "revoke the tokens of '{}' with principal {}",
            current.id, current.properties.principal_id
        )],
        resource: id.to_string(),
    })
}
