//! The subscriptions that a sign-in can see.

use serde::Deserialize;

use super::client::Client;
use super::paging::Pages;
use crate::base::{Category, Error, Result, check_subscription_id};

pub(super) const API_VERSION: &str = "2022-12-01";

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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

fn none_visible() -> Error {
    Error::new(
        Category::ObjectNotFound,
        "NoSubscription",
        "subscriptions",
        "This sign-in has access to no enabled subscription",
    )
    .advise("Check -Tenant, or ask for a role on the subscription.")
}
