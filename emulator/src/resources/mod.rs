//! Microsoft.Resources: tenants, subscriptions, resource groups, and the list of all resources.

pub(crate) mod inventory;
pub(crate) mod subscriptions;
