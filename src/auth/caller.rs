//! On whose behalf tokens are asked for.

use std::sync::Arc;

use crate::base::{Http, Observer, RetryPolicy};

/// On whose behalf a token is asked for.
pub(crate) struct Caller<'a> {
    /// Where requests leave.
    pub http: &'a Http,
    /// Who hears of it.
    pub observer: &'a Arc<dyn Observer>,
    /// How patient it is.
    pub retry: &'a RetryPolicy,
}
