//! Giving an application permission: safe to repeat, and right after the identity was created.

use std::time::Duration;

use futures_util::future::try_join;
use serde_json::json;

use super::app_role::{Permission, check_permission, check_resource, permission};
use super::app_role_assignment::{AppRoleAssignment, check_kind, held, unknown};
use super::directory::UNKNOWN;
use super::principal::{Principal, ResolvedPrincipal};
use super::replication::Replication;
use crate::arm::{Client, Plan, Request, is_known_principal};
use crate::base::{Error, Method, Polling, Result, Wait};

/// An application permission to give.
#[derive(Clone, Debug, Default)]
pub struct AssignAppRole {
    /// Who gets it.
    pub principal: Principal,
    /// The API: its display name, application id or object id; Microsoft Graph when none is named.
    pub resource: Option<String>,
    /// The permission: its value, such as `User.Read.All`, or the id of the app role.
    pub permission: String,
    /// How long to wait for a principal that is unknown: see
    /// [`Assign::principal_wait`](super::Assign::principal_wait).
    pub principal_wait: Option<Duration>,
}

/// How often an assignment is tried while Microsoft Graph makes other changes of the directory.
const ATTEMPTS: u32 = 12;

/// What is to be there, with nothing left to look up.
struct Wanted {
    principal: ResolvedPrincipal,
    permission: Permission,
}

/// Gives an application permission. Where the principal has it already, the assignment that there is
/// comes back.
///
/// # Errors
/// What breaks a rule, before any request; `ServicePrincipalNotFound`, `PermissionNotFound` and the
/// like, before any write; `Request_ResourceNotFound` when the principal is still unknown after the
/// wait; `Authorization_RequestDenied`.
pub async fn assign_app_role(client: &Client, asked: &AssignAppRole) -> Result<AppRoleAssignment> {
    let wanted = Wanted::find(client, asked).await?;
    let mut replication =
        Replication::begin(&wanted.principal, asked.principal_wait, client.retry())
            .of_service_principal();
    let mut busy = Polling::begin(client.retry());
    let mut attempts = 1;
    loop {
        match wanted.assign(client).await {
            Err(error) if is_unknown(&error) => {
                replication.wait(client, error, "the directory").await?;
            }
            // Of several at once, Microsoft Graph refuses some.
            Err(error) if error.is_race() && attempts < ATTEMPTS => {
                attempts += 1;
                let what = "other changes of the directory to end";
                let wait = Wait::new("Waiting for other changes of the directory", what);
                let id = &wanted.principal.id;
                busy.wait(client.observer(), id, wait, None).await?;
            }
            ended => return ended,
        }
    }
}

/// What [`assign_app_role`] would do.
///
/// # Errors
/// Those of [`assign_app_role`], as far as reading finds them.
pub async fn plan_assign_app_role(client: &Client, asked: &AssignAppRole) -> Result<Plan> {
    let wanted = Wanted::find(client, asked).await?;
    let Wanted {
        principal,
        permission,
    } = &wanted;
    let is_there = match wanted.existing(client).await {
        Err(error) if error.code() == UNKNOWN && is_known_principal(&principal.id) => false,
        Err(error) if error.code() == UNKNOWN => return Err(unknown(error, &principal.id)),
        found => found?.is_some(),
    };
    let (what, who) = (permission.label(), principal.label());
    let description = match is_there {
        true => {
            format!("No change needed: {who} already has the application permission {what}")
        }
        false => format!("Assign the application permission {what} to {who}"),
    };
    Ok(Plan {
        details: Vec::new(),
        resource: principal.id.clone(),
        effects: (!is_there)
            .then(|| description.clone())
            .into_iter()
            .collect(),
        description,
    })
}

/// Whether Microsoft Graph does not know the principal yet. Source of the words, which come with a
/// code that says nothing: hashicorp/terraform-provider-azuread pull request 1896.
fn is_unknown(error: &Error) -> bool {
    const NOT_KNOWN_YET: &str = "Not a valid reference update";
    error.code() == UNKNOWN
        || error.status() == Some(400) && error.message().contains(NOT_KNOWN_YET)
}

impl Wanted {
    /// Checks all that can be checked here, then looks up what has to be.
    async fn find(client: &Client, asked: &AssignAppRole) -> Result<Self> {
        let resource = asked.resource.as_deref();
        asked.principal.check()?;
        check_resource(resource)?;
        check_permission(&asked.permission)?;
        // Two reads that do not need each other.
        let permission = permission(client, resource, &asked.permission);
        let (permission, principal) = try_join(permission, asked.principal.resolve(client)).await?;
        check_kind(&principal)?;
        Ok(Self {
            principal,
            permission,
        })
    }

    /// The assignment that there is.
    async fn existing(&self, client: &Client) -> Result<Option<AppRoleAssignment>> {
        let mut found = held(client, &self.principal.id, &self.permission).await?;
        Ok(found.pop())
    }

    async fn assign(&self, client: &Client) -> Result<AppRoleAssignment> {
        if let Some(there) = self.existing(client).await? {
            return Ok(there);
        }
        match self.post(client).await {
            // What Microsoft Graph says is prose: whether the assignment is there is read.
            Err(error) if matches!(error.status(), Some(400 | 409)) && !is_unknown(&error) => {
                self.listed(client, error).await
            }
            ended => ended,
        }
    }

    async fn post(&self, client: &Client) -> Result<AppRoleAssignment> {
        let id = self.principal.id.as_str();
        let path = format!("/v1.0/servicePrincipals/{id}/appRoleAssignments");
        let url = client.graph_url(&path).await?;
        let body = json!({
            "principalId": id,
            "resourceId": self.permission.api_id,
            "appRoleId": self.permission.role.id,
        });
        // One that is there already is refused, and nothing is given twice.
        let request = Request::new(Method::POST, url, id).repeatable();
        let reply = client.send(request.body(&body)).await?;
        let given: AppRoleAssignment = reply.json(id)?;
        Ok(given.of_permission(&self.permission))
    }

    /// The assignment after a write that was refused. Lists are late with what was given a moment
    /// ago: where the refusal says that it is there, they are looked at again for a while. Source:
    /// the documentation of "List appRoleAssignments granted to a service principal".
    ///
    /// # Errors
    /// `refusal`, when it is not there.
    async fn listed(&self, client: &Client, refusal: Error) -> Result<AppRoleAssignment> {
        let says_so = refusal.message().contains("already exists");
        let mut polling = Polling::begin(client.retry());
        loop {
            let found = self.existing(client).await;
            let found = found.map_err(|unread| unread.perhaps_done_if(refusal.may_be_done()))?;
            match found {
                Some(there) => return Ok(there),
                None if !says_so || polling.elapsed() >= client.retry().replication => {
                    return Err(refusal);
                }
                None => {
                    let what = "the directory to list the application permission";
                    let wait = Wait::new("Waiting until the directory lists it", what);
                    let id = &self.principal.id;
                    polling.wait(client.observer(), id, wait, None).await?;
                }
            }
        }
    }
}
