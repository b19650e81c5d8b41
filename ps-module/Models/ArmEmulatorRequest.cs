using System;

namespace ManagedIdentity.Models;

/// <summary>A request that an emulator got, and what it answered. There is no token and no body in it.</summary>
public sealed class ArmEmulatorRequest
{
    internal ArmEmulatorRequest()
    {
    }

    /// <summary>Counts from 1, in the order in which requests were answered.</summary>
    public long Sequence { get; internal set; }

    /// <summary>When it arrived.</summary>
    public DateTime Time { get; internal set; }

    /// <summary>The method.</summary>
    public string Method { get; internal set; } = "";

    /// <summary>Path and query, as they were sent.</summary>
    public string Path { get; internal set; } = "";

    /// <summary>The status that the client saw; 0 where a fault closed the connection.</summary>
    public int StatusCode { get; internal set; }

    /// <summary>The status that the service answered; null where a fault kept the request from it.</summary>
    public int? ServiceStatusCode { get; internal set; }

    /// <summary>The fault that had a part in it, by its name, or Custom; null without one.</summary>
    public string? Fault { get; internal set; }

    /// <summary>How long the answer took.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>The client, as it named itself.</summary>
    public string? UserAgent { get; internal set; }

    /// <summary>The header If-Match.</summary>
    public string? IfMatch { get; internal set; }

    /// <summary>Whether it carried a token of this emulator that had not expired.</summary>
    public bool IsAuthenticated { get; internal set; }

    /// <summary>The id that the service gave it.</summary>
    public string RequestId { get; internal set; } = "";

    /// <summary>The id that the client gave it.</summary>
    public string? ClientRequestId { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => PlainText.Of($"{Method} {Path} {StatusCode}");
}
