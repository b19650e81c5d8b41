//! Token buckets: per subscription and kind of request, as Azure Resource Manager has them, and a
//! few that belong to resource providers.

use super::error::{ArmError, ErrorBody};
use crate::base::seed;
use crate::state::throttle::Limit;

/// Reads in a subscription.
pub(crate) const READS: Limit = Limit {
    capacity: 250.0,
    per_second: 25.0,
};

/// Writes in a subscription; deletions have a bucket of the same size.
pub(crate) const WRITES: Limit = Limit {
    capacity: 200.0,
    per_second: 10.0,
};

/// Creations of user-assigned identities in a subscription and region: 80 in 20 s.
pub(crate) const IDENTITY_CREATES: Limit = Limit {
    capacity: 80.0,
    per_second: 4.0,
};

/// `listAssociatedResources` in a tenant.
pub(crate) const ASSOCIATED: Limit = Limit {
    capacity: 1.0,
    per_second: 1.0,
};

/// Limits of federated credentials, in a second, for the tenant, a subscription and an identity.
#[derive(Debug)]
pub(crate) struct FederatedLimits {
    pub(crate) tenant: Limit,
    pub(crate) subscription: Limit,
    pub(crate) identity: Limit,
}

/// Writes of federated credentials; deletions have limits of the same size.
pub(crate) const FEDERATED_WRITES: FederatedLimits = FederatedLimits {
    tenant: Limit::per_second(10.0),
    subscription: Limit::per_second(2.0),
    identity: Limit::per_second(0.25),
};

/// Reads of single ones.
pub(crate) const FEDERATED_READS: FederatedLimits = FederatedLimits {
    tenant: Limit::per_second(30.0),
    subscription: Limit::per_second(10.0),
    identity: Limit::per_second(0.5),
};

/// Lists.
pub(crate) const FEDERATED_LISTS: FederatedLimits = FederatedLimits {
    tenant: Limit::per_second(15.0),
    subscription: Limit::per_second(5.0),
    identity: Limit::per_second(0.25),
};

/// The kinds that Azure Resource Manager counts apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RequestKind {
    Read,
    Write,
    Delete,
}

impl RequestKind {
    pub(crate) fn of(method: &hyper::Method) -> Self {
        match method.as_str() {
            "GET" | "HEAD" => RequestKind::Read,
            "DELETE" => RequestKind::Delete,
            _ => RequestKind::Write,
        }
    }

    /// The end of the header's name, `x-ms-ratelimit-remaining-subscription-…`.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            RequestKind::Read => "reads",
            RequestKind::Write => "writes",
            RequestKind::Delete => "deletes",
        }
    }

    pub(crate) fn limit(self) -> Limit {
        match self {
            RequestKind::Read => READS,
            RequestKind::Write | RequestKind::Delete => WRITES,
        }
    }

    /// What the headers say while throttling is off: as much as a first request sees.
    pub(crate) fn generous(self) -> u64 {
        match self {
            RequestKind::Read => 249,
            RequestKind::Write | RequestKind::Delete => 199,
        }
    }
}

/// 429 of the front door.
pub(crate) fn subscription_throttled(
    kind: RequestKind,
    subscription: &str,
    seconds: u64,
) -> ArmError {
    let verb = kind.plural().trim_end_matches('s');
    ArmError::new(
        429,
        "SubscriptionRequestsThrottled",
        format!(
            "Number of '{verb}' requests for subscription '{subscription}' actor '{}' exceeded. Please try again after '{seconds}' seconds.",
            seed::PRINCIPAL_ID
        ),
    )
    .header("Retry-After", seconds.to_string())
    .header(
        match kind {
            RequestKind::Read => "x-ms-ratelimit-remaining-subscription-reads",
            RequestKind::Write => "x-ms-ratelimit-remaining-subscription-writes",
            RequestKind::Delete => "x-ms-ratelimit-remaining-subscription-deletes",
        },
        "0",
    )
    .gateway()
}

/// 429 of the compute provider, with its own code and the real one in the details.
pub(crate) fn compute_throttled(seconds: u64) -> ArmError {
    ArmError::new(
        429,
        "OperationNotAllowed",
        "The server rejected the request because too many requests have been received for this subscription.",
    )
    .detail(ErrorBody {
        code: "TooManyRequests".to_owned(),
        message: format!(
            "{{\"operationGroup\":\"UpdateVMResource\",\"allowedRequestCount\":0,\"retryAfter\":\"{seconds}\"}}"
        ),
        target: Some("UpdateVMResource".to_owned()),
        ..ErrorBody::new("", "")
    })
    .header("Retry-After", seconds.to_string())
    .header(
        "x-ms-ratelimit-remaining-resource",
        "Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;0",
    )
}

/// 429 of the managed identity provider.
pub(crate) fn identity_throttled(seconds: u64) -> ArmError {
    ArmError::new(
        429,
        "TooManyRequests",
        "The request was throttled: too many user-assigned identities are being created in this subscription and region.",
    )
    .header("Retry-After", seconds.to_string())
}

/// 429 of federated credentials.
pub(crate) fn federated_throttled(seconds: u64) -> ArmError {
    ArmError::new(
        429,
        "TooManyRequests",
        "The request was throttled: there are too many requests for federated identity credentials.",
    )
    .header("Retry-After", seconds.to_string())
}

/// 429 of `listAssociatedResources`.
pub(crate) fn associated_throttled(seconds: u64) -> ArmError {
    ArmError::new(
        429,
        "TooManyRequests",
        "The request was throttled: associated resources can be listed once a second in a tenant.",
    )
    .header("Retry-After", seconds.to_string())
}
