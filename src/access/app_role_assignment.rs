//! App role assignments, in Microsoft Graph: who has which application permission of an API.

use std::collections::HashMap;

use futures_util::future::try_join;
use serde::Deserialize;

use super::app_role::{
    Api, Permission, api, api_with_object_id, check_permission, check_resource, permission,
};
use super::directory::{PAGE, UNKNOWN};
use super::principal::{Principal, ResolvedPrincipal};
use crate::arm::{Client, Pages, Plan, Request, is_known_principal};
use crate::base::{Category, Error, Method, Result, is_guid, same_name};

/// An app role that a principal has on an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AppRoleAssignment {
    /// Its id.
    pub id: String,
    /// The object id of who has it.
    pub principal_id: String,
    /// What the directory calls who has it.
    pub principal_display_name: String,
    /// `ServicePrincipal`, which managed identities are, `User` or `Group`.
    pub principal_type: String,
    /// The object id of the API's service principal.
    pub resource_id: String,
    /// The display name of the API.
    pub resource_display_name: String,
    /// The id of the app role.
    pub app_role_id: String,
    /// When it was created, as Microsoft Graph writes it.
    #[serde(rename = "createdDateTime")]
    pub created: String,
    /// The application id of the API; empty when it can't be read.
    #[serde(skip)]
    pub resource_app_id: String,
    /// The value of the app role, such as `User.Read.All`; empty when it is not known.
    #[serde(skip)]
    pub permission: String,
    /// What people call the app role; empty when it is not known.
    #[serde(skip)]
    pub permission_display_name: String,
}

/// Which assignments to read.
#[derive(Clone, Debug, Default)]
pub struct FindAppRoles {
    /// Whose; everybody's who has something on the API when nobody is given.
    pub principal: Principal,
    /// On which API: its display name, application id or object id.
    pub resource: Option<String>,
    /// Which application permission: its value or its id.
    pub permission: Option<String>,
}

/// An application permission to take away: by the id of its assignment, or as it was given.
#[derive(Clone, Debug, Default)]
pub struct RevokeAppRole {
    /// The assignment's id; beside it the principal alone counts.
    pub id: Option<String>,
    /// Who has it.
    pub principal: Principal,
    /// On which API; Microsoft Graph when none is named.
    pub resource: Option<String>,
    /// Which application permission: its value or its id.
    pub permission: Option<String>,
}

/// Assignments, read a page at a time.
pub struct AppRoleAssignments {
    client: Client,
    /// None where there is nothing to read.
    pages: Option<Pages<AppRoleAssignment>>,
    /// Whose they are, where they are those of one principal.
    principal_id: Option<String>,
    /// What the caller asked for, as far as the list does not say it.
    only: Only,
    /// The APIs that were read so far, by object id; none for one that can't be read.
    apis: HashMap<String, Option<Api>>,
}

/// What of a list is wanted.
#[derive(Clone, Debug, Default)]
struct Only {
    resource_id: Option<String>,
    permission: Option<String>,
}

/// The app role assignments of a principal, or on an API.
///
/// # Errors
/// What breaks a rule, before any request; those of looking up what is named.
pub async fn app_role_assignments(
    client: &Client,
    asked: &FindAppRoles,
) -> Result<AppRoleAssignments> {
    check_resource(asked.resource.as_deref())?;
    asked
        .permission
        .as_deref()
        .map_or(Ok(()), check_permission)?;
    if !asked.principal.is_given() && asked.resource.is_none() {
        return Err(Error::missing(
            "Resource",
            "specify an API with -Resource, or an identity with an object from the pipeline, \
             -IdentityId or -PrincipalId.",
        ));
    }
    let resource = async {
        match &asked.resource {
            Some(named) => api(client, Some(named)).await.map(Some),
            None => Ok(None),
        }
    };
    let principal = async {
        match asked.principal.is_given() {
            true => asked.principal.resolve(client).await.map(Some),
            false => Ok(None),
        }
    };
    let (resource, principal) = try_join(resource, principal).await?;
    let mut only = Only {
        resource_id: resource.as_ref().map(|api| api.id.clone()),
        permission: asked
            .permission
            .as_deref()
            .map(str::trim)
            .map(str::to_owned),
    };
    if let (Some(api), Some(permission)) = (&resource, &only.permission) {
        only.permission = Some(api.known_role(permission)?);
    }
    let (path, of) = match (&principal, &resource) {
        (Some(who), _) => {
            check_kind(who)?;
            (format!("{}/appRoleAssignments", who.id), who.id.as_str())
        }
        (None, api) => {
            let api = api
                .as_ref()
                .map(|api| (api.id.as_str(), api.display_name.as_str()));
            let (id, name) = api.unwrap_or_default();
            (format!("{id}/appRoleAssignedTo"), name)
        }
    };
    let mut url = client
        .graph_url(&format!("/v1.0/servicePrincipals/{path}"))
        .await?;
    url.set_query(Some(&format!("$top={PAGE}")));
    Ok(AppRoleAssignments {
        client: client.clone(),
        pages: Some(Pages::at(client, url, of)),
        principal_id: principal.map(|who| who.id),
        only,
        apis: resource
            .into_iter()
            .map(|api| (api.id.to_lowercase(), Some(api)))
            .collect(),
    })
}

