//! The types of resources as their providers describe them.

use serde::Deserialize;

use super::client::Client;
use crate::base::{Category, Error, Result};

/// The version in which the providers of a subscription are read.
const API_VERSION: &str = "2021-04-01";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    #[serde(default)]
    resource_types: Vec<Described>,
}

/// A type of resources as its provider describes it in a subscription.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Described {
    resource_type: String,
    pub(super) locations: Vec<String>,
    api_versions: Vec<String>,
}

/// A type of resources in a subscription; an empty description when its provider does not have it.
///
/// # Errors
/// Those of the request.
pub(super) async fn describe(
    client: &Client,
    subscription: &str,
    namespace: &str,
    name: &str,
) -> Result<Described> {
    let path = format!("/subscriptions/{subscription}/providers/{namespace}");
    let reply = client.get(&path, API_VERSION, namespace).await?;
    let provider: Provider = reply.json(namespace)?;
    let mut types = provider.resource_types.into_iter();
    let described = types.find(|one| one.resource_type.eq_ignore_ascii_case(name));
    Ok(described.unwrap_or_default())
}

impl Described {
    /// The newest version that is not a preview; empty when there is none.
    pub(super) fn newest_version(&self) -> String {
        let versions = self.api_versions.iter();
        let stable = versions.filter(|version| !version.contains("preview"));
        stable.max().cloned().unwrap_or_default()
    }
}

/// The newest stable api-version of a type of resources, such as `Microsoft.Web/sites/slots`, in a
/// subscription; the newest preview where it has no other. Asked for once a minute however many
/// operations want it.
///
/// # Errors
/// `InvalidResourceType` when the provider does not have the type; those of the request.
pub(crate) async fn newest_version(
    client: &Client,
    subscription: &str,
    kind: &str,
) -> Result<String> {
    let (namespace, name) = kind.split_once('/').unwrap_or((kind, ""));
    let key = format!("api-version of {kind} in {subscription}");
    client
        .shared_answer(
            &key,
            Box::pin(async {
                let described = describe(client, subscription, namespace, name).await;
                let described = described.map_err(|error| {
                    match error.status() {
                Some(403) => error.advise(
                    "Specify the api-version with -ApiVersion, or ask for the role Reader on the \
                     subscription.",
                ),
                _ => error,
            }
                })?;
                let newest = match described.newest_version() {
                    none if none.is_empty() => described.api_versions.iter().max().cloned(),
                    stable => Some(stable),
                };
                newest.ok_or_else(|| unknown(namespace, name, kind))
            }),
        )
        .await
}

fn unknown(namespace: &str, name: &str, kind: &str) -> Error {
    let message = format!("The resource provider {namespace} has no resource type '{name}'");
    let category = Category::InvalidArgument;
    Error::new(category, "InvalidResourceType", kind, message)
        .advise("Check the type: Get-ResourceIdentity shows those of your resources.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_no_version_to_read_with() {
        let described = Described {
            api_versions: vec!["2024-01-01".into(), "2025-01-01-preview".into()],
            ..Described::default()
        };
        assert_eq!(described.newest_version(), "2024-01-01");
        assert_eq!(Described::default().newest_version(), "");
    }
}
