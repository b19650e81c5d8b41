//! What a plan reads to find what Azure would refuse: whether a resource of any type is there, and
//! in which regions a type is.

use serde::Deserialize;

use super::client::Client;
use super::{resource_group, subscription};
use crate::base::{Error, Result, every_other, last_provider};

/// The version in which the providers of a subscription are read.
const API_VERSION: &str = "2021-04-01";

/// The codes of a path that leads to nothing.
const ABSENT: [&str; 3] = [
    "ResourceNotFound",
    "ResourceGroupNotFound",
    "SubscriptionNotFound",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    #[serde(default)]
    resource_types: Vec<ResourceType>,
}

/// A type of resources as its provider describes it in a subscription.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceType {
    resource_type: String,
    locations: Vec<String>,
    api_versions: Vec<String>,
}

/// Checks that there is something with this id: a subscription, a resource group or a resource.
/// What may not be read passes.
///
/// # Errors
/// `ResourceNotFound` and the like; `EndpointUnreachable` and the like.
pub(crate) async fn require(client: &Client, id: &str) -> Result<()> {
    match look(client, id).await {
        Err(error) if ABSENT.contains(&error.code()) || error.status().is_none() => Err(error),
        _ => Ok(()),
    }
}

/// Whether Azure said that a resource is not there. A 404 of anything else says nothing about it.
pub(crate) fn is_gone(error: &Error) -> bool {
    matches!(error.code(), "ResourceNotFound" | "ResourceGroupNotFound")
}

/// The regions of a type of resources, as Azure shows them; none when they may not be read.
///
/// # Errors
/// `EndpointUnreachable` and the like.
pub(crate) async fn regions(
    client: &Client,
    subscription: &str,
    namespace: &str,
    name: &str,
) -> Result<Vec<String>> {
    match describe(client, subscription, namespace, name).await {
        Ok(described) => Ok(described.locations),
        Err(error) if error.status().is_none() => Err(error),
        Err(_) => Ok(Vec::new()),
    }
}

async fn look(client: &Client, id: &str) -> Result<()> {
    let parts: Vec<&str> = id.trim_matches('/').split('/').collect();
    if !parts[0].eq_ignore_ascii_case("subscriptions") {
        return Ok(());
    }
    let version = match parts[..] {
        [_, _] => subscription::API_VERSION.to_owned(),
        [_, _, _, _] => resource_group::API_VERSION.to_owned(),
        [_, subscription, ..] => match type_of(&parts) {
            Some((namespace, name)) => {
                let described = describe(client, subscription, namespace, &name).await?;
                described.newest_version()
            }
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    match version.is_empty() {
        true => Ok(()),
        false => client.get(id, &version, id).await.map(drop),
    }
}

/// `…/providers/{namespace}/{type}/{name}/{type}/{name}`: the last provider counts.
fn type_of<'a>(parts: &[&'a str]) -> Option<(&'a str, String)> {
    let (_, namespace, rest) = last_provider(parts)?;
    (!rest.is_empty() && rest.len() % 2 == 0).then(|| (namespace, every_other(rest)))
}

async fn describe(
    client: &Client,
    subscription: &str,
    namespace: &str,
    name: &str,
) -> Result<ResourceType> {
    let path = format!("/subscriptions/{subscription}/providers/{namespace}");
    let reply = client.get(&path, API_VERSION, namespace).await?;
    let provider: Provider = reply.json(namespace)?;
    let mut types = provider.resource_types.into_iter();
    let described = types.find(|one| one.resource_type.eq_ignore_ascii_case(name));
    Ok(described.unwrap_or_default())
}

impl ResourceType {
    /// The newest version that is not a preview; empty when there is none.
    fn newest_version(&self) -> String {
        let versions = self.api_versions.iter();
        let stable = versions.filter(|version| !version.contains("preview"));
        stable.max().cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_that_of_the_last_provider() {
        let of = |id: &str| {
            let parts: Vec<&str> = id.trim_matches('/').split('/').collect();
            type_of(&parts).map(|(namespace, name)| format!("{namespace}/{name}"))
        };
        let group = "/subscriptions/s/resourceGroups/g";
        let cases = [
            ("/providers/A.B/vms/vm1", Some("A.B/vms")),
            ("/providers/A.B/nets/n/subnets/s", Some("A.B/nets/subnets")),
            (
                "/providers/A.B/vms/v/providers/C.D/locks/l",
                Some("C.D/locks"),
            ),
            ("/providers/A.B/vms", None),
            ("/providers/A.B", None),
            ("", None),
        ];
        for (tail, wanted) in cases {
            assert_eq!(of(&format!("{group}{tail}")).as_deref(), wanted, "{tail}");
        }
    }

    #[test]
    fn a_preview_is_no_version_to_read_with() {
        let described = ResourceType {
            api_versions: vec!["2024-01-01".into(), "2025-01-01-preview".into()],
            ..ResourceType::default()
        };
        assert_eq!(described.newest_version(), "2024-01-01");
        assert_eq!(ResourceType::default().newest_version(), "");
    }
}
