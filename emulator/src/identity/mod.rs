//! Microsoft.ManagedIdentity.

pub(crate) mod federated;
mod user_assigned;

pub(crate) use user_assigned::*;
