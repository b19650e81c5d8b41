//! Role definitions: what a role is called, and its id.

use std::collections::HashMap;

use serde::Deserialize;

use crate::arm::{Client, Pages};
use crate::base::{Category, Error, Result, ScopeId, is_guid};

/// The version of Microsoft.Authorization that is spoken here.
pub(super) const API_VERSION: &str = "2022-04-01";

/// A role as a caller names it: by its name, or by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Its name, such as `Reader`.
    pub name: Option<String>,
    /// Its GUID, or its full id.
    pub id: Option<String>,
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
    /// `BuiltInRole` or `CustomRole`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The role definitions that can be assigned at a scope, those of a name or all.
pub fn definitions(client: &Client, scope: &ScopeId, name: Option<&str>) -> Pages<RoleDefinition> {
    let path = scope.extension("Microsoft.Authorization/roleDefinitions");
    let filter = name.map(|name| format!("roleName eq {}", quoted(name)));
    Pages::filtered(client, &path, API_VERSION, filter.as_deref(), &path)
}

impl Role {
    /// The role of that name.
    pub fn named(name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            id: None,
        }
    }

    /// Whether any is named.
    pub(super) fn is_given(&self) -> bool {
        *self != Self::default()
    }

    /// Checks what can be checked without asking.
    ///
    /// # Errors
    /// `MissingParameter` when no role is named; `InvalidRoleDefinition` when it is in two ways;
    /// `InvalidRoleDefinitionId`.
    pub(super) fn check(&self) -> Result<()> {
        let rule = "specify the role with either -RoleDefinitionName or -RoleDefinitionId.";
        match (&self.name, &self.id) {
            (Some(name), None) if !name.trim().is_empty() => Ok(()),
            (None, Some(id)) => check_id(id),
            (Some(name), Some(_)) => Err(Error::invalid(
                "InvalidRoleDefinition",
                "RoleDefinitionName",
                name,
                rule,
            )),
            _ => Err(Error::missing("RoleDefinitionName", rule)),
        }
    }

    /// What messages call it.
    pub(super) fn label(&self) -> &str {
        let either = self.name.as_deref().or(self.id.as_deref());
        either.unwrap_or_default()
    }

    /// The full id of the role at a scope. The same name is asked for once a minute.
    ///
    /// # Errors
    /// Those of [`check`](Self::check); `RoleDefinitionDoesNotExist` when no role has that name;
    /// those of the request.
    pub(super) async fn id_at(&self, client: &Client, scope: &ScopeId) -> Result<String> {
        self.check()?;
        let Some(name) = &self.name else {
            return Ok(full_id(self.label(), scope));
        };
        let key = format!("role {name} at {scope}");
        client
            .shared_answer(
                &key,
                Box::pin(async {
                    let mut pages = definitions(client, scope, Some(name));
                    while let Some(page) = pages.next().await? {
                        if let Some(role) = page.into_iter().next() {
                            return Ok(role.id);
                        }
                    }
                    Err(unknown(name, scope))
                }),
            )
            .await
    }
}

/// Checks that there is a role with this full id. One that may not be read passes.
///
/// # Errors
/// `RoleDefinitionDoesNotExist`; `EndpointUnreachable` and the like.
pub(super) async fn require(client: &Client, id: &str) -> Result<()> {
    match client.get(id, API_VERSION, id).await {
        Err(error) if error.status() == Some(404) => {
            let message = format!("There is no role with the id '{}'", guid_of(id));
            let advice = "Check -RoleDefinitionId. A custom role exists only in its assignable \
                          scopes.";
            Err(error
                .recoded("RoleDefinitionDoesNotExist")
                .reworded(message)
                .advise(advice))
        }
        Err(error) if error.status().is_none() => Err(error),
        _ => Ok(()),
    }
}

fn check_id(id: &str) -> Result<()> {
    let guid = guid_of(id);
    if is_guid(guid) {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidRoleDefinitionId",
        "RoleDefinitionId",
        id,
        "it must be a GUID, or an id that ends in /roleDefinitions/<GUID>.",
    ))
}

/// A GUID is that of a built-in role, or of one that the subscription has of its own.
fn full_id(id: &str, scope: &ScopeId) -> String {
    let subscription = scope.subscription_id();
    let owner = subscription.map_or_else(ScopeId::root, ScopeId::subscription);
    owner.extension(&format!(
        "Microsoft.Authorization/roleDefinitions/{}",
        guid_of(id)
    ))
}

/// The names of the roles that can be assigned at a scope, by GUID. Asked for once a minute.
///
/// # Errors
/// Those of the request.
pub(super) async fn names(client: &Client, scope: &ScopeId) -> Result<HashMap<String, String>> {
    let key = format!("names of roles at {scope}");
    let text = client.shared_answer(
        &key,
        Box::pin(async {
            let roles = definitions(client, scope, None).all().await?.into_iter();
            let known: HashMap<String, String> = roles
                .map(|role| (role.name.to_lowercase(), role.properties.role_name))
                .collect();
            Ok(serde_json::to_string(&known).unwrap_or_default())
        }),
    );
    Ok(serde_json::from_slice(text.await?.as_bytes()).unwrap_or_default())
}

/// The last part of an id: what tells roles apart, at whatever scope their id was read.
pub(super) fn guid_of(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

/// A text in a filter: in single quotes, with those in it doubled.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn unknown(name: &str, scope: &ScopeId) -> Error {
    let message = format!("There is no role named '{name}' at '{scope}'");
    Error::new(
        Category::ObjectNotFound,
        "RoleDefinitionDoesNotExist",
        name,
        message,
    )
    .advise(
        "Check -RoleDefinitionName: it must be the full name, such as 'Managed Identity \
         Operator'.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_once() {
        let code = |name: Option<&str>, id: Option<&str>| {
            let (name, id) = (name.map(str::to_owned), id.map(str::to_owned));
            Role { name, id }
                .check()
                .map_err(|error| error.code().to_owned())
        };
        assert_eq!(code(Some("Reader"), None), Ok(()));
        assert_eq!(
            code(None, Some("acdd72a7-3385-48ef-bd42-f606fba81ae7")),
            Ok(())
        );
        let cases = [
            (None, None, "MissingParameter"),
            (Some(" "), None, "MissingParameter"),
            (Some("a"), Some("b"), "InvalidRoleDefinition"),
            (None, Some("Reader"), "InvalidRoleDefinitionId"),
        ];
        for (name, id, expected) in cases {
            assert_eq!(code(name, id), Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_guid_is_a_role_of_the_scopes_subscription() {
        let guid = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
        let id = |scope: &str| full_id(guid, &ScopeId::parse(scope).unwrap());
        let tail = format!("/providers/Microsoft.Authorization/roleDefinitions/{guid}");
        assert_eq!(
            id("/subscriptions/s/resourceGroups/g"),
            format!("/subscriptions/s{tail}")
        );
        assert_eq!(id("/"), tail);
    }
}
