using System;
using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Errors;

/// <summary>Why an operation failed: Azure's code, what it was about, and what to do next.</summary>
public sealed class ManagedIdentityException : Exception
{
    /// <summary>Creates an error without any details.</summary>
    public ManagedIdentityException()
    {
    }

    /// <summary>Creates an error that is only a message.</summary>
    public ManagedIdentityException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an error with its cause.</summary>
    public ManagedIdentityException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal ManagedIdentityException(string code, ErrorCategory category, string message, Exception? cause = null)
        : base(PlainText.Of(message), cause)
    {
        Code = PlainText.Of(code);
        Category = category;
    }

    /// <summary>Azure's code, or the module's own where Azure was not asked.</summary>
    public string Code { get; internal set; } = "NotSpecified";

    /// <summary>The kind of error.</summary>
    public ErrorCategory Category { get; internal set; } = ErrorCategory.NotSpecified;

    /// <summary>The HTTP status; 0 when no answer was the cause.</summary>
    public int HttpStatus { get; internal set; }

    /// <summary>Azure's id of the request that failed.</summary>
    public string? RequestId { get; internal set; }

    /// <summary>Azure's id of the whole operation.</summary>
    public string? CorrelationId { get; internal set; }

    /// <summary>Method and path of the request that failed, such as <c>PATCH /subscriptions/…</c>.</summary>
    public string? Request { get; internal set; }

    /// <summary>The answer as the service wrote it, without secrets; -Debug shows it, too.</summary>
    public string? RawError { get; internal set; }

    /// <summary>The resource or the parameter that it is about.</summary>
    public string? Target { get; internal set; }

    /// <summary>What to do next.</summary>
    public string? Recommendation { get; internal set; }

    /// <summary>
    /// The error as PowerShell reports it. The message has the recommendation in it: as a recommended action of the
    /// record, PowerShell 7 would print it a second time, and Windows PowerShell not at all.
    /// </summary>
    /// <param name="input">What the caller gave; the error's own target when it is null.</param>
    internal ErrorRecord ToErrorRecord(object? input)
    {
        var record = new ErrorRecord(this, Code, Category, input ?? Target);
        // The input may be an object with a service's own texts.
        record.CategoryInfo.TargetName = PlainText.Of(record.CategoryInfo.TargetName ?? "");
        return record;
    }
}
