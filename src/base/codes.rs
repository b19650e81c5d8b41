//! The error codes of Azure's services that are known here: what each means to a caller, and what
//! the module does about it. A code that is not in the table gets no advice and no second attempt.

use super::category::Category;

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct KnownCode {
    /// The code, as Azure writes it.
    pub code: &'static str,
    /// The kind of error.
    pub category: Category,
    /// What to do next; empty where Azure's own sentence says it.
    pub advice: &'static str,
    /// What the module does about it.
    pub retry: Retry,
    /// Where its meaning is documented.
    pub source: &'static str,
}

/// Whether the same request may succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Not until something else has changed.
    Never,
    /// Another client is changing the resource: the resource is read again, and the change applied
    /// to what is there.
    Race,
    /// Azure does not know yet what was created a moment ago: the request is sent again for a while.
    Replication,
    /// After a wait: too many requests, or a passing failure.
    Later,
    /// After the module has done what is missing.
    Repair,
}

impl Retry {
    /// What the module does, for the documentation.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Never => "No",
            Self::Race => "Reads the resource again and applies the change to it",
            Self::Replication => "Waits until Azure knows the new principal",
            Self::Later => "Waits, then sends the request again",
            Self::Repair => "Does what is missing, then sends the request again",
        }
    }
}

/// The entry of a code, in any casing.
pub(crate) fn known(code: &str) -> Option<&'static KnownCode> {
    CODES
        .iter()
        .find(|known| known.code.eq_ignore_ascii_case(code))
}

/// All entries, in the order of the table.
pub fn known_codes() -> &'static [KnownCode] {
    CODES
}

const DEPLOYMENT_ERRORS: &str =
    "Azure documentation, \"Troubleshoot common Azure deployment errors\"";
const RBAC: &str = "Azure documentation, \"Troubleshoot Azure RBAC\"";
const ARM: &str = "Azure documentation, \"Azure Resource Manager: common error codes\"";
const THROTTLING: &str =
    "Azure documentation, \"Understand how Azure Resource Manager throttles requests\"";
const GRAPH: &str = "Microsoft Graph documentation, \"Microsoft Graph error responses\"";
const GRAPH_CONCURRENCY: &str = "Microsoft Graph, as reported in nais/azurerator issue 448";
const COMPUTE: &str = "Azure documentation, \"Virtual Machines: common error messages\"";
const NETWORK: &str = "Microsoft.Network, as reported in Azure/azure-cli issue 21156";
const API_MANAGEMENT: &str = "Microsoft.ApiManagement, as reported in Azure/apiops-cli issue 252";
const CONCURRENT_WRITE: &str =
    "Azure Resource Manager, as reported in pulumi/pulumi-azure-native pull request 4765";
const PREEMPTED: &str = "Microsoft.Compute, as reported in Azure/azure-rest-api-specs issue 22434";
const IDENTITY: &str = "Azure documentation, \"Managed identities: known issues\" and \"Workload identity federation\"";
const IDENTITY_KINDS: &str =
    "Azure Resource Manager, as reported in Azure/azure-rest-api-specs issue 23176";
const IDENTITY_IDS: &str =
    "Azure Resource Manager, as reported in hashicorp/terraform-provider-azurerm issue 17082";
const IDENTITY_VALUES: &str =
    "Azure Resource Manager, as reported in hashicorp/terraform-provider-azurerm issue 10406";
const LOCKS: &str = "Azure documentation, \"Lock your resources to protect your infrastructure\"";
const POLICY: &str = "Azure documentation, \"Azure Policy: RequestDisallowedByPolicy error\"";
const DENY: &str = "Azure documentation, \"List Azure deny assignments\"";
const SUBSCRIPTIONS: &str = "Azure documentation, \"Azure subscription states\"";

const SIGN_IN: &str = "Sign in again with Connect-ManagedIdentityService.";
const OLD_VERSION: &str =
    "This cloud does not have the api-version that the request needs; nothing was changed.";