impl AppRoleAssignments {
    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn next(&mut self) -> Result<Option<Vec<AppRoleAssignment>>> {
        let Some(pages) = &mut self.pages else {
            return Ok(None);
        };
        let page = match (pages.next().await, &self.principal_id) {
            (Err(error), Some(id)) if error.code() == UNKNOWN => {
                // An identity that the directory does not know yet has no app role.
                if !is_known_principal(id) {
                    return Err(unknown(error, id));
                }
                self.pages = None;
                None
            }
            (page, _) => page?,
        };
        let Some(page) = page else {
            return Ok(None);
        };
        let mut named = Vec::with_capacity(page.len());
        for one in page {
            if self.only.has_resource(&one) {
                named.push(self.with_names(one).await?);
            }
        }
        named.retain(|one| self.only.has_permission(one));
        Ok(Some(named))
    }

    async fn with_names(&mut self, assignment: AppRoleAssignment) -> Result<AppRoleAssignment> {
        let id = assignment.resource_id.to_lowercase();
        let found = match self.apis.get(&id) {
            Some(known) => known,
            None => {
                let read = readable(&self.client, &id).await?;
                self.apis.entry(id).or_insert(read)
            }
        };
        Ok(match found {
            Some(api) => assignment.named_by(api),
            None => assignment,
        })
    }
}

/// An API by its object id; none when the sign-in may not read it, or it is gone.
async fn readable(client: &Client, id: &str) -> Result<Option<Api>> {
    const NONE: [&str; 2] = ["ServicePrincipalNotFound", "Authorization_RequestDenied"];
    match api_with_object_id(client, id).await {
        Err(error) if NONE.contains(&error.code()) => Ok(None),
        found => found.map(Some),
    }
}

impl Only {
    fn has_resource(&self, one: &AppRoleAssignment) -> bool {
        let wanted = self.resource_id.as_ref();
        wanted.is_none_or(|id| id.eq_ignore_ascii_case(&one.resource_id))
    }

    fn has_permission(&self, one: &AppRoleAssignment) -> bool {
        self.permission.as_ref().is_none_or(|wanted| {
            one.app_role_id.eq_ignore_ascii_case(wanted) || same_name(&one.permission, wanted)
        })
    }
}

impl AppRoleAssignment {
    /// Adds what the API says of itself and of the role.
    fn named_by(self, api: &Api) -> Self {
        let role = api.role(&self.app_role_id);
        Self {
            resource_app_id: api.app_id.clone(),
            permission: role.map(|role| role.value.clone()).unwrap_or_default(),
            permission_display_name: role
                .map(|role| role.display_name.clone())
                .unwrap_or_default(),
            ..self
        }
    }

    /// The same for a permission that was just looked up.
    pub(super) fn of_permission(self, permission: &Permission) -> Self {
        Self {
            resource_app_id: permission.app_id.clone(),
            permission: permission.role.value.clone(),
            permission_display_name: permission.role.display_name.clone(),
            ..self
        }
    }
}

/// Checks that a principal is of the kind that has application permissions.
///
/// # Errors
/// `InvalidPrincipalType`.
pub(super) fn check_kind(principal: &ResolvedPrincipal) -> Result<()> {
    match principal.kind.as_str() {
        "ServicePrincipal" => Ok(()),
        other => Err(Error::invalid(
            "InvalidPrincipalType",
            "PrincipalType",
            other,
            "it must be ServicePrincipal: application permissions are for managed identities and \
             other applications.",
        )),
    }
}

