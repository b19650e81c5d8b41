//! Where resources are listed.

use super::client::Client;
use crate::base::{ResourceType, Result, check_resource_group, check_subscription_id};

/// Where to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The subscription; the connection's when not given.
    pub subscription_id: Option<String>,
    /// The resource group; the whole subscription when not given.
    pub resource_group: Option<String>,
}

impl Scope {
    /// The path of the list of resources of that type in this place.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub(crate) fn path(&self, client: &Client, kind: ResourceType) -> Result<String> {
        let subscription = client.subscription_or(self.subscription_id.as_deref())?;
        check_subscription_id(&subscription)?;
        let mut path = format!("/subscriptions/{subscription}");
        if let Some(group) = &self.resource_group {
            check_resource_group(group)?;
            path.push_str(&format!("/resourceGroups/{group}"));
        }
        path.push_str(&format!("/providers/{kind}"));
        Ok(path)
    }
}
