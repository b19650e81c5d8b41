using System;

namespace ManagedIdentity.Models;

/// <summary>A fault that an emulator has.</summary>
public sealed class ArmEmulatorFault
{
    internal ArmEmulatorFault()
    {
    }

    /// <summary>Its number.</summary>
    public long FaultId { get; internal set; }

    /// <summary>The name in the catalogue, or Custom.</summary>
    public string FaultName { get; internal set; } = "";

    /// <summary>The method of the requests that it is for; null for all.</summary>
    public string? Method { get; internal set; }

    /// <summary>The path of the requests that it is for: a part, or a pattern; null for all.</summary>
    public string? Path { get; internal set; }

    /// <summary>How many of these requests pass before the first that meets it.</summary>
    public int Skip { get; internal set; }

    /// <summary>How many requests meet it; null for all.</summary>
    public int? Times { get; internal set; }

    /// <summary>For how long it lasts; null until it is removed.</summary>
    public TimeSpan? Duration { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => PlainText.Of(FaultName);
}
