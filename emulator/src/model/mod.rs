//! The records of what the emulated cloud holds.

pub(crate) mod application;
pub(crate) mod builtin_roles;
pub(crate) mod certificate;
