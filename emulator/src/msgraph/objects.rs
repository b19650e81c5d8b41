//! What Microsoft Graph says of somebody in the directory.

use serde_json::{Map, Value, json};

use crate::base::clock::iso_time;
use crate::base::json;
use crate::base::seed;
use crate::model::app_role::AppRole;
use crate::model::principal::{DirectoryGroup, PrincipalType};
use crate::model::well_known;
use crate::state::State;
use crate::state::directory::{self, Object, Source};

/// The collections that somebody can be found in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Collection {
    Groups,
    Users,
    ServicePrincipals,
    Devices,
    DirectoryObjects,
}

impl Collection {
    /// By its name in a path.
    pub(super) fn named(name: &str) -> Option<Self> {
        [
            Collection::Groups,
            Collection::Users,
            Collection::ServicePrincipals,
            Collection::Devices,
            Collection::DirectoryObjects,
        ]
        .into_iter()
        .find(|collection| collection.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Collection::Groups => "groups",
            Collection::Users => "users",
            Collection::ServicePrincipals => "servicePrincipals",
            Collection::Devices => "devices",
            Collection::DirectoryObjects => "directoryObjects",
        }
    }

    /// The collection for those of a kind.
    pub(super) fn of(kind: PrincipalType) -> Self {
        match kind {
            PrincipalType::User => Collection::Users,
            PrincipalType::Group | PrincipalType::ForeignGroup => Collection::Groups,
            PrincipalType::ServicePrincipal => Collection::ServicePrincipals,
            PrincipalType::Device => Collection::Devices,
        }
    }

    pub(super) fn has(self, object: &Object<'_>) -> bool {
        self == Collection::DirectoryObjects || self == Collection::of(object.kind)
    }

    /// The type of its items.
    pub(super) fn item(self) -> &'static str {
        match self {
            Collection::Groups => "group",
            Collection::Users => "user",
            Collection::ServicePrincipals => "servicePrincipal",
            Collection::Devices => "device",
            Collection::DirectoryObjects => "directoryObject",
        }
    }

    /// By the type of its items, `microsoft.graph.group`.
    pub(super) fn of_items(name: &str) -> Option<Self> {
        let item = name.strip_prefix("microsoft.graph.")?;
        [
            Collection::Groups,
            Collection::Users,
            Collection::ServicePrincipals,
            Collection::Devices,
        ]
        .into_iter()
        .find(|collection| collection.item().eq_ignore_ascii_case(item))
    }

    /// The properties of its items.
    pub(super) fn properties(self) -> &'static [&'static str] {
        match self {
            Collection::Groups => &[
                "id",
                "deletedDateTime",
                "createdDateTime",
                "description",
                "displayName",
                "groupTypes",
                "isAssignableToRole",
                "mail",
                "mailEnabled",
                "mailNickname",
                "proxyAddresses",
                "securityEnabled",
                "visibility",
            ],
            Collection::Users => &[
                "businessPhones",
                "displayName",
                "givenName",
                "jobTitle",
                "mail",
                "mobilePhone",
                "officeLocation",
                "preferredLanguage",
                "surname",
                "userPrincipalName",
                "id",
            ],
            Collection::ServicePrincipals => &[
                "id",
                "deletedDateTime",
                "accountEnabled",
                "alternativeNames",
                "appDisplayName",
                "appId",
                "appOwnerOrganizationId",
                "appRoleAssignmentRequired",
                "appRoles",
                "createdDateTime",
                "description",
                "displayName",
                "homepage",
                "keyCredentials",
                "oauth2PermissionScopes",
                "passwordCredentials",
                "replyUrls",
                "servicePrincipalNames",
                "servicePrincipalType",
                "signInAudience",
                "tags",
            ],
            Collection::Devices => &[
                "id",
                "deletedDateTime",
                "accountEnabled",
                "deviceId",
                "displayName",
            ],
            Collection::DirectoryObjects => &["id", "deletedDateTime"],
        }
    }

    /// The properties that its items can be filtered by.
    pub(super) fn filterable(self) -> &'static [&'static str] {
        match self {
            Collection::Groups => &[
                "id",
                "description",
                "displayName",
                "groupTypes",
                "mailEnabled",
                "mailNickname",
                "securityEnabled",
            ],
            Collection::Users => &["id", "displayName", "mail", "userPrincipalName"],
            Collection::ServicePrincipals => &[
                "id",
                "accountEnabled",
                "alternativeNames",
                "appId",
                "appOwnerOrganizationId",
                "displayName",
                "servicePrincipalNames",
                "servicePrincipalType",
            ],
            Collection::Devices => &["id", "displayName", "deviceId"],
            Collection::DirectoryObjects => &["id"],
        }
    }
}

