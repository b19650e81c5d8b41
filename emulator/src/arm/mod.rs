//! What every provider of Azure Resource Manager shares: routes and the checks before a handler runs,
//! errors, headers, pages, throttling, long-running operations.

pub(crate) mod assignment;
pub(crate) mod authentication;
pub(crate) mod conditions;
mod content;
pub(crate) mod error;
pub(crate) mod filter;
pub(crate) mod guards;
pub(crate) mod headers;
pub(crate) mod operations;
pub(crate) mod paging;
pub(crate) mod route;
pub(crate) mod router;
pub(crate) mod scope;
pub(crate) mod throttle;
pub(crate) mod values;
mod versions;
