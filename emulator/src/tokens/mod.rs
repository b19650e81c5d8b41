//! The tokens that were given out.

pub(crate) mod claims;
pub(crate) mod refusal;
pub(crate) mod store;
