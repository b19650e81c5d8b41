using System;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Commands;

/// <summary>What a cmdlet knows of an operation that it has submitted.</summary>
/// <param name="input">What the user gave, to be named in an error.</param>
internal sealed class Operation(object? input)
{
    public object? Input { get; } = input;

    /// <summary>What to do with each result.</summary>
    public Action<object>? OnItem { get; set; }

    /// <summary>What to do when it has failed; to report it, when this is null.</summary>
    public Action<ManagedIdentityException>? OnFailed { get; set; }

    /// <summary>What to do when it has ended well.</summary>
    public Action? OnDone { get; set; }

    /// <summary>The activity of the progress that is shown for it.</summary>
    public string? Activity { get; set; }
}
