//! Azure's managed identities, from creation to removal.
//!
//! This library is the logic of the ManagedIdentity PowerShell module. It signs in ([`connect`],
//! [`auth`]), speaks to Azure Resource Manager ([`arm`]), and knows user-assigned identities
//! ([`identity`]) and the identity of every other resource ([`resource`]), machines with
//! instances among them ([`compute`]). Other languages reach it
//! through the C ABI in [`ffi`], the only place with unsafe code.

pub mod access;
pub mod arm;
pub mod auth;
pub mod base;
pub mod completion;
pub mod compute;
pub mod connect;
pub mod deployment;
pub mod emulator;
pub mod export;
pub mod ffi;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod identity;
pub mod resource;
