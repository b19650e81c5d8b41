//! The subscriptions that a sign-in can see.

use serde::{Deserialize, Serialize};

use super::client::Client;
use super::paging::Pages;
use crate::base::{Category, Error, Result, check_subscription_id, is_guid, same_name};

pub(super) const API_VERSION: &str = "2022-12-01";

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its id, a GUID.
    #[serde(rename = "subscriptionId")]
    pub id: String,
    /// Its name.
    #[serde(rename = "displayName", default)]
    pub name: String,
    /// `Enabled`, `Disabled`, `Warned`, …
    #[serde(default)]
    pub state: String,
    /// The tenant that it trusts.
    #[serde(default)]
    pub tenant_id: String,
}

/// The subscription to work in: the one asked for, or else the first that is enabled. More than
/// one to choose from is worth a warning.
///
/// # Errors
/// `InvalidSubscriptionId`; `NoSubscription` when the sign-in sees none; those of the request.
pub async fn choose(client: &Client, wanted: Option<&str>) -> Result<Subscription> {
    if let Some(id) = wanted {
        check_subscription_id(id)?;
        let reply = client
            .get(&format!("/subscriptions/{id}"), API_VERSION, id)
            .await?;
        return reply.json(id);
    }
    let pages = Pages::<Subscription>::new(client, "/subscriptions", API_VERSION, "subscriptions");
    let seen = pages.all().await?;
    let enabled = seen
        .iter()
        .filter(|subscription| subscription.state.eq_ignore_ascii_case("Enabled"))
        .count();
    let chosen = seen
        .into_iter()
        .find(|subscription| subscription.state.eq_ignore_ascii_case("Enabled"))
        .ok_or_else(none_visible)?;
    if enabled > 1 {
        client.observer().warning(format!(
            "This sign-in has access to {enabled} subscriptions. The connection uses '{}' ({}); \
             choose another with -SubscriptionId.",
            chosen.name, chosen.id
        ));
    }
    Ok(chosen)
}

/// What `-SubscriptionId` may be.
const RULE: &str =
    "it must be the id or the name of a subscription that this sign-in has access to.";

/// The subscriptions with these ids or names, in that order, each once. The list of all is asked for
/// once a minute.
///
/// # Errors
/// `InvalidSubscriptionId` for one that the sign-in does not see, `AmbiguousName` for a name that
/// several have; those of the request.
pub async fn find(client: &Client, named: &[String]) -> Result<Vec<Subscription>> {
    if let Some(blank) = named.iter().find(|one| one.trim().is_empty()) {
        return Err(invalid(blank));
    }
    let seen = seen(client).await?;
    let mut found: Vec<Subscription> = Vec::new();
    for one in named {
        let subscription = one_of(&seen, one)?;
        if !found.iter().any(|known| known.id == subscription.id) {
            found.push(subscription.clone());
        }
    }
    Ok(found)
}

/// An id comes before a name.
fn one_of<'a>(seen: &'a [Subscription], named: &str) -> Result<&'a Subscription> {
    let by_id = |one: &&Subscription| one.id.eq_ignore_ascii_case(named);
    if let Some(subscription) = seen.iter().find(by_id) {
        return Ok(subscription);
    }
    let by_name = |one: &&Subscription| same_name(&one.name, named) && !is_guid(named);
    let mut named_so = seen.iter().filter(by_name);
    match (named_so.next(), named_so.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(ambiguous(seen.iter().filter(by_name), named)),
        (None, _) => Err(invalid(named)),
    }
}

async fn seen(client: &Client) -> Result<Vec<Subscription>> {
    let list = async {
        let pages =
            Pages::<Subscription>::new(client, "/subscriptions", API_VERSION, "subscriptions");
        Ok(serde_json::to_string(&pages.all().await?).unwrap_or_default())
    };
    let text = client
        .shared_answer("/subscriptions", Box::pin(list))
        .await?;
    Ok(serde_json::from_slice(text.as_bytes()).unwrap_or_default())
}

fn invalid(named: &str) -> Error {
    Error::invalid("InvalidSubscriptionId", "SubscriptionId", named, RULE)
}

fn ambiguous<'a>(all: impl Iterator<Item = &'a Subscription>, named: &str) -> Error {
    let ids: Vec<&str> = all.map(|one| one.id.as_str()).collect();
    let rule = format!(
        "several subscriptions have this name. Specify one of them by its id: {}.",
        ids.join(", ")
    );
    Error::invalid("AmbiguousName", "SubscriptionId", named, &rule)
}

fn none_visible() -> Error {
    Error::new(
        Category::ObjectNotFound,
        "NoSubscription",
        "subscriptions",
        "This sign-in has access to no enabled subscription",
    )
    .advise("Check -Tenant, or ask for a role on the subscription.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_is_named_by_its_id_or_its_name() {
        let one = |id: &str, name: &str| Subscription {
            id: id.to_owned(),
            name: name.to_owned(),
            state: "Enabled".to_owned(),
            tenant_id: String::new(),
        };
        let [first, second] = [
            "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
            "bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f",
        ];
        let seen = [
            one(first, "Größe"),
            one(second, "Dev"),
            one("3", "Dev"),
            one("4", first),
        ];
        let id = |named: &str| {
            let found = one_of(&seen, named);
            found.map(|one| one.id.clone())
        };
        assert_eq!(id("GRÖßE").unwrap(), first);
        assert_eq!(id(&second.to_uppercase()).unwrap(), second);
        assert_eq!(id(first).unwrap(), first);
        let error = id("dev").unwrap_err();
        assert_eq!(error.code(), "AmbiguousName");
        assert!(error.to_string().contains(second), "{error}");
        for unknown in ["Test", "cccc0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f"] {
            let error = id(unknown).unwrap_err();
            assert_eq!(error.code(), "InvalidSubscriptionId");
            assert!(error.to_string().contains(unknown), "{error}");
        }
    }
}
