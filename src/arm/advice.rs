//! What an error of Azure's means to the caller: its category, and what to do next.

use super::Category;

/// The category of an answer with this status and Azure's code.
pub(super) fn category(status: u16, code: &str) -> Category {
    match code {
        "InvalidResourceLocation" | "RoleAssignmentExists" => return Category::ResourceExists,
        "OperationNotAllowed" if status == 429 => return Category::LimitsExceeded,
        "QuotaExceeded" | "ResourceQuotaExceeded" => return Category::LimitsExceeded,
        _ => {}
    }
    match status {
        400 | 405 | 413 | 415 => Category::InvalidOperation,
        401 => Category::AuthenticationError,
        403 => Category::PermissionDenied,
        404 | 410 => Category::ObjectNotFound,
        408 | 504 => Category::OperationTimeout,
        409 | 412 | 423 => Category::ResourceBusy,
        429 => Category::LimitsExceeded,
        500..=599 => Category::InvalidResult,
        _ => Category::NotSpecified,
    }
}

/// What the caller can do about it; empty where the message says all.
pub(super) fn recommendation(status: u16, code: &str) -> &'static str {
    match code {
        "ResourceGroupNotFound" => {
            "Check -ResourceGroupName and -SubscriptionId, or create the group first."
        }
        "ResourceNotFound" => {
            "Check the name, the group and the subscription; it may have been deleted."
        }
        "SubscriptionNotFound" => {
            "Check -SubscriptionId, and that this sign-in can see that subscription."
        }
        "AuthorizationFailed" => {
            "Ask for a role that allows this (Managed Identity Contributor for identities, Virtual \
             Machine Contributor for virtual machines); a role given just now needs a few minutes."
        }
        "LinkedAuthorizationFailed" => {
            "Ask for the role Managed Identity Operator on the identity that is to be assigned."
        }
        "ExpiredAuthenticationToken" | "InvalidAuthenticationToken" | "AuthenticationFailed" => {
            "Sign in again with Connect-ManagedIdentityService."
        }
        "InvalidAuthenticationTokenTenant" => {
            "Sign in to the tenant of the subscription: Connect-ManagedIdentityService -Tenant …"
        }
        "MissingSubscriptionRegistration" => {
            "Register the resource provider in the subscription, then try again."
        }
        "InvalidResourceLocation" => {
            "An identity can't move: leave -Location out, or choose another name."
        }
        "FailedIdentityOperation" => {
            "Check that every identity on the virtual machine still exists."
        }
        _ => match status {
            401 => "Sign in again with Connect-ManagedIdentityService.",
            403 => "Ask for a role that allows this.",
            409 | 412 => "Somebody else is changing it: try again.",
            429 => "Try again later, or with a lower -ThrottleLimit.",
            500..=599 => "Try again later; the request id tells Azure's support which call it was.",
            _ => "",
        },
    }
}
