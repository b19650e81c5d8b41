//! Whether the identities that a machine refers to still exist. Azure leaves references behind
//! when an identity is deleted, and then refuses every change of the machine.

use futures_util::future::join_all;

use super::{AssignedIdentity, Existence, MachineIdentity};
use crate::arm::{Client, Result};
use crate::identity;

/// Looks at each assigned identity. One that may not be read stays unknown.
///
/// # Errors
/// Those of the requests, other than that an identity is not there or may not be read.
pub async fn check(client: &Client, machine: &mut MachineIdentity) -> Result<()> {
    let found = join_all(machine.assigned.iter().map(|one| existence(client, one))).await;
    for (assigned, existence) in machine.assigned.iter_mut().zip(found) {
        assigned.existence = existence?;
    }
    Ok(())
}

async fn existence(client: &Client, assigned: &AssignedIdentity) -> Result<Existence> {
    let Some(id) = assigned.resource_id() else {
        return Ok(Existence::Unknown);
    };
    match identity::find(client, &id).await {
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
