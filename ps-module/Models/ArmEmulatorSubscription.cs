namespace ManagedIdentity.Models;

/// <summary>A subscription of an emulator.</summary>
public sealed class ArmEmulatorSubscription
{
    internal ArmEmulatorSubscription()
    {
    }

    /// <summary>Its name.</summary>
    public string SubscriptionName { get; internal set; } = "";

    /// <summary>Its id.</summary>
    public string SubscriptionId { get; internal set; } = "";

    /// <summary>Its tenant.</summary>
    public string TenantId { get; internal set; } = "";

    /// <summary>Its resource id.</summary>
    public string Id { get; internal set; } = "";

    /// <inheritdoc/>
    public override string ToString() => PlainText.Of(SubscriptionId);
}
