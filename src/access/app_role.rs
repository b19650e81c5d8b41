//! APIs of the directory, in Microsoft Graph, and the app roles that they offer: their application
//! permissions.

use serde::{Deserialize, Serialize};

use super::directory::UNKNOWN;
use super::role::quoted;
use crate::arm::{Client, Pages};
use crate::base::{Category, Error, Result, is_guid, json, same_name, similar};

/// The application id of Microsoft Graph, which is the API where none is named.
pub const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// The APIs of Microsoft that most directories have and that offer application permissions: display
/// names, and application ids. Source: merill/microsoft-info.
pub const WELL_KNOWN_APIS: [(&str, &str); 4] = [
    ("Microsoft Graph", MICROSOFT_GRAPH),
    (
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
    ),
    (
        "Office 365 SharePoint Online",
        "00000003-0000-0ff1-ce00-000000000000",
    ),
    (
        "Office 365 Management APIs",
        "c5393580-f805-4401-95e8-94b7a6ef2fc2",
    ),
];

/// The role of an API that declares none. Source: the documentation of `appRoleAssignment`.
const DEFAULT_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// What is read of an API.
const SELECT: &str = "id,appId,displayName,appRoles,oauth2PermissionScopes";

/// The service principal of an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Api {
    /// Its object id.
    pub id: String,
    /// Its application id.
    pub app_id: String,
    /// Its display name.
    pub display_name: String,
    /// The app roles that it offers.
    pub app_roles: Vec<AppRole>,
    /// The permissions that it offers to an application that acts for a user.
    #[serde(rename = "oauth2PermissionScopes")]
    scopes: Vec<Scope>,
}

/// An app role of an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AppRole {
    /// Its id, a GUID.
    pub id: String,
    /// Its value, such as `User.Read.All`; empty when it has none.
    pub value: String,
    /// What people call it.
    pub display_name: String,
    /// What it allows.
    pub description: String,
    /// Whether it can be assigned.
    pub is_enabled: bool,
    /// Who can have it: `Application` and `User`, which stands for groups, too.
    allowed_member_types: Vec<String>,
}

/// A delegated permission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
struct Scope {
    id: String,
    value: String,
}

/// An app role and the API that offers it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Permission {
    /// The object id of the API's service principal.
    pub api_id: String,
    /// Its application id.
    pub app_id: String,
    /// Its display name.
    pub api_name: String,
    /// The role.
    pub role: AppRole,
}

impl AppRole {
    /// Whether an application can be given it.
    pub fn is_for_applications(&self) -> bool {
        self.is_enabled && self.allows("Application")
    }

    /// What messages call it.
    pub(super) fn label(&self) -> &str {
        match self.value.as_str() {
            "" => &self.id,
            value => value,
        }
    }

    fn allows(&self, kind: &str) -> bool {
        let mut allowed = self.allowed_member_types.iter();
        allowed.any(|one| one.eq_ignore_ascii_case(kind))
    }

    fn is_called(&self, name: &str) -> bool {
        self.id.eq_ignore_ascii_case(name) || same_name(&self.value, name)
    }
}

impl Permission {
    fn of(api: &Api, role: AppRole) -> Self {
        Self {
            api_id: api.id.clone(),
            app_id: api.app_id.clone(),
            api_name: api.display_name.clone(),
            role,
        }
    }

    /// What messages call it.
    pub(super) fn label(&self) -> String {
        format!("'{}' of '{}'", self.role.label(), self.api_name)
    }
}

/// Checks the name of an API, as far as that is possible without asking.
///
/// # Errors
/// `InvalidResource`.
pub(super) fn check_resource(resource: Option<&str>) -> Result<()> {
    // Source: the limit of displayName in the documentation of Microsoft Graph.
    let is_name = |name: &str| (1..=256).contains(&name.trim().chars().count());
    match resource {
        Some(name) if !is_name(name) => Err(Error::invalid(
            "InvalidResource",
            "Resource",
            name,
            "it must be the application id or the object id of an API's service principal, or its \
             display name of 1 to 256 characters.",
        )),
        _ => Ok(()),
    }
}

/// Checks the name of a permission, as far as that is possible without asking.
///
/// # Errors
/// `InvalidPermission`.
pub(super) fn check_permission(permission: &str) -> Result<()> {
    match permission.trim().is_empty() {
        false => Ok(()),
        true => Err(Error::invalid(
            "InvalidPermission",
            "Permission",
            permission,
            "it must be the name of an application permission, such as User.Read.All, or the id of \
             an app role.",
        )),
    }
}

/// The API of that display name, application id or object id; Microsoft Graph when none is named.
/// It is asked for once a minute.
///
/// # Errors
/// `InvalidResource`, before any request; `ServicePrincipalNotFound`;
/// `AmbiguousServicePrincipalName`.
pub async fn api(client: &Client, resource: Option<&str>) -> Result<Api> {
    check_resource(resource)?;
    let named = resource.unwrap_or(MICROSOFT_GRAPH);
    let look = async {
        let found = match is_guid(named) {
            true => with_id(client, named).await?,
            false => with_name(client, named).await?,
        };
        Ok(serde_json::to_string(&found).unwrap_or_default())
    };
    let found = client
        .shared_answer(&format!("api {named}"), Box::pin(look))
        .await?;
    json::from_slice(found.as_bytes()).map_err(|_| not_found(named))
}

