namespace ManagedIdentity.Native;

/// <summary>Which resource is meant: by its id, or by its names.</summary>
internal sealed class ResourceTarget
{
    public string? ResourceId { get; set; }

    public string? SubscriptionId { get; set; }

    public string? ResourceGroupName { get; set; }

    public string? Name { get; set; }

    /// <inheritdoc/>
    public override string ToString() =>
        ResourceId ?? (ResourceGroupName is null ? Name ?? "" : $"{ResourceGroupName}/{Name}");
}
