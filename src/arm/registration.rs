//! Registers a resource provider in a subscription that has not used it yet, as Azure's own
//! clients do. Source: Azure's documentation, "Azure resource providers and types".

use serde::Deserialize;

use super::reply::Reply;
use crate::base::{Result, Wait};

pub(super) const API_VERSION: &str = "2021-04-01";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    #[serde(default)]
    registration_state: String,
}

/// The registration of a provider in a subscription.
pub(super) struct Registration {
    provider: String,
}

impl Registration {
    /// What a refused path needs: `/subscriptions/{id}/…/providers/{namespace}/…`.
    pub(super) fn needed_by(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        let subscription = parts.get(2)?;
        let after = parts
            .iter()
            .position(|part| part.eq_ignore_ascii_case("providers"))?;
        let namespace = parts.get(after + 1)?;
        Some(Self {
            provider: format!("/subscriptions/{subscription}/providers/{namespace}"),
        })
    }

    /// The path of the provider in the subscription.
    pub(super) fn provider(&self) -> &str {
        &self.provider
    }

    /// What the user is told before it is registered.
    pub(super) fn warning(&self) -> String {
        format!(
            "The resource provider {} is not registered in the subscription: registering it now.",
            self.provider.rsplit('/').next().unwrap_or_default()
        )
    }

    /// Whether the provider's state, as it was read, is registered.
    ///
    /// # Errors
    /// `UnexpectedContent`.
    pub(super) fn is_done(state: &Reply, target: &str) -> Result<bool> {
        let state = state.json::<Provider>(target)?.registration_state;
        Ok(state.eq_ignore_ascii_case("Registered"))
    }

    /// The wait for it.
    pub(super) fn wait(&self) -> Wait {
        let namespace = self.provider.rsplit('/').next().unwrap_or_default();
        let activity = format!("Registering the resource provider {namespace}");
        Wait::new(activity, format!("the registration of {namespace}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_is_the_first_in_the_path() {
        let needed = |path| Registration::needed_by(path).map(|needed| needed.provider);
        assert_eq!(
            needed("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/x/y"),
            Some("/subscriptions/s/providers/Microsoft.Compute".to_owned())
        );
        assert_eq!(needed("/subscriptions/s"), None);
        assert_eq!(needed(""), None);
    }
}