/// The application permission of that name or id.
///
/// # Errors
/// Those of [`api`]; `InvalidPermission`; `PermissionNotFound`, `PermissionNotForApplications` and
/// `PermissionDisabled`, which name what is like it.
pub(super) async fn permission(
    client: &Client,
    resource: Option<&str>,
    permission: &str,
) -> Result<Permission> {
    check_permission(permission)?;
    let named = resource.unwrap_or(MICROSOFT_GRAPH);
    let look = async {
        let api = api(client, resource).await?;
        let found = Permission::of(&api, find(&api, permission)?);
        Ok(serde_json::to_string(&found).unwrap_or_default())
    };
    let key = format!("app role {permission} of {named}");
    let found = client.shared_answer(&key, Box::pin(look)).await?;
    json::from_slice(found.as_bytes()).map_err(|_| not_found(named))
}

/// The API whose service principal has that object id. It is asked for once a minute.
///
/// # Errors
/// `ServicePrincipalNotFound`; those of the request.
pub(super) async fn api_with_object_id(client: &Client, id: &str) -> Result<Api> {
    let look = async {
        let found = at(client, &format!("servicePrincipals/{id}"), id).await?;
        Ok(serde_json::to_string(&found.ok_or_else(|| not_found(id))?).unwrap_or_default())
    };
    let found = client
        .shared_answer(&format!("api with object id {id}"), Box::pin(look))
        .await?;
    json::from_slice(found.as_bytes()).map_err(|_| not_found(id))
}

async fn with_id(client: &Client, id: &str) -> Result<Api> {
    if let Some(found) = at(client, &format!("servicePrincipals(appId='{id}')"), id).await? {
        return Ok(found);
    }
    api_with_object_id(client, id).await
}

/// The API at a path; none where there is none.
async fn at(client: &Client, path: &str, id: &str) -> Result<Option<Api>> {
    let mut url = client.graph_url(&format!("/v1.0/{path}")).await?;
    url.set_query(Some(&format!("$select={SELECT}")));
    match client.get_url(url, id).await {
        Err(error) if error.code() == UNKNOWN => Ok(None),
        answer => answer?.json(id).map(Some),
    }
}

async fn with_name(client: &Client, name: &str) -> Result<Api> {
    let mut url = client.graph_url("/v1.0/servicePrincipals").await?;
    url.set_query(Some(&format!("$select={SELECT}")));
    let filter = format!("displayName eq {}", quoted(name));
    url.query_pairs_mut().append_pair("$filter", &filter);
    let mut found: Vec<Api> = Pages::at(client, url, name).all().await?;
    match found.len() {
        0 => Err(not_found(name)),
        1 => Ok(found.remove(0)),
        _ => Err(ambiguous(name, &found)),
    }
}

fn not_found(named: &str) -> Error {
    let message = format!("The directory has no service principal '{named}'");
    Error::new(
        Category::ObjectNotFound,
        "ServicePrincipalNotFound",
        named,
        message,
    )
    .advise(
        "Check that -Resource is a full display name, an application id or an object id, and that \
         the API has a service principal in this tenant.",
    )
}

fn ambiguous(named: &str, several: &[Api]) -> Error {
    let ids: Vec<_> = several.iter().map(|one| one.id.as_str()).collect();
    Error::invalid(
        "AmbiguousServicePrincipalName",
        "Resource",
        named,
        &format!(
            "{} service principals have that name; specify the id of one: {}.",
            ids.len(),
            ids.join(", ")
        ),
    )
}

/// The role of an API that a name means, if an application can have it.
fn find(api: &Api, name: &str) -> Result<AppRole> {
    let name = name.trim();
    let called: Vec<&AppRole> = api
        .app_roles
        .iter()
        .filter(|role| role.is_called(name))
        .collect();
    if let Some(role) = called.iter().find(|role| role.is_for_applications()) {
        return Ok((*role).clone());
    }
    if name == DEFAULT_ROLE && api.app_roles.is_empty() {
        return Ok(AppRole {
            id: DEFAULT_ROLE.to_owned(),
            ..AppRole::default()
        });
    }
    Err(match called.first() {
        Some(role) if role.allows("Application") => {
            unusable("PermissionDisabled", api, name, "is disabled")
        }
        Some(_) => unusable(
            "PermissionNotForApplications",
            api,
            name,
            "is for users and groups, and not for applications",
        ),
        None if api.delegates(name) => unusable(
            "PermissionNotForApplications",
            api,
            name,
            "is a delegated permission: it is for an application that acts for a user who is \
             signed in",
        ),
        None => {
            let message = format!(
                "'{}' has no application permission '{name}'",
                api.display_name
            );
            Error::new(
                Category::ObjectNotFound,
                "PermissionNotFound",
                name,
                message,
            )
            .advise(alternatives(api, name))
        }
    })
}