const LATER: &str = "Try again later, or with a lower -ThrottleLimit.";
const AT_FAULT: &str = "Try again later. The request id identifies the request to Azure support.";

const fn entry(
    code: &'static str,
    category: Category,
    retry: Retry,
    source: &'static str,
    advice: &'static str,
) -> KnownCode {
    KnownCode {
        code,
        category,
        advice,
        retry,
        source,
    }
}

#[rustfmt::skip]
const CODES: &[KnownCode] = &[
    // Sign-in.
    entry("ExpiredAuthenticationToken", Category::AuthenticationError, Retry::Never, ARM, SIGN_IN),
    entry("InvalidAuthenticationToken", Category::AuthenticationError, Retry::Never, ARM, SIGN_IN),
    entry("InvalidAuthenticationTokenTenant", Category::AuthenticationError, Retry::Never, DEPLOYMENT_ERRORS,
        "Sign in to the tenant of the subscription: Connect-ManagedIdentityService -Tenant …"),
    entry("InvalidAuthenticationTokenAudience", Category::AuthenticationError, Retry::Never, ARM,
        "The token is for another service or cloud: check -Environment and -Endpoint, or the token in -AccessToken."),
    entry("AuthenticationFailed", Category::AuthenticationError, Retry::Never, ARM, SIGN_IN),
    entry("AuthenticationFailedMissingToken", Category::AuthenticationError, Retry::Never, ARM, SIGN_IN),
    entry("InvalidAuthenticationInfo", Category::AuthenticationError, Retry::Never, ARM, SIGN_IN),
    // Permission.
    entry("AuthorizationFailed", Category::PermissionDenied, Retry::Never, RBAC,
        "Ask for a role that allows this action (Managed Identity Contributor for identities, Virtual Machine \
         Contributor for virtual machines). A new role assignment takes a few minutes to take \
         effect."),
    entry("LinkedAuthorizationFailed", Category::PermissionDenied, Retry::Never, DEPLOYMENT_ERRORS,
        "Ask for the role Managed Identity Operator on the identity to assign."),
    entry("DenyAssignmentAuthorizationFailed", Category::PermissionDenied, Retry::Never, DENY,
        "A deny assignment protects the resource, and no role overrides it: ask the owner of the deployment stack or \
         managed application that created it."),
    entry("RequestDisallowedByPolicy", Category::PermissionDenied, Retry::Never, POLICY,
        "Change the request to comply with the policy, or ask the policy's owner for an exemption."),
    entry("RequestDisallowedByAzure", Category::PermissionDenied, Retry::Never, DEPLOYMENT_ERRORS,
        "Azure restricts the regions of this subscription: choose another -Location."),
    entry("ScopeLocked", Category::PermissionDenied, Retry::Never, LOCKS,
        "Remove the lock, or ask its owner to remove it."),
    entry("ReadOnlyDisabledSubscription", Category::PermissionDenied, Retry::Never, SUBSCRIPTIONS,
        "The subscription is disabled and read-only: enable it in the portal first."),
    entry("DisabledSubscription", Category::PermissionDenied, Retry::Never, SUBSCRIPTIONS,
        "The subscription is disabled: enable it in the portal first."),
    entry("SubscriptionNotEnabled", Category::PermissionDenied, Retry::Never, SUBSCRIPTIONS,
        "The subscription is disabled: enable it in the portal first."),
    entry("Authorization_RequestDenied", Category::PermissionDenied, Retry::Never, GRAPH,
        "Ask for a Microsoft Graph permission or a directory role that allows this: Groups Administrator for groups; \
         for application permissions AppRoleAssignment.ReadWrite.All and Application.Read.All, or Privileged Role \
         Administrator."),
    entry("Authorization_IdentityNotFound", Category::AuthenticationError, Retry::Never, GRAPH,
        "The tenant does not know the application of this sign-in: check -Tenant."),
    // What is not there.
    entry("ResourceGroupNotFound", Category::ObjectNotFound, Retry::Never, DEPLOYMENT_ERRORS,
        "Check -ResourceGroupName and -SubscriptionId, or create the group first."),
    entry("ResourceNotFound", Category::ObjectNotFound, Retry::Never, DEPLOYMENT_ERRORS,
        "Check the name, the resource group and the subscription."),
    entry("ParentResourceNotFound", Category::ObjectNotFound, Retry::Never, DEPLOYMENT_ERRORS,
        "Create the parent resource first."),
    entry("NotFound", Category::ObjectNotFound, Retry::Never, DEPLOYMENT_ERRORS, ""),
    entry("SubscriptionNotFound", Category::ObjectNotFound, Retry::Never, DEPLOYMENT_ERRORS,
        "Check -SubscriptionId, and that this sign-in can see that subscription."),
    entry("InvalidSubscriptionId", Category::InvalidOperation, Retry::Never, ARM, "Check -SubscriptionId."),
    entry("Request_ResourceNotFound", Category::ObjectNotFound, Retry::Replication, GRAPH, ""),
    entry("RoleDefinitionDoesNotExist", Category::ObjectNotFound, Retry::Never, RBAC,
        "Check -RoleDefinitionName or -RoleDefinitionId."),
    // Races.
    entry("PreconditionFailed", Category::ResourceBusy, Retry::Race, ARM, ""),
    entry("Conflict", Category::ResourceBusy, Retry::Race, COMPUTE, ""),
    entry("AnotherOperationInProgress", Category::ResourceBusy, Retry::Race, DEPLOYMENT_ERRORS, ""),
    entry("OperationPreempted", Category::ResourceBusy, Retry::Race, PREEMPTED, ""),
    entry("CanceledAndSupersededDueToAnotherOperation", Category::ResourceBusy, Retry::Race, NETWORK, ""),
    entry("ConflictingConcurrentWriteNotAllowed", Category::ResourceBusy, Retry::Race, CONCURRENT_WRITE, ""),
    entry("PessimisticConcurrencyConflict", Category::ResourceBusy, Retry::Race, API_MANAGEMENT, ""),
    entry("Directory_ConcurrencyViolation", Category::ResourceBusy, Retry::Race, GRAPH_CONCURRENCY, ""),
    entry("RetryableError", Category::ResourceBusy, Retry::Race, NETWORK, ""),
    entry("ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", Category::ResourceBusy, Retry::Race, IDENTITY,
        "Write the federated credentials of an identity one at a time."),
    // Conflicts that are no races.
    entry("PropertyChangeNotAllowed", Category::InvalidOperation, Retry::Never, DEPLOYMENT_ERRORS, ""),
    entry("ResourceGroupBeingDeleted", Category::InvalidOperation, Retry::Never, DEPLOYMENT_ERRORS,
        "Wait until the group is deleted, then create it again."),
    entry("DeploymentActive", Category::ResourceBusy, Retry::Never, DEPLOYMENT_ERRORS,
        "Wait until the deployment of that name has ended, or choose another -Name."),
    entry("DeploymentActiveAndUneditable", Category::ResourceBusy, Retry::Never, DEPLOYMENT_ERRORS,
        "Wait until the deployment of that name has ended, or choose another -Name."),
    entry("InvalidResourceLocation", Category::ResourceExists, Retry::Never, DEPLOYMENT_ERRORS,
        "A resource can't change its location: omit -Location, or choose another name."),
    entry("MissingSubscriptionRegistration", Category::InvalidOperation, Retry::Repair, DEPLOYMENT_ERRORS,
        "Register the resource provider in the subscription, then try again."),
    // Role assignments.
    entry("RoleAssignmentExists", Category::ResourceExists, Retry::Never, RBAC, ""),
    entry("PrincipalNotFound", Category::ObjectNotFound, Retry::Replication, RBAC,
        "Check -PrincipalId and the tenant."),
    entry("UnmatchedPrincipalType", Category::InvalidOperation, Retry::Never, RBAC, "Specify the type with -PrincipalType."),
    entry("RoleAssignmentLimitExceeded", Category::LimitsExceeded, Retry::Never, RBAC,
        "Remove role assignments that are not needed, or assign the role to a group."),
    entry("RoleAssignmentUpdateNotPermitted", Category::ResourceExists, Retry::Never, RBAC, ""),
    // Identities.
    entry("CannotSetResourceIdentity", Category::InvalidArgument, Retry::Never, IDENTITY_KINDS,
        "The message lists the kinds of identity that the type supports."),
    entry("MissingIdentityIds", Category::InvalidArgument, Retry::Never, IDENTITY_IDS,
        "Specify the user-assigned identities that the resource is to have."),
    entry("InvalidIdentityValues", Category::InvalidArgument, Retry::Never, IDENTITY_VALUES,
        "Check the resource ids of the identities."),
    entry("LinkedInvalidPropertyId", Category::InvalidArgument, Retry::Never, DEPLOYMENT_ERRORS,
        "Check the resource ids: the message names the property and the id."),
    entry("FailedIdentityOperation", Category::InvalidOperation, Retry::Never, IDENTITY,
        "Check that every identity on the machine still exists."),
    // api-versions.
    entry("InvalidResourceType", Category::InvalidOperation, Retry::Repair, DEPLOYMENT_ERRORS, OLD_VERSION),
    entry("NoRegisteredProviderFound", Category::InvalidOperation, Retry::Repair, DEPLOYMENT_ERRORS, OLD_VERSION),
    entry("InvalidApiVersionParameter", Category::InvalidOperation, Retry::Repair, ARM, OLD_VERSION),
    entry("LocationNotAvailableForResourceType", Category::InvalidOperation, Retry::Never, DEPLOYMENT_ERRORS,
        "Choose one of the regions that the message lists, with -Location."),
    // Limits.
    entry("TooManyRequests", Category::LimitsExceeded, Retry::Later, THROTTLING, LATER),
    entry("SubscriptionRequestsThrottled", Category::LimitsExceeded, Retry::Later, THROTTLING, LATER),
    entry("ResourceRequestsThrottled", Category::LimitsExceeded, Retry::Later, THROTTLING, LATER),
    entry("ResourceCollectionRequestsThrottled", Category::LimitsExceeded, Retry::Later, THROTTLING, LATER),
    entry("RateLimiting", Category::LimitsExceeded, Retry::Later, THROTTLING, LATER),
    entry("QuotaExceeded", Category::LimitsExceeded, Retry::Never, DEPLOYMENT_ERRORS, ""),
    entry("ResourceQuotaExceeded", Category::LimitsExceeded, Retry::Never, DEPLOYMENT_ERRORS, ""),
    entry("DeploymentQuotaExceeded", Category::LimitsExceeded, Retry::Never, DEPLOYMENT_ERRORS,
        "Delete deployments from the history of the group."),
    // Azure is at fault.
    entry("InternalServerError", Category::InvalidResult, Retry::Later, DEPLOYMENT_ERRORS, AT_FAULT),
    entry("InternalExecutionError", Category::InvalidResult, Retry::Later, COMPUTE, AT_FAULT),
    entry("ServerTimeout", Category::OperationTimeout, Retry::Later, ARM, AT_FAULT),
    entry("GatewayTimeout", Category::OperationTimeout, Retry::Later, ARM, AT_FAULT),
    entry("ServiceUnavailable", Category::InvalidResult, Retry::Later, ARM, AT_FAULT),
    entry("ServerBusy", Category::InvalidResult, Retry::Later, ARM, AT_FAULT),
    // Microsoft Graph.
    entry("Request_BadRequest", Category::InvalidOperation, Retry::Never, GRAPH, ""),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_code_is_there_once_and_has_a_source() {
        let mut seen = HashSet::new();
        for known in known_codes() {
            assert!(seen.insert(known.code.to_lowercase()), "{}", known.code);
            assert!(!known.source.is_empty(), "{}", known.code);
            assert!(
                known.advice.is_empty() || known.advice.ends_with(['.', '…']),
                "{}",
                known.code
            );
        }
        assert!(known("scopelocked").is_some() && known("Unheard").is_none());
    }
}
