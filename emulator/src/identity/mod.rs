//! Microsoft.ManagedIdentity: user-assigned identities and their federated credentials, and the
//! system-assigned identity of a resource. No operation of this provider is long-running.

mod federated;
mod user_assigned;

use crate::arm::route::Provider;
use crate::model::identity::KIND;
use crate::state::Parts;
pub(crate) use user_assigned::name_is_valid;

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[user_assigned::ROUTES, federated::ROUTES],
    resource_type: Some(|name| KIND.eq_ignore_ascii_case(name).then_some(KIND)),
    parts: &[Parts::add::<federated::Writes>],
    ..Provider::NOTHING
};
