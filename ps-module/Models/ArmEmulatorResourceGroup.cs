namespace ManagedIdentity.Models;

/// <summary>A resource group of an emulator.</summary>
public sealed class ArmEmulatorResourceGroup
{
    internal ArmEmulatorResourceGroup()
    {
    }

    /// <summary>Its name.</summary>
    public string ResourceGroupName { get; internal set; } = "";

    /// <summary>Its region.</summary>
    public string Location { get; internal set; } = "";

    /// <summary>Its subscription's id.</summary>
    public string SubscriptionId { get; internal set; } = "";

    /// <summary>The tags; empty when there are none.</summary>
    public TagTable Tag { get; internal set; } = new();

    /// <summary>Its resource id.</summary>
    public string Id { get; internal set; } = "";

    /// <inheritdoc/>
    public override string ToString() => PlainText.Of(Id);
}
