namespace ManagedIdentity.Native;

/// <summary>Something that happened in an operation. It holds no native memory.</summary>
/// <remarks>
/// It has fields, as the generated requests have: of a property, .NET would compile two methods in each new session. It is a
/// structure, because a list has one for each of its objects.
/// </remarks>
internal struct OperationEvent
{
    /// <summary>The tag that the operation was submitted with.</summary>
    public ulong Tag;

    public OperationEventKind Kind;

    /// <summary>A result: one of the models, or a <see cref="ChangePlan"/>.</summary>
    public object? Item;

    /// <summary>A verbose line or a warning.</summary>
    public string? Message;

    /// <summary>The handle of a guarded warning, which has to be answered whatever else becomes of the operation.</summary>
    public ulong Guard;

    public OperationProgress? Progress;

    public OperationFailure? Failure;

    /// <summary>What has to be answered, whatever else becomes of the operation.</summary>
    public HostQuestion? Question;
}
