//! Giving a role: safe to repeat, and right after the identity was created.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::role::{API_VERSION, guid_of};
use super::{AccessScope, Role, RoleAssignment, assignment};
use crate::arm::{Client, Error, Method, Progress, Request, Result};

/// A role to give.
#[derive(Clone, Debug)]
pub struct Assign {
    /// On what.
    pub scope: AccessScope,
    /// Which role.
    pub role: Role,
    /// The object id of who gets it.
    pub principal_id: String,
    /// `ServicePrincipal` for managed identities, `User` or `Group`.
    pub principal_type: String,
    /// Why, for those who look at it later.
    pub description: Option<String>,
}

/// How long a principal that was created just now may be unknown to the directory.
const REPLICATION: Duration = Duration::from_secs(120);

/// Gives a role. Where the principal has it already, the assignment that there is comes back.
///
/// # Errors
/// What breaks a rule, before any request; `RoleDefinitionDoesNotExist`; `PrincipalNotFound` when
/// the principal is still unknown after two minutes; `AuthorizationFailed` and the like.
pub async fn assign(client: &Client, wanted: &Assign) -> Result<RoleAssignment> {
    check(wanted)?;
    let role = wanted.role.id_at(client, &wanted.scope).await?;
    let started = Instant::now();
    for look in 0.. {
        match put(client, wanted, &role).await {
            Err(error) if is_unknown(&error) && started.elapsed() < REPLICATION => {
                wait_for_replication(client, wanted, started, look).await;
            }
            Err(error) if is_unknown(&error) => return Err(still_unknown(error)),
            Err(error) if error.code() == "RoleAssignmentExists" => {
                return existing(client, wanted, &role).await?.ok_or(error);
            }
            ended => return ended,
        }
    }
    unreachable!("the loop ends by returning")
}

fn check(wanted: &Assign) -> Result<()> {
    if wanted.principal_id.len() != 36 || uuid::Uuid::try_parse(&wanted.principal_id).is_err() {
        return Err(Error::invalid(
            "InvalidPrincipalId",
            "PrincipalId",
            &wanted.principal_id,
            "it is the object id of an identity, a person or a group, a GUID.",
        ));
    }
    if [
        "ServicePrincipal",
        "User",
        "Group",
        "ForeignGroup",
        "Device",
    ]
    .contains(&wanted.principal_type.as_str())
    {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidPrincipalType",
        "PrincipalType",
        &wanted.principal_type,
        "it is ServicePrincipal, User, Group, ForeignGroup or Device.",
    ))
}

/// The name of an assignment: the same for the same scope, role and principal, so that giving a
/// role twice meets the first time and not a second assignment.
fn name_of(wanted: &Assign, role: &str) -> String {
    let what = format!(
        "{}\n{}\n{}",
        wanted.scope,
        guid_of(role),
        wanted.principal_id
    );
    let what = what.to_lowercase();
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, what.as_bytes()).to_string()
}

async fn put(client: &Client, wanted: &Assign, role: &str) -> Result<RoleAssignment> {
    let id = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/{}",
        wanted.scope,
        name_of(wanted, role)
    );
    let mut properties = json!({
        "roleDefinitionId": role,
        "principalId": wanted.principal_id,
        // With it Azure does not look the principal up where it may not be yet.
        "principalType": wanted.principal_type,
    });
    if let Some(description) = &wanted.description {
        properties["description"] = json!(description);
    }
    let reply = client
        .send(Request {
            method: Method::PUT,
            url: client.url(&id, API_VERSION),
            body: Some(&json!({ "properties": properties })),
            if_match: None,
            target: &id,
        })
        .await?;
    reply.json(&id)
}

fn is_unknown(error: &Error) -> bool {
    error.code() == "PrincipalNotFound"
}

async fn wait_for_replication(client: &Client, wanted: &Assign, started: Instant, look: u32) {
    client.observer().progress(Progress {
        activity: "Waiting for the new principal to be known everywhere".to_owned(),
        status: wanted.principal_id.clone(),
        percent: None,
        seconds_elapsed: started.elapsed().as_secs() as u32,
    });
    sleep(client.retry().poll_wait(look, None)).await;
}

fn still_unknown(error: Error) -> Error {
    error
        .context("The principal is still unknown to the directory after two minutes")
        .advise("Check -PrincipalId; if it was created just now, try again in a few minutes.")
}

/// The assignment of that role to that principal on that very scope.
async fn existing(client: &Client, wanted: &Assign, role: &str) -> Result<Option<RoleAssignment>> {
    let mut pages = assignment::list(client, &wanted.scope, Some(&wanted.principal_id));
    while let Some(page) = pages.next().await? {
        let found = page.into_iter().find(|one| {
            let one = &one.properties;
            one.scope.eq_ignore_ascii_case(wanted.scope.as_str())
                && guid_of(&one.role_definition_id).eq_ignore_ascii_case(guid_of(role))
        });
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(scope: &str) -> Assign {
        Assign {
            scope: AccessScope::parse(scope).unwrap(),
            role: Role::Named("Reader".to_owned()),
            principal_id: "AAAA0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e".to_owned(),
            principal_type: "ServicePrincipal".to_owned(),
            description: None,
        }
    }

    #[test]
    fn the_name_depends_on_scope_role_and_principal_alone() {
        let role = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7";
        let name = name_of(&wanted("/subscriptions/s/resourceGroups/g"), role);
        assert!(uuid::Uuid::try_parse(&name).is_ok());
        assert_eq!(
            name,
            name_of(&wanted("/subscriptions/S/resourcegroups/G"), "ACDD72A7")
        );
        assert_ne!(name, name_of(&wanted("/subscriptions/s"), role));
        assert_ne!(
            name,
            name_of(&wanted("/subscriptions/s/resourceGroups/g"), "other")
        );
    }

    #[test]
    fn principals_are_checked() {
        let mut bad = wanted("/subscriptions/s");
        bad.principal_type = "Robot".to_owned();
        assert_eq!(check(&bad).unwrap_err().code(), "InvalidPrincipalType");
        bad.principal_id = "id1".to_owned();
        assert_eq!(check(&bad).unwrap_err().code(), "InvalidPrincipalId");
    }
}