/// A property of somebody; null for one that it does not have.
pub(super) fn property(state: &State, object: &Object<'_>, name: &str) -> Value {
    let service = object.kind == PrincipalType::ServicePrincipal;
    let group = || -> Option<&DirectoryGroup> { state.directory_groups.get(object.id) };
    match name.to_lowercase().as_str() {
        "id" => json!(object.id),
        "displayname" => json!(object.display_name),
        "createddatetime" => {
            let created = group().map_or(object.since, |group| group.created);
            if created == 0 {
                Value::Null
            } else {
                json!(iso_time(created))
            }
        }
        "description" => json!(group().and_then(|group| group.description.clone())),
        "mailnickname" => json!(
            group()
                .and_then(|group| group.mail_nickname.clone())
                .unwrap_or_else(|| nickname(object.display_name))
        ),
        "grouptypes"
        | "proxyaddresses"
        | "businessphones"
        | "keycredentials"
        | "passwordcredentials"
        | "replyurls"
        | "tags" => json!([]),
        "mailenabled" | "approleassignmentrequired" => json!(false),
        "securityenabled" | "accountenabled" => json!(true),
        "userprincipalname" if object.kind == PrincipalType::User => {
            json!(directory::user_name(object.id, object.display_name))
        }
        "deviceid" => json!(object.id),
        "appid" => json!(object.app_id),
        "approles" => object.app_roles().iter().map(app_role).collect(),
        "oauth2permissionscopes" => match object.source {
            Source::WellKnown(api) => api.scopes().into(),
            _ => json!([]),
        },
        "appdisplayname" | "appownerorganizationid" | "signinaudience" => {
            application_property(object, name)
        }
        "serviceprincipalnames" if service => json!(object.service_names()),
        "serviceprincipaltype" if service => json!(match object.source {
            Source::UserAssigned(_) | Source::SystemAssigned(_) => "ManagedIdentity",
            _ => "Application",
        }),
        "alternativenames" if service => match object.source {
            Source::UserAssigned(identity) => json!(["isExplicit=True", identity.id()]),
            Source::SystemAssigned(resource) => json!(["isExplicit=False", resource.id()]),
            _ => json!([]),
        },
        _ => Value::Null,
    }
}

/// A property of the application behind a service principal. That of an identity has none.
fn application_property(object: &Object<'_>, name: &str) -> Value {
    let (owner, audience) = match object.source {
        Source::WellKnown(_) => (well_known::OWNER, "AzureADMultipleOrgs"),
        Source::Application => (seed::TENANT_ID, "AzureADMyOrg"),
        Source::Registered(_) if object.app_id.is_some() => (seed::TENANT_ID, "AzureADMyOrg"),
        _ => return Value::Null,
    };
    json!(match name.to_lowercase().as_str() {
        "appownerorganizationid" => owner,
        "signinaudience" => audience,
        _ => object.display_name,
    })
}

fn app_role(role: &AppRole) -> Value {
    json!({
        "allowedMemberTypes": role.allowed_member_types,
        "description": role.description,
        "displayName": role.display_name,
        "id": role.id,
        "isEnabled": role.is_enabled,
        "origin": "Application",
        "value": role.value,
    })
}

fn nickname(display_name: &str) -> String {
    display_name
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_.".contains(*c))
        .collect()
}

/// The properties that were asked for.
pub(super) fn body(state: &State, object: &Object<'_>, selected: &[&str]) -> Map<String, Value> {
    let of = |name: &&str| ((*name).to_owned(), property(state, object, name));
    json::object(selected.iter().map(of))
}

/// `#microsoft.graph.group` and the like.
pub(super) fn type_name(object: &Object<'_>) -> String {
    format!("#microsoft.graph.{}", Collection::of(object.kind).item())
}
