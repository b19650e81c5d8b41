//! The system-assigned identity of any resource.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::model::{API_VERSION, Properties};
use crate::arm::Client;
use crate::base::{Category, Error, ResourceLabel, Result, ScopeId, capitalized, null_is_empty};

/// The system-assigned identity of a resource. Azure sends a signed URL with it, which is not
/// even read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemAssignedIdentity {
    /// Its id: that of the resource, with `/providers/Microsoft.ManagedIdentity/identities/default`.
    pub id: String,
    /// `default`.
    pub name: String,
    /// `Microsoft.ManagedIdentity/identities`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The resource's region.
    #[serde(default)]
    pub location: String,
    /// The resource's tags.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What Azure makes of it.
    #[serde(default)]
    pub properties: Properties,
}

/// Whether what is called so has an id and can't have an identity of its own.
pub(crate) fn cannot_have_identity(label: &str) -> bool {
    const WITHOUT: [&str; 4] = [
        "user-assigned identity",
        "federated credential",
        "role assignment",
        "deployment",
    ];
    WITHOUT.contains(&label)
}

/// What the id of a system-assigned identity adds to that of its resource.
const SUFFIX: &str = "/providers/Microsoft.ManagedIdentity/identities/default";

/// The resource that is meant: by its own id, or by that of its system-assigned identity.
fn resource(text: &str) -> Result<ScopeId> {
    let text = text.trim().trim_end_matches('/');
    let own = match text.len().checked_sub(SUFFIX.len()) {
        Some(at) if text.is_char_boundary(at) && text[at..].eq_ignore_ascii_case(SUFFIX) => {
            &text[..at]
        }
        _ => text,
    };
    match ResourceLabel::read(own) {
        Some(found) if cannot_have_identity(&found.label) => {
            let message = format!(
                "{} has no system-assigned identity: -Scope must be the id of a resource that can \
                 have one",
                capitalized(&found.short())
            );
            let code = "InvalidScope";
            Err(Error::new(
                Category::InvalidArgument,
                code,
                "Scope",
                message,
            ))
        }
        _ => ScopeId::parse(own),
    }
}

/// Reads the system-assigned identity of a resource.
///
/// # Errors
/// `InvalidScope`, before any request; `NoSystemAssignedIdentity` when the resource has none;
/// `ResourceNotFound` and the like.
pub async fn system_assigned(client: &Client, scope: &str) -> Result<SystemAssignedIdentity> {
    let scope = resource(scope)?;
    let path = format!("{scope}{SUFFIX}");
    match client.get(&path, API_VERSION, scope.as_str()).await {
        Ok(reply) => reply.json(scope.as_str()),
        Err(error) if error.status() == Some(404) => Err(missing(client, &scope, error).await),
        Err(error) => Err(error),
    }
}

/// Azure says of a resource without a system-assigned identity what it says of one that does not
/// exist: that the identity was not found. The list of the group tells which of them it is.
async fn missing(client: &Client, scope: &ScopeId, error: Error) -> Error {
    let Some(resource) = ResourceLabel::read(scope.as_str()) else {
        return error;
    };
    match exists(client, scope, &resource).await {
        Some(true) => without_identity(scope, &resource),
        Some(false) => error.reworded(format!("There is no {resource}")),
        None => {
            let message =
                format!("The {resource} has no system-assigned identity, or does not exist");
            error.reworded(message)
        }
    }
}

/// Whether a resource is in the list of its group; none when that can't be told.
async fn exists(client: &Client, scope: &ScopeId, resource: &ResourceLabel<'_>) -> Option<bool> {
    let (Some(subscription), Some(group), None) =
        (resource.subscription, resource.group, resource.parent)
    else {
        return None;
    };
    let path = format!("/subscriptions/{subscription}/resourceGroups/{group}/resources");
    let mut url = client.url(&path, RESOURCES_API_VERSION);
    let filter = format!("name eq '{}'", resource.name.replace('\'', "''"));
    url.query_pairs_mut().append_pair("$filter", &filter);
    let reply = client.get_url(url, resource.name).await.ok()?;
    let found: Found = reply.json(resource.name).ok()?;
    let is_it = |one: &Listed| one.id.eq_ignore_ascii_case(scope.as_str());
    Some(found.value.iter().any(is_it))
}

fn without_identity(scope: &ScopeId, resource: &ResourceLabel<'_>) -> Error {
    let advice = match resource.label.as_str() {
        "virtual machine" => "Enable it with Update-VmIdentity -EnableSystemAssigned.",
        "virtual machine scale set" => "Enable it with Update-VmssIdentity -EnableSystemAssigned.",
        _ => "Enable it with Update-ResourceIdentity -EnableSystemAssigned.",
    };
    Error::new(
        Category::ObjectNotFound,
        "NoSystemAssignedIdentity",
        scope.as_str(),
        format!("The {} has no system-assigned identity", resource.short()),
    )
    .advise(advice)
}

const RESOURCES_API_VERSION: &str = "2021-04-01";

#[derive(Deserialize)]
struct Found {
    value: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_is_meant_by_either_id() {
        let vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm";
        for id in [vm.to_owned(), format!("{vm}{}", SUFFIX.to_lowercase())] {
            assert_eq!(resource(&id).unwrap().as_str(), vm);
        }
        let identity = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/\
                        userassignedidentities/id1";
        let error = resource(identity).unwrap_err();
        assert_eq!(error.code(), "InvalidScope");
        assert!(error.message().starts_with(
            "User-assigned identity 'id1' has no system-assigned identity: -Scope must be"
        ));
    }

    #[test]
    fn what_azure_sends_is_read_without_its_secret() {
        let identity: SystemAssignedIdentity = serde_json::from_str(
            r#"{"id":"/x","name":"default","type":"Microsoft.ManagedIdentity/identities",
                "location":"eastus","tags":null,"properties":{"tenantId":"t","principalId":"p",
                "clientId":"c","clientSecretUrl":"https://x?sig=marked"}}"#,
        )
        .unwrap();
        assert_eq!(identity.properties.principal_id, "p");
        assert!(!format!("{identity:?}").contains("marked"));
    }
}
