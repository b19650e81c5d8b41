//! Whether the identities that a resource refers to still exist. Azure leaves references behind
//! when an identity is deleted, and then refuses every change of a machine.

use futures_util::future::join_all;

use super::failure;
use super::model::{Existence, ResourceIdentity};
use super::subject::Subject;
use crate::arm::Client;
use crate::base::{ResourceId, Result};
use crate::identity::{self, USER_ASSIGNED_IDENTITY};

/// Looks at each assigned identity. One that may not be read stays unknown.
///
/// # Errors
/// Those of the requests, other than that an identity is not there or may not be read.
pub async fn check(client: &Client, resource: &mut ResourceIdentity) -> Result<()> {
    let looks = resource
        .assigned
        .iter()
        .map(|one| look_for(client, &one.id));
    let found = join_all(looks).await;
    for (assigned, existence) in resource.assigned.iter_mut().zip(found) {
        assigned.existence = existence?;
    }
    Ok(())
}

/// Checks what Azure checks before it changes an identity: that each of these identities exists.
///
/// # Errors
/// The one that Azure would answer, about the first that does not.
pub(super) async fn require(client: &Client, subject: &Subject, ids: &[String]) -> Result<()> {
    let found = join_all(ids.iter().map(|id| look_for(client, id))).await;
    for (id, existence) in ids.iter().zip(found) {
        if existence? == Existence::Missing {
            return Err(failure::does_not_exist(id, subject));
        }
    }
    Ok(())
}

/// Whether what a resource refers to exists; its id may be that of something else.
async fn look_for(client: &Client, id: &str) -> Result<Existence> {
    match ResourceId::read(USER_ASSIGNED_IDENTITY, id) {
        Some(id) => existence(client, &id).await,
        None => Ok(Existence::Unknown),
    }
}

/// Whether an identity exists. One that may not be read stays unknown.
///
/// # Errors
/// Those of the requests, other than that an identity is not there or may not be read.
pub(super) async fn existence(client: &Client, id: &ResourceId) -> Result<Existence> {
    match identity::find(client, id).await {
        Ok(Some(_)) => Ok(Existence::Exists),
        Ok(None) => Ok(Existence::Missing),
        // A group that is gone took its identities along; a subscription may just be hidden.
        Err(error) if error.code().eq_ignore_ascii_case("ResourceGroupNotFound") => {
            Ok(Existence::Missing)
        }
        Err(error) if matches!(error.status(), Some(401 | 403 | 404)) => Ok(Existence::Unknown),
        Err(error) => Err(error),
    }
}
