//! Registers a resource provider in a subscription that has not used it yet, as Azure's own
//! clients do. Source: Azure's documentation, "Azure resource providers and types".

use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::{Client, Request};
use crate::base::{Category, Error, Method, Result};

const API_VERSION: &str = "2021-04-01";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    #[serde(default)]
    registration_state: String,
}

/// The registration that a refused path needs: `/subscriptions/{id}/…/providers/{namespace}/…`.
fn provider_of(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let subscription = parts.get(2)?;
    let after = parts
        .iter()
        .position(|part| part.eq_ignore_ascii_case("providers"))?;
    let namespace = parts.get(after + 1)?;
    Some(format!(
        "/subscriptions/{subscription}/providers/{namespace}"
    ))
}

/// Registers the provider that `path` belongs to, and waits until it is.
///
/// # Errors
/// Those of the requests; `RegistrationTimeout`; `WarningRefused`.
pub(super) async fn register(client: &Client, path: &str, target: &str) -> Result<()> {
    let Some(provider) = provider_of(path) else {
        return Ok(());
    };
    let warning = format!(
        "The resource provider {} is not registered in the subscription: registering it now.",
        provider.rsplit('/').next().unwrap_or_default()
    );
    client.guard(target, warning).await?;
    client
        .send(Request::new(
            Method::POST,
            client.url(&format!("{provider}/register"), API_VERSION),
            target,
        ))
        .await?;
    let started = Instant::now();
    for look in 0.. {
        let reply = client.get(&provider, API_VERSION, target).await?;
        let state = reply.json::<Provider>(target)?.registration_state;
        if state.eq_ignore_ascii_case("Registered") {
            return Ok(());
        }
        if started.elapsed() > client.retry().operation_limit {
            break;
        }
        sleep(client.retry().poll_wait(look, None)).await;
    }
    Err(Error::new(
        Category::OperationTimeout,
        "RegistrationTimeout",
        target,
        format!("'{provider}' is still not registered"),
    )
    .advise("The registration continues in Azure: try again later."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_is_the_first_in_the_path() {
        assert_eq!(
            provider_of("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/x/y"),
            Some("/subscriptions/s/providers/Microsoft.Compute".to_owned())
        );
        assert_eq!(provider_of("/subscriptions/s"), None);
        assert_eq!(provider_of(""), None);
    }
}
