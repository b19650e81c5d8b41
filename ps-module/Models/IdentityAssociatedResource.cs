namespace ManagedIdentity.Models;

/// <summary>A resource that refers to a user-assigned managed identity.</summary>
public sealed class IdentityAssociatedResource
{
    /// <summary>The resource's id.</summary>
    public string Id { get; internal set; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>Its type, such as <c>microsoft.compute/virtualmachines</c>, in the casing of who was asked.</summary>
    public string Type { get; internal set; } = "";

    /// <summary>Its resource group.</summary>
    public string? ResourceGroupName { get; internal set; }

    /// <summary>Its subscription's id.</summary>
    public string? SubscriptionId { get; internal set; }

    /// <summary>The id of the identity that it refers to.</summary>
    public string IdentityId { get; internal set; } = "";

    /// <summary>How it refers to it.</summary>
    public IdentityReferenceKind Reference { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
