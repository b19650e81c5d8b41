//! Role assignments that are there.

use serde::Deserialize;

use super::AccessScope;
use super::role::{API_VERSION, quoted};
use crate::arm::{Category, Client, Error, Method, Pages, Request, Result};

/// A role that a principal has on a scope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RoleAssignment {
    /// Its id.
    pub id: String,
    /// Its name, a GUID.
    pub name: String,
    /// Who has what, and where.
    pub properties: AssignmentProperties,
}

/// Who has which role, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AssignmentProperties {
    /// The full id of the role.
    pub role_definition_id: String,
    /// The object id of who has it.
    pub principal_id: String,
    /// `ServicePrincipal`, `User`, `Group`, …
    pub principal_type: String,
    /// What it is given on.
    pub scope: String,
    /// Why, as whoever gave it said.
    pub description: Option<String>,
}

/// The assignments of a principal that count in a scope: those on it, above it and below it.
pub fn list(
    client: &Client,
    scope: &AccessScope,
    principal_id: Option<&str>,
) -> Pages<RoleAssignment> {
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments");
    let filter = principal_id.map(|id| format!("principalId eq {}", quoted(id)));
    Pages::filtered(client, &path, API_VERSION, filter.as_deref(), &path)
}

/// Removes an assignment.
///
/// # Errors
/// `InvalidRoleAssignmentId`; `RoleAssignmentNotFound` when there is none; those of the request.
pub async fn delete(client: &Client, id: &str) -> Result<()> {
    check_id(id)?;
    let reply = client
        .send(Request {
            method: Method::DELETE,
            url: client.url(id, API_VERSION),
            body: None,
            if_match: None,
            target: id,
        })
        .await?;
    if reply.status == 204 && !reply.repeated {
        let message = format!("There is no role assignment '{id}', so nothing was removed");
        return Err(Error::new(
            Category::ObjectNotFound,
            "RoleAssignmentNotFound",
            id,
            message,
        ));
    }
    Ok(())
}

fn check_id(id: &str) -> Result<()> {
    const PART: &str = "/providers/microsoft.authorization/roleassignments/";
    let name = id
        .to_ascii_lowercase()
        .find(PART)
        .map(|at| &id[at + PART.len()..]);
    let scope = name.map(|name| &id[..id.len() - name.len() - PART.len()]);
    let is_id = name.is_some_and(|name| uuid::Uuid::try_parse(name).is_ok())
        && scope.is_some_and(|scope| AccessScope::parse(scope).is_ok());
    match is_id {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidRoleAssignmentId",
            "Id",
            id,
            "it is the id of a role assignment, which ends in \
             /providers/Microsoft.Authorization/roleAssignments/<GUID>.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_assignments() {
        let tail = "providers/Microsoft.Authorization/roleAssignments/\
                    aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
        for good in [
            format!("/subscriptions/s/{tail}"),
            format!("/subscriptions/s/resourceGroups/g/{}", tail.to_lowercase()),
        ] {
            assert!(check_id(&good).is_ok(), "{good}");
        }
        for bad in [
            tail.to_owned(),
            format!("/{tail}"),
            format!("/subscriptions/s/{tail}x"),
            "/subscriptions/İ/providers/Microsoft.Authorization/roleAssignments/é".to_owned(),
            String::new(),
        ] {
            assert_eq!(
                check_id(&bad).unwrap_err().code(),
                "InvalidRoleAssignmentId",
                "{bad}"
            );
        }
    }
}
