//! The managed identity of the machine or the service that this runs on.

mod app_service;
mod arc;
mod call;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod identity;
mod imds;
mod selector;

pub(crate) use call::UNAVAILABLE;
pub use identity::ManagedIdentity;
