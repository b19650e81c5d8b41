//! Azure Resource Manager's front door: authentication, api-versions, throttling, registration,
//! routing, and the headers of every reply.

pub(crate) mod error;
pub(crate) mod headers;
pub(crate) mod operations;
pub(crate) mod paging;
pub(crate) mod router;
pub(crate) mod throttle;
pub(crate) mod values;
