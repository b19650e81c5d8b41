namespace ManagedIdentity.Native;

/// <summary>Which resource is meant: by its id, or by its names.</summary>
internal sealed class ResourceTarget
{
    public string? ResourceId { get; set; }

    public string? SubscriptionId { get; set; }

    public string? ResourceGroupName { get; set; }

    public string? Name { get; set; }

    /// <summary>The type that the object says it is of; null when it does not say.</summary>
    public string? Type { get; set; }

    /// <summary>The parameter that gave the id or the object.</summary>
    public string? Parameter { get; set; }

    /// <inheritdoc/>
    public override string ToString() =>
        ResourceId ?? (ResourceGroupName is null ? Name ?? "" : $"{ResourceGroupName}/{Name}");
}
