using System.Management.Automation;
using static ManagedIdentity.Native.NativeMethods;

namespace ManagedIdentity.Errors;

/// <summary>PowerShell's error categories by the library's.</summary>
internal static class ErrorCategories
{
    public static ErrorCategory From(uint category) => category switch
    {
        AZMI_CATEGORY_INVALID_ARGUMENT => ErrorCategory.InvalidArgument,
        AZMI_CATEGORY_OBJECT_NOT_FOUND => ErrorCategory.ObjectNotFound,
        AZMI_CATEGORY_PERMISSION_DENIED => ErrorCategory.PermissionDenied,
        AZMI_CATEGORY_AUTHENTICATION_ERROR => ErrorCategory.AuthenticationError,
        AZMI_CATEGORY_RESOURCE_EXISTS => ErrorCategory.ResourceExists,
        AZMI_CATEGORY_RESOURCE_BUSY => ErrorCategory.ResourceBusy,
        AZMI_CATEGORY_LIMITS_EXCEEDED => ErrorCategory.LimitsExceeded,
        AZMI_CATEGORY_OPERATION_TIMEOUT => ErrorCategory.OperationTimeout,
        AZMI_CATEGORY_CONNECTION_ERROR => ErrorCategory.ConnectionError,
        AZMI_CATEGORY_INVALID_RESULT => ErrorCategory.InvalidResult,
        AZMI_CATEGORY_OPERATION_STOPPED => ErrorCategory.OperationStopped,
        AZMI_CATEGORY_INVALID_OPERATION => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.NotSpecified,
    };
}
