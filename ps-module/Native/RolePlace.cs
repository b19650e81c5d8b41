namespace ManagedIdentity.Native;

/// <summary>Where a role counts: on a scope, or in a resource group, or in a whole subscription.</summary>
internal sealed class RolePlace
{
    /// <summary>The id of the scope; with it the other members do not count.</summary>
    public string? Scope { get; set; }

    public string? SubscriptionId { get; set; }

    public string? ResourceGroupName { get; set; }
}
