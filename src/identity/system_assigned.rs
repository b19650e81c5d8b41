//! The system-assigned identity of any resource.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::API_VERSION;
use super::model::Properties;
use crate::access::AccessScope;
use crate::arm::{Client, Result, null_is_empty};

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

/// Reads the system-assigned identity of a resource.
///
/// # Errors
/// `InvalidScope`, before any request; `ResourceNotFound` and the like, also where the resource
/// has no system-assigned identity.
pub async fn system_assigned(client: &Client, scope: &str) -> Result<SystemAssignedIdentity> {
    let scope = AccessScope::parse(scope)?;
    let path = format!("{scope}/providers/Microsoft.ManagedIdentity/identities/default");
    let reply = client.get(&path, API_VERSION, scope.as_str()).await?;
    reply.json(scope.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

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
