//! Subscriptions and resource groups.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::resource::Tags;
use crate::base::seed;

/// A subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tenant_id: String,
    /// The key of the management group that it is in; none for the root.
    #[serde(default)]
    pub(crate) management_group: Option<String>,
    #[serde(default)]
    pub(crate) tags: Option<Tags>,
}

impl Subscription {
    pub(crate) fn new(id: &str, name: &str) -> Self {
        Subscription {
            id: id.to_owned(),
            name: name.to_owned(),
            tenant_id: seed::TENANT_ID.to_owned(),
            management_group: None,
            tags: None,
        }
    }

    /// As it is shown; one that is disabled can only be read and emptied.
    pub(crate) fn body(&self, disabled: bool) -> Value {
        let mut body = json!({
            "id": format!("/subscriptions/{}", self.id),
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": self.id,
            "tenantId": self.tenant_id,
            "displayName": self.name,
            "state": if disabled { "Disabled" } else { "Enabled" },
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        });
        if let Some(tags) = &self.tags {
            body["tags"] = json!(tags);
        }
        body
    }
}

/// A resource group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceGroup {
    pub(crate) subscription: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Option<Tags>,
    /// A deletion is running.
    pub(crate) deleting: bool,
}

impl ResourceGroup {
    pub(crate) fn seeded(subscription: &str, name: &str) -> Self {
        ResourceGroup {
            subscription: subscription.to_owned(),
            name: name.to_owned(),
            location: seed::LOCATION.to_owned(),
            tags: None,
            deleting: false,
        }
    }

    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "id": format!("/subscriptions/{}/resourceGroups/{}", self.subscription, self.name),
            "name": self.name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": self.location,
            "properties": {
                "provisioningState": if self.deleting { "Deleting" } else { "Succeeded" },
            },
        });
        if let Some(tags) = &self.tags {
            body["tags"] = json!(tags);
        }
        body
    }
}