/// The assignments of a permission to a principal: one, or none.
///
/// # Errors
/// Those of the requests; `Request_ResourceNotFound` when the directory does not know the principal.
pub(super) async fn held(
    client: &Client,
    principal_id: &str,
    wanted: &Permission,
) -> Result<Vec<AppRoleAssignment>> {
    let path = format!("/v1.0/servicePrincipals/{principal_id}/appRoleAssignments");
    let mut url = client.graph_url(&path).await?;
    url.set_query(Some(&format!("$top={PAGE}")));
    let filter = format!("resourceId eq {}", wanted.api_id);
    url.query_pairs_mut().append_pair("$filter", &filter);
    let all: Vec<AppRoleAssignment> = Pages::at(client, url, principal_id).all().await?;
    // A list may have one on two of its pages, when it changes while it is read.
    let mut held: Vec<AppRoleAssignment> = Vec::new();
    for one in all {
        let is_wanted = one.app_role_id.eq_ignore_ascii_case(&wanted.role.id)
            && one.resource_id.eq_ignore_ascii_case(&wanted.api_id);
        if is_wanted && held.iter().all(|known| known.id != one.id) {
            held.push(one.of_permission(wanted));
        }
    }
    Ok(held)
}

/// Takes an application permission away.
///
/// # Errors
/// What breaks a rule, before any request; `AppRoleAssignmentNotFound` when there is none; those of
/// the requests.
pub async fn revoke_app_role(client: &Client, asked: &RevokeAppRole) -> Result<()> {
    for one in assignments(client, asked).await? {
        if !delete(client, &one).await? {
            let message = format!("There is no app role assignment '{}'", one.id);
            return Err(not_found(&message, &one.id));
        }
    }
    Ok(())
}

/// What [`revoke_app_role`] would do.
///
/// # Errors
/// Those of [`revoke_app_role`], as far as reading finds them.
pub async fn plan_revoke_app_role(client: &Client, asked: &RevokeAppRole) -> Result<Plan> {
    let mut words = Vec::new();
    let mut effects = Vec::new();
    let mut resource = String::new();
    for one in assignments(client, asked).await? {
        let one = match one.app_role_id.is_empty() {
            true => read(client, &one).await?,
            false => one,
        };
        words.push(described(&one));
        effects.push(format!("remove app role assignment '{}'", one.id));
        resource = one.id;
    }
    Ok(Plan {
        details: Vec::new(),
        resource,
        description: format!("Remove {}", words.join(" and ")),
        effects,
    })
}

/// An assignment as messages call it.
fn described(assignment: &AppRoleAssignment) -> String {
    let permission = match assignment.permission.as_str() {
        "" => &assignment.app_role_id,
        value => value,
    };
    let who = match assignment.principal_display_name.as_str() {
        "" => assignment.principal_id.clone(),
        name => format!("'{name}' ({})", assignment.principal_id),
    };
    let api = &assignment.resource_display_name;
    format!("the application permission '{permission}' of '{api}' from {who}")
}

/// The assignments that are meant. Of one that is named by its id no more is known.
async fn assignments(client: &Client, asked: &RevokeAppRole) -> Result<Vec<AppRoleAssignment>> {
    asked.principal.check()?;
    if let Some(id) = &asked.id {
        check_id(id)?;
        let principal = asked.principal.resolve(client).await?;
        return Ok(vec![AppRoleAssignment {
            id: id.clone(),
            principal_id: principal.id,
            principal_type: principal.kind,
            ..AppRoleAssignment::default()
        }]);
    }
    check_resource(asked.resource.as_deref())?;
    let named = asked.permission.as_deref().ok_or_else(|| {
        Error::missing(
            "Permission",
            "specify the application permission with -Permission.",
        )
    })?;
    let wanted = permission(client, asked.resource.as_deref(), named);
    let (wanted, principal) = try_join(wanted, asked.principal.resolve(client)).await?;
    check_kind(&principal)?;
    let found = match held(client, &principal.id, &wanted).await {
        Err(error) if error.code() == UNKNOWN && is_known_principal(&principal.id) => Vec::new(),
        Err(error) if error.code() == UNKNOWN => return Err(unknown(error, &principal.id)),
        found => found?,
    };
    // What is deleted is of whom the caller named, whatever a list says.
    let of_principal = |one| AppRoleAssignment {
        principal_id: principal.id.clone(),
        principal_type: principal.kind.clone(),
        ..one
    };
    match found.is_empty() {
        false => Ok(found.into_iter().map(of_principal).collect()),
        true => {
            let who = principal.label();
            let message = format!(
                "{who} does not have the application permission {}",
                wanted.label()
            );
            Err(not_found(&message, &principal.id)
                .advise("Get-IdentityAppRoleAssignment shows what an identity has."))
        }
    }
}

