using System;
using System.Management.Automation;
using ManagedIdentity.Native;

namespace ManagedIdentity.Errors;

/// <summary>PowerShell's error categories by the library's, which have the same names.</summary>
internal static class ErrorCategories
{
    public static ErrorCategory From(FailureCategory category) =>
        Enum.TryParse<ErrorCategory>(category.ToString(), out var same) && Enum.IsDefined(typeof(ErrorCategory), same)
            ? same
            : ErrorCategory.NotSpecified;
}
