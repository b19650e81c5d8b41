use super::list::read;
use super::model::{API_VERSION, USER_ASSIGNED_IDENTITY, UserAssignedIdentity};
use crate::arm::{Client, Plan, Request, Target};
use crate::base::{Category, Error, Method, ResourceId, Result};

/// Deletes an identity. References to it on virtual machines stay behind: Azure leaves them.
///
/// # Errors
/// `ResourceNotFound` when there is none; those of the target and the request.
pub async fn delete(client: &Client, target: &Target) -> Result<()> {
    let id = target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let reply = client
        .send(Request::new(
            Method::DELETE,
            client.url(id.as_str(), API_VERSION),
            id.as_str(),
        ))
        .await?;
    // 204: there was none. After an attempt whose answer was lost, it was that attempt's doing.
    if reply.status == 204 && !reply.repeated {
        return Err(reply.identified(not_found(&id).with_status(204)));
    }
    Ok(())
}

/// What [`delete`] would do.
///
/// # Errors
/// Those of [`delete`], as far as reading finds them.
pub async fn plan_delete(client: &Client, target: &Target) -> Result<Plan> {
    let id = target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let current = read(client, &id).await?;
    Ok(Plan {
        details: Vec::new(),
        description: format!("Delete user-assigned identity '{id}'"),
        effects: vec![deletion_effect(&current)],
        resource: id.to_string(),
    })
}

/// The effect that an identity is deleted: this one, and not one that has its name later.
pub(crate) fn deletion_effect(current: &UserAssignedIdentity) -> String {
    format!(
        "delete '{}' with principal {}",
        current.id, current.properties.principal_id
    )
}

fn not_found(id: &ResourceId) -> Error {
    let message = format!("There is no user-assigned identity '{id}', so nothing was deleted");
    Error::new(
        Category::ObjectNotFound,
        "ResourceNotFound",
        id.as_str(),
        message,
    )
    .advise(
        "Check the name, the resource group and the subscription; the identity may be deleted \
         already.",
    )
}