fn unusable(code: &str, api: &Api, name: &str, what: &str) -> Error {
    let message = format!("'{name}' of '{}' {what}", api.display_name);
    Error::new(Category::InvalidArgument, code, name, message).advise(alternatives(api, name))
}

/// What to do about a permission that can't be given.
fn alternatives(api: &Api, name: &str) -> String {
    let offered: Vec<&str> = api
        .app_roles
        .iter()
        .filter(|role| role.is_for_applications())
        .map(AppRole::label)
        .collect();
    let like = similar(name, offered.iter().copied());
    match (offered.is_empty(), like.is_empty()) {
        (true, _) => format!(
            "'{}' offers no application permissions. Check -Resource.",
            api.display_name
        ),
        (false, true) => "Check -Permission and -Resource.".to_owned(),
        (false, false) => format!(
            "Check -Permission. Application permissions with similar names: {}.",
            like.join(", ")
        ),
    }
}

impl Api {
    /// Whether it has a delegated permission of that name or id.
    fn delegates(&self, name: &str) -> bool {
        let is_called =
            |scope: &Scope| same_name(&scope.value, name) || scope.id.eq_ignore_ascii_case(name);
        self.scopes.iter().any(is_called)
    }

    /// The id of the role of that value or id, whoever can have it.
    ///
    /// # Errors
    /// `PermissionNotFound`, and those of a permission that is no app role.
    pub(super) fn known_role(&self, name: &str) -> Result<String> {
        match self.app_roles.iter().find(|role| role.is_called(name)) {
            Some(role) => Ok(role.id.clone()),
            None => find(self, name).map(|role| role.id),
        }
    }

    /// The role with that id.
    pub(super) fn role(&self, id: &str) -> Option<&AppRole> {
        let mut roles = self.app_roles.iter();
        roles.find(|role| role.id.eq_ignore_ascii_case(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(value: &str, kinds: &[&str], is_enabled: bool) -> AppRole {
        AppRole {
            id: uuid::Uuid::new_v4().to_string(),
            value: value.to_owned(),
            is_enabled,
            allowed_member_types: kinds.iter().map(|&kind| kind.to_owned()).collect(),
            ..AppRole::default()
        }
    }

    fn orders() -> Api {
        Api {
            display_name: "Orders".to_owned(),
            app_roles: vec![
                role("Orders.Read.All", &["Application"], true),
                role("Orders.Write.All", &["User", "Application"], true),
                role("Member", &["User"], true),
                role("Old", &["Application"], false),
            ],
            scopes: vec![Scope {
                id: uuid::Uuid::new_v4().to_string(),
                value: "Orders.Read".to_owned(),
            }],
            ..Api::default()
        }
    }

    #[test]
    fn roles_are_found_by_value_and_by_id() {
        let api = orders();
        for role in &api.app_roles[..2] {
            for name in [&role.value, &role.id, &role.value.to_uppercase()] {
                assert_eq!(find(&api, name).unwrap(), *role, "{name}");
            }
        }
    }

    #[test]
    fn what_an_application_can_t_have_is_an_error_that_names_what_is_like_it() {
        let api = orders();
        let delegated = api.scopes[0].id.clone();
        for (name, code, words) in [
            (
                "Orders.Raed.All",
                "PermissionNotFound",
                "has no application permission",
            ),
            ("Orders.Read", "PermissionNotForApplications", "delegated"),
            (&delegated, "PermissionNotForApplications", "delegated"),
            ("member", "PermissionNotForApplications", "users and groups"),
            ("Old", "PermissionDisabled", "disabled"),
            (
                DEFAULT_ROLE,
                "PermissionNotFound",
                "no application permission",
            ),
        ] {
            let error = find(&api, name).unwrap_err();
            assert_eq!(error.code(), code, "{name}");
            assert!(error.message().contains(words), "{error}");
        }
        for near in ["Orders.Raed.All", "Orders.Read"] {
            let error = find(&api, near).unwrap_err();
            assert!(
                error.recommendation().contains("Orders.Read.All"),
                "{error}"
            );
        }
        let none = Api::default();
        let error = find(&none, "Orders.Read.All").unwrap_err();
        assert!(error.recommendation().contains("offers no"), "{error}");
        assert_eq!(find(&none, DEFAULT_ROLE).unwrap().id, DEFAULT_ROLE);
    }

    #[test]
    fn names_are_checked_without_a_request() {
        assert!(check_resource(None).is_ok() && check_resource(Some("Orders")).is_ok());
        for bad in ["", " ", &"x".repeat(257)] {
            assert_eq!(
                check_resource(Some(bad)).unwrap_err().code(),
                "InvalidResource"
            );
        }
        assert!(check_permission("x").is_ok());
        assert_eq!(
            check_permission(" ").unwrap_err().code(),
            "InvalidPermission"
        );
    }
}
