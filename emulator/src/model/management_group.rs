//! Management groups: what subscriptions are in, one in another up to the one of the tenant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::seed;

/// A management group. The root has the id of the tenant and no parent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManagementGroup {
    /// What Azure calls its name.
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// The key of the one that it is in.
    pub(crate) parent: Option<String>,
}

/// The groups that there are at the start, by id in lower case: the root.
pub(crate) fn seeded() -> BTreeMap<String, ManagementGroup> {
    let root = ManagementGroup {
        id: seed::TENANT_ID.to_owned(),
        display_name: "Tenant Root Group".to_owned(),
        parent: None,
    };
    BTreeMap::from([(root.id.clone(), root)])
}

impl ManagementGroup {
    pub(crate) fn key(&self) -> String {
        self.id.to_lowercase()
    }

    pub(crate) fn resource_id(&self) -> String {
        format!(
            "/providers/Microsoft.Management/managementGroups/{}",
            self.id
        )
    }

    /// As lists show it.
    pub(crate) fn body(&self) -> Value {
        json!({
            "id": self.resource_id(),
            "type": "Microsoft.Management/managementGroups",
            "name": self.id,
            "properties": {
                "tenantId": seed::TENANT_ID,
                "displayName": self.display_name,
            },
        })
    }
}
