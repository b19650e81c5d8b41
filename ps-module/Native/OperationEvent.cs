namespace ManagedIdentity.Native;

/// <summary>Something that happened in an operation. It holds no native memory.</summary>
internal sealed class OperationEvent
{
    /// <summary>The tag that the operation was submitted with.</summary>
    public ulong Tag { get; set; }

    public OperationEventKind Kind { get; set; }

    /// <summary>A result: one of the models, or a <see cref="ChangePlan"/>.</summary>
    public object? Item { get; set; }

    /// <summary>A verbose line or a warning.</summary>
    public string? Message { get; set; }

    /// <summary>The handle of a guarded warning, which has to be answered whatever else becomes of the operation.</summary>
    public ulong Guard { get; set; }

    public OperationProgress? Progress { get; set; }

    public OperationFailure? Failure { get; set; }

    /// <summary>What has to be answered, whatever else becomes of the operation.</summary>
    public HostQuestion? Question { get; set; }
}
