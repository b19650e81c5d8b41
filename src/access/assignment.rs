//! Role assignments that are there.

use std::collections::{BTreeSet, HashMap};

use futures_util::future::try_join;
use serde::Deserialize;

use super::directory::display_names;
use super::principal::{Principal, ResolvedPrincipal};
use super::role::{API_VERSION, Role, guid_of, names, quoted};
use super::role_scope::RoleScope;
use crate::arm::{Client, Pages, Plan, Request};
use crate::base::{Category, Error, Method, Result, ScopeId, is_guid, same_name};

/// A role that a principal has on a scope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RoleAssignment {
    /// Its id.
    pub id: String,
    /// Its name, a GUID.
    pub name: String,
    /// Who has what, and where.
    pub properties: AssignmentProperties,
    /// What people call the role; empty when it is not known.
    #[serde(skip)]
    pub role_name: String,
    /// What the holder is called in the directory; empty when it is not known.
    #[serde(skip)]
    pub principal_name: String,
    /// Whether it was given above the scope that was asked about.
    #[serde(skip)]
    pub inherited: bool,
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
    /// The condition under which it counts.
    pub condition: Option<String>,
    /// The version of the condition's language.
    pub condition_version: Option<String>,
}

/// Which assignments to read.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// The principal; all principals when not specified.
    pub principal: Principal,
    /// Where they count; the connection's subscription when not given.
    pub scope: RoleScope,
    /// Of which role; of all when none is named.
    pub role: Role,
    /// Whether those count too that the holder has as a member of a group.
    pub through_groups: bool,
}

/// The assignments that count in a place: those on it, above it and below it. The names of their holders
/// are those that Microsoft Graph tells, where the sign-in may read it.
///
/// # Errors
/// What breaks a rule, before any request; those of the requests.
pub async fn find(client: &Client, asked: &Find) -> Result<Vec<RoleAssignment>> {
    let scope = asked.scope.or_subscription(client)?;
    let mut filter = None;
    let mut role = None;
    let mut known = None;
    if asked.principal.is_given() {
        let principal = asked.principal.resolve(client).await?;
        let id = principal.id.clone();
        known = Some(principal);
        filter = Some(match asked.through_groups {
            true => format!("assignedTo({})", quoted(&id)),
            false => format!("principalId eq {}", quoted(&id)),
        });
    }
    if asked.role.is_given() {
        role = Some(asked.role.id_at(client, &scope).await?);
    }
    let mut found = all(client, &scope, filter.as_deref()).await?;
    if let Some(role) = role {
        found.retain(|one| is_role(one, &role));
    }
    let mut found = name_all(client, &scope, found).await?;
    name_principals(client, &mut found, known).await;
    Ok(found)
}

/// Adds what the holders are called. One whose name is known is not asked about.
async fn name_principals(
    client: &Client,
    assignments: &mut [RoleAssignment],
    known: Option<ResolvedPrincipal>,
) {
    let mut names: HashMap<String, String> = known
        .into_iter()
        .filter(|known| !known.name.is_empty())
        .map(|known| (known.id.to_lowercase(), known.name))
        .collect();
    let holders = assignments.iter();
    let holders = holders.map(|one| one.properties.principal_id.to_lowercase());
    let unknown: BTreeSet<String> = holders
        .filter(|id| !id.is_empty() && !names.contains_key(id))
        .collect();
    if !unknown.is_empty() {
        names.extend(display_names(client, unknown).await);
    }
    for one in assignments {
        let name = names.get(&one.properties.principal_id.to_lowercase());
        one.principal_name = name.cloned().unwrap_or_default();
    }
}

/// The assignments of a principal that count in a scope: those on it, above it and below it.
pub(super) async fn held_by(
    client: &Client,
    scope: &ScopeId,
    principal_id: &str,
) -> Result<Vec<RoleAssignment>> {
    let filter = format!("principalId eq {}", quoted(principal_id));
    all(client, scope, Some(&filter)).await
}

/// The assignments of a role to a principal on that very scope: one, or none.
pub(super) async fn exactly(
    client: &Client,
    scope: &ScopeId,
    principal_id: &str,
    role: &str,
) -> Result<Vec<RoleAssignment>> {
    let mut found = held_by(client, scope, principal_id).await?;
    found.retain(|one| is_on(one, scope) && is_role(one, role));
    Ok(found)
}

async fn all(
    client: &Client,
    scope: &ScopeId,
    filter: Option<&str>,
) -> Result<Vec<RoleAssignment>> {
    let path = scope.extension("Microsoft.Authorization/roleAssignments");
    let pages = Pages::filtered(client, &path, API_VERSION, filter, scope.as_str());
    let mut all: Vec<RoleAssignment> = pages.all().await?;
    for one in &mut all {
        let given = ScopeId::parse(&one.properties.scope);
        one.inherited = given.is_ok_and(|given| given.is_above(scope));
    }
    Ok(all)
}

fn is_role(assignment: &RoleAssignment, role: &str) -> bool {
    guid_of(&assignment.properties.role_definition_id).eq_ignore_ascii_case(guid_of(role))
}

fn is_on(assignment: &RoleAssignment, scope: &ScopeId) -> bool {
    ScopeId::parse(&assignment.properties.scope).is_ok_and(|given| given == *scope)
}

/// Adds what people call the role.
pub(super) async fn with_name(
    client: &Client,
    scope: &ScopeId,
    assignment: RoleAssignment,
) -> Result<RoleAssignment> {
    let mut named = name_all(client, scope, vec![assignment]).await?;
    Ok(named.remove(0))
}

