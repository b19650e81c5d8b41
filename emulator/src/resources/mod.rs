//! Microsoft.Resources: tenants, subscriptions, providers, resource groups, and the list of all
//! resources; and management groups.

mod inventory;
mod management_groups;
mod provider_operations;
mod subscriptions;
mod tags;

use crate::arm::operations;
use crate::arm::route::{Ended, Provider};
use crate::model::operation::Effect;
use crate::state::{State, key};

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[
        subscriptions::ROUTES,
        management_groups::ROUTES,
        inventory::ROUTES,
        tags::ROUTES,
        provider_operations::ROUTES,
        operations::ROUTES,
    ],
    operation_ended: Some(operation_ended),
    ..Provider::NOTHING
};

fn operation_ended(state: &mut State, ended: &Ended<'_>) {
    if let Effect::GroupDeleted {
        subscription,
        group,
    } = ended.effect
    {
        state.remove(&key::group(subscription, group));
    }
}
