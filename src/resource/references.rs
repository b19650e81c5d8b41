//! Whether the identities that a resource refers to still exist. Azure leaves references behind
//! when an identity is deleted, and then refuses every change of a machine.

use futures_util::future::join_all;

use super::failure;
use super::model::{Existence, ResourceIdentity};
use super::subject::Subject;
use crate::arm::Client;
use crate::base::{ResourceId, Result};
use crate::identity::{self, USER_ASSIGNED_IDENTITY, UserAssignedIdentity};

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
    for (assigned, look) in resource.assigned.iter_mut().zip(found) {
        assigned.existence = look?.existence();
    }
    Ok(())
}

/// Checks what Azure checks before it changes an identity: that each of these identities exists, and
/// that those which are added can be assigned to such a resource.
///
/// # Errors
/// The one that Azure would answer, about the first that does not or can't.
pub(super) async fn require(
    client: &Client,
    subject: &Subject,
    location: &str,
    (added, kept): (&[String], &[String]),
) -> Result<()> {
    let ids = || added.iter().chain(kept);
    let found = join_all(ids().map(|id| look_for(client, id))).await;
    for (number, (id, look)) in ids().zip(found).enumerate() {
        match look? {
            Look::Missing => return Err(failure::does_not_exist(id, subject)),
            Look::Exists(identity) if number < added.len() => {
                let kind = subject.id.type_name();
                if let Some(why) = identity.refusal(&kind, location) {
                    return Err(failure::not_assignable(id, why, subject));
                }
            }
            Look::Exists(_) | Look::Unknown => {}
        }
    }
    Ok(())
}

/// What a look at an identity has found.
enum Look {
    Exists(Box<UserAssignedIdentity>),
    Missing,
    Unknown,
}

impl Look {
    fn existence(&self) -> Existence {
        match self {
            Self::Exists(_) => Existence::Exists,
            Self::Missing => Existence::Missing,
            Self::Unknown => Existence::Unknown,
        }
    }
}

/// Looks at what a resource refers to; its id may be that of something else.
async fn look_for(client: &Client, id: &str) -> Result<Look> {
    match ResourceId::read(USER_ASSIGNED_IDENTITY, id) {
        Some(id) => look_at(client, &id).await,
        None => Ok(Look::Unknown),
    }
}

/// Whether an identity exists. One that may not be read stays unknown.
///
/// # Errors
/// Those of the requests, other than that an identity is not there or may not be read.
pub(super) async fn existence(client: &Client, id: &ResourceId) -> Result<Existence> {
    Ok(look_at(client, id).await?.existence())
}

async fn look_at(client: &Client, id: &ResourceId) -> Result<Look> {
    match identity::find(client, id).await {
        Ok(Some(identity)) => Ok(Look::Exists(Box::new(identity))),
        Ok(None) => Ok(Look::Missing),
        // A group that is gone took its identities along; a subscription may just be hidden.
        Err(error) if error.code().eq_ignore_ascii_case("ResourceGroupNotFound") => {
            Ok(Look::Missing)
        }
        Err(error) if matches!(error.status(), Some(401 | 403 | 404)) => Ok(Look::Unknown),
        Err(error) => Err(error),
    }
}