/// Adds what people call the roles. One that can't be found out stays empty.
pub(super) async fn name_all(
    client: &Client,
    scope: &ScopeId,
    mut assignments: Vec<RoleAssignment>,
) -> Result<Vec<RoleAssignment>> {
    if assignments.is_empty() {
        return Ok(assignments);
    }
    let known = match names(client, scope).await {
        Ok(known) => known,
        // Whoever may read assignments need not be allowed to read roles.
        Err(error) if error.status() == Some(403) => return Ok(assignments),
        Err(error) => return Err(error),
    };
    for one in &mut assignments {
        let guid = guid_of(&one.properties.role_definition_id).to_lowercase();
        one.role_name = known.get(&guid).cloned().unwrap_or_default();
    }
    Ok(assignments)
}

/// A role to take away: by the id of its assignment, or as it was given.
#[derive(Clone, Debug, Default)]
pub struct Revoke {
    /// The assignment's id; the other members do not count when it is given.
    pub id: Option<String>,
    /// Who has the role.
    pub principal: Principal,
    /// On what.
    pub scope: RoleScope,
    /// Which role.
    pub role: Role,
}

/// Takes a role away.
///
/// # Errors
/// `InvalidRoleAssignmentId` and other broken rules, before any request;
/// `RoleAssignmentNotFound` when there is none; those of the requests.
pub async fn revoke(client: &Client, asked: &Revoke) -> Result<()> {
    for id in ids(client, asked).await? {
        match delete(client, &id).await? {
            true => {}
            false => {
                return Err(not_found(
                    &format!("There is no role assignment '{id}'"),
                    &id,
                ));
            }
        }
    }
    Ok(())
}

/// What [`revoke`] would do.
///
/// # Errors
/// Those of [`revoke`], as far as reading finds them.
pub async fn plan_revoke(client: &Client, asked: &Revoke) -> Result<Plan> {
    let ids = ids(client, asked).await?;
    let mut words = Vec::new();
    for id in &ids {
        words.push(described(&read(client, id).await?));
    }
    Ok(Plan {
        details: Vec::new(),
        resource: ids.first().cloned().unwrap_or_default(),
        description: format!("Remove {}", words.join(" and ")),
        effects: ids.iter().map(|id| removal_effect(id)).collect(),
    })
}

/// The effect that a role assignment is removed.
pub(super) fn removal_effect(id: &str) -> String {
    format!("remove role assignment '{id}'")
}

/// An assignment as messages call it.
pub(super) fn described(assignment: &RoleAssignment) -> String {
    let AssignmentProperties {
        role_definition_id,
        principal_id,
        principal_type,
        scope,
        ..
    } = &assignment.properties;
    let role = match assignment.role_name.as_str() {
        "" => role_definition_id,
        name => name,
    };
    format!("the role '{role}' of {principal_type} {principal_id} on '{scope}'")
}

async fn read(client: &Client, id: &str) -> Result<RoleAssignment> {
    let reply = client.get(id, API_VERSION, id).await?;
    let assignment: RoleAssignment = reply.json(id)?;
    let scope = ScopeId::parse(&assignment.properties.scope)?;
    with_name(client, &scope, assignment).await
}

async fn ids(client: &Client, asked: &Revoke) -> Result<Vec<String>> {
    let Revoke {
        id,
        principal,
        scope,
        role,
    } = asked;
    if let Some(id) = id {
        check_id(id)?;
        return Ok(vec![id.clone()]);
    }
    let scope = scope.named(client)?;
    principal.check()?;
    role.check()?;
    let role_id = role.id_at(client, &scope);
    let (role_id, principal) = try_join(role_id, principal.resolve(client)).await?;
    let found = exactly(client, &scope, &principal.id, &role_id).await?;
    if found.is_empty() {
        let message = format!(
            "{} does not have the role '{}' assigned directly on '{scope}'",
            principal.label(),
            role.label()
        );
        return Err(not_found(&message, scope.as_str())
            .advise("Get-IdentityRoleAssignment shows the scope of each assignment."));
    }
    // A list may have one on two of its pages, when it changes while it is read.
    let mut ids: Vec<String> = Vec::new();
    for one in found {
        if !ids.iter().any(|known| same_name(known, &one.id)) {
            ids.push(one.id);
        }
    }
    Ok(ids)
}

/// Removes an assignment. Whether there was one.
///
/// # Errors
/// Those of the request.
pub(super) async fn delete(client: &Client, id: &str) -> Result<bool> {
    let reply = client
        .send(Request::new(
            Method::DELETE,
            client.url(id, API_VERSION),
            id,
        ))
        .await?;
    // After an attempt whose answer was lost, it was that attempt's doing.
    Ok(reply.status != 204 || reply.repeated)
}

fn not_found(what: &str, target: &str) -> Error {
    let message = format!("{what}, so nothing was removed");
    Error::new(
        Category::ObjectNotFound,
        "RoleAssignmentNotFound",
        target,
        message,
    )
}

fn check_id(id: &str) -> Result<()> {
    const PART: &str = "/providers/microsoft.authorization/roleassignments/";
    let at = id.to_ascii_lowercase().find(PART);
    let is_id = at.is_some_and(|at| {
        let (scope, name) = (&id[..at], &id[at + PART.len()..]);
        let is_scope = scope.is_empty() || ScopeId::parse(scope).is_ok();
        is_scope && is_guid(name)
    });
    match is_id {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidRoleAssignmentId",
            "Id",
            id,
            "it must be the id of a role assignment, which ends in \
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
            format!("/{tail}"),
        ] {
            assert!(check_id(&good).is_ok(), "{good}");
        }
        for bad in [
            tail.to_owned(),
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
