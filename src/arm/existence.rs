//! What a plan reads to find what Azure would refuse: whether a resource of any type is there, and
//! in which regions a type is.

use super::client::Client;
use super::provider::describe;
use super::{resource_group, subscription};
use crate::base::{Error, Result, every_other, last_provider};

/// The codes of a path that leads to nothing.
const ABSENT: [&str; 3] = [
    "ResourceNotFound",
    "ResourceGroupNotFound",
    "SubscriptionNotFound",
];

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
}
