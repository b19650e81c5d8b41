//! Role definitions: what a role is called, and its id.

use serde::Deserialize;

use super::AccessScope;
use crate::arm::{Category, Client, Error, Pages, Result};

/// The version of Microsoft.Authorization that is spoken here.
pub(super) const API_VERSION: &str = "2022-04-01";

/// A role as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// By its name, such as `Reader`.
    Named(String),
    /// By its GUID, or by its full id.
    Id(String),
}

/// A role definition.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RoleDefinition {
    /// Its full id.
    pub id: String,
    /// Its GUID.
    pub name: String,
    /// What it is called and means.
    pub properties: RoleProperties,
}

/// What a role is called and means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RoleProperties {
    /// What people call it, such as `Reader`.
    pub role_name: String,
    /// What it is for.
    pub description: String,
}

/// The role definitions that can be assigned at a scope, those of a name or all.
pub fn definitions(
    client: &Client,
    scope: &AccessScope,
    name: Option<&str>,
) -> Pages<RoleDefinition> {
    let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions");
    let filter = name.map(|name| format!("roleName eq {}", quoted(name)));
    Pages::filtered(client, &path, API_VERSION, filter.as_deref(), &path)
}

impl Role {
    /// The full id of the role at a scope.
    ///
    /// # Errors
    /// `RoleDefinitionDoesNotExist` when no role has that name; `InvalidRoleDefinitionId`; those
    /// of the request.
    pub(super) async fn id_at(&self, client: &Client, scope: &AccessScope) -> Result<String> {
        match self {
            Self::Id(id) => full_id(id, scope),
            Self::Named(name) => {
                let mut pages = definitions(client, scope, Some(name));
                while let Some(page) = pages.next().await? {
                    if let Some(role) = page.into_iter().next() {
                        return Ok(role.id);
                    }
                }
                Err(unknown(name, scope))
            }
        }
    }
}

/// A GUID is that of a built-in role, or of one that the subscription has of its own.
fn full_id(id: &str, scope: &AccessScope) -> Result<String> {
    let guid = guid_of(id);
    if uuid::Uuid::try_parse(guid).is_ok() && guid.len() == 36 {
        let subscription = scope.as_str().split('/').nth(2).unwrap_or_default();
        return Ok(format!(
            "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
        ));
    }
    Err(Error::invalid(
        "InvalidRoleDefinitionId",
        "RoleDefinitionId",
        id,
        "it is a GUID, or an id that ends in /roleDefinitions/<GUID>.",
    ))
}

/// The last part of an id: what tells roles apart, at whatever scope their id was read.
pub(super) fn guid_of(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

/// A text in a filter: in single quotes, with those in it doubled.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn unknown(name: &str, scope: &AccessScope) -> Error {
    let message = format!("No role is called '{name}' at '{scope}'");
    Error::new(
        Category::ObjectNotFound,
        "RoleDefinitionDoesNotExist",
        name,
        message,
    )
    .advise("Check -RoleDefinitionName; names are whole, such as 'Managed Identity Operator'.")
}
