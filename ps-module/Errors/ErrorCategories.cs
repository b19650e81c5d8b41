using System.Management.Automation;
using static ManagedIdentity.Native.NativeMethods;

namespace ManagedIdentity.Errors;

/// <summary>PowerShell's error categories by the library's.</summary>
internal static class ErrorCategories
{
    public static ErrorCategory From(uint category) => category switch
    {
        MI_CATEGORY_INVALID_ARGUMENT => ErrorCategory.InvalidArgument,
        MI_CATEGORY_OBJECT_NOT_FOUND => ErrorCategory.ObjectNotFound,
        MI_CATEGORY_PERMISSION_DENIED => ErrorCategory.PermissionDenied,
        MI_CATEGORY_AUTHENTICATION_ERROR => ErrorCategory.AuthenticationError,
        MI_CATEGORY_RESOURCE_EXISTS => ErrorCategory.ResourceExists,
        MI_CATEGORY_RESOURCE_BUSY => ErrorCategory.ResourceBusy,
        MI_CATEGORY_LIMITS_EXCEEDED => ErrorCategory.LimitsExceeded,
        MI_CATEGORY_OPERATION_TIMEOUT => ErrorCategory.OperationTimeout,
        MI_CATEGORY_CONNECTION_ERROR => ErrorCategory.ConnectionError,
        MI_CATEGORY_INVALID_RESULT => ErrorCategory.InvalidResult,
        MI_CATEGORY_OPERATION_STOPPED => ErrorCategory.OperationStopped,
        MI_CATEGORY_INVALID_OPERATION => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.NotSpecified,
    };
}