/// The URL of an assignment, by way of who has it.
fn path(assignment: &AppRoleAssignment) -> String {
    let collection = match assignment.principal_type.as_str() {
        "User" => "users",
        "Group" => "groups",
        _ => "servicePrincipals",
    };
    format!(
        "/v1.0/{collection}/{}/appRoleAssignments/{}",
        assignment.principal_id, assignment.id
    )
}

async fn read(client: &Client, assignment: &AppRoleAssignment) -> Result<AppRoleAssignment> {
    let id = assignment.id.as_str();
    let url = client.graph_url(&path(assignment)).await?;
    let found: AppRoleAssignment = match client.get_url(url, id).await {
        Err(error) if is_absent(&error) => {
            return Err(not_found(
                &format!("There is no app role assignment '{id}'"),
                id,
            ));
        }
        reply => reply?.json(id)?,
    };
    Ok(match readable(client, &found.resource_id).await? {
        Some(api) => found.named_by(&api),
        None => found,
    })
}

/// Removes an assignment. Whether there was one.
async fn delete(client: &Client, assignment: &AppRoleAssignment) -> Result<bool> {
    check_id(&assignment.id)?;
    let url = client.graph_url(&path(assignment)).await?;
    let request = Request::new(Method::DELETE, url, &assignment.id);
    match client.send(request).await {
        // After an attempt whose answer was lost, it was that attempt's doing.
        Err(error) if is_absent(&error) => Ok(error.may_be_done()),
        sent => sent.map(|_| true),
    }
}

/// Whether Microsoft Graph has no such assignment. Source of the words, which come with a code that
/// says nothing: microsoftgraph/microsoft-graph-docs-contrib issue 3614.
fn is_absent(error: &Error) -> bool {
    const GONE: &str = "EntitlementGrant being updated or deleted is not found";
    error.code() == UNKNOWN || error.status() == Some(400) && error.message().contains(GONE)
}

fn not_found(what: &str, target: &str) -> Error {
    let message = format!("{what}, so nothing was removed");
    Error::new(
        Category::ObjectNotFound,
        "AppRoleAssignmentNotFound",
        target,
        message,
    )
}

/// The error for a principal that is no service principal of the directory.
pub(super) fn unknown(error: Error, id: &str) -> Error {
    error
        .reworded(format!("The directory has no service principal '{id}'"))
        .advise(
            "Check -PrincipalId: it must be an object id, which for a managed identity is its \
             PrincipalId and not its ClientId. A new principal can take a few minutes to appear in \
             the directory.",
        )
}

fn check_id(id: &str) -> Result<()> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match !id.is_empty() && !is_guid(id) && id.chars().all(is_letter) {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidAppRoleAssignmentId",
            "Id",
            id,
            "it must be the id of an app role assignment, which has letters, digits, '-' and '_'.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_assignments() {
        assert!(check_id("UxOIjjUXr0WvIe4TRFgqTY4z9Wu5KxpBtlEpoTGjw-A").is_ok());
        for bad in [
            "",
            "a/b",
            "a b",
            "../x",
            "é",
            "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
        ] {
            let error = check_id(bad).unwrap_err();
            assert_eq!(error.code(), "InvalidAppRoleAssignmentId", "{bad}");
        }
    }

    #[test]
    fn a_filter_takes_values_and_ids() {
        let one = AppRoleAssignment {
            resource_id: "r".to_owned(),
            app_role_id: "1".to_owned(),
            permission: "User.Read.All".to_owned(),
            ..AppRoleAssignment::default()
        };
        let only = |permission: &str| Only {
            resource_id: Some("R".to_owned()),
            permission: Some(permission.to_owned()),
        };
        assert!(only("user.read.all").has_permission(&one) && only("1").has_resource(&one));
        assert!(!only("2").has_permission(&one));
        assert!(Only::default().has_permission(&one) && Only::default().has_resource(&one));
    }
}
