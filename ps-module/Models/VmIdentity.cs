namespace ManagedIdentity.Models;

/// <summary>The managed identity of a virtual machine.</summary>
public class VmIdentity
{
    /// <summary>The machine's resource id.</summary>
    public string Id { get; internal set; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>Its resource group.</summary>
    public string? ResourceGroupName { get; internal set; }

    /// <summary>Its subscription's id.</summary>
    public string? SubscriptionId { get; internal set; }

    /// <summary>Its region.</summary>
    public string Location { get; internal set; } = "";

    /// <summary>Which kinds of identity it has.</summary>
    public VmIdentityType Type { get; internal set; }

    /// <summary>The system-assigned identity's object id; null when there is none.</summary>
    public string? PrincipalId { get; internal set; }

    /// <summary>The system-assigned identity's tenant; null when there is none.</summary>
    public string? TenantId { get; internal set; }

    /// <summary>The user-assigned identities; empty when there are none.</summary>
    public AssignedIdentity[] UserAssignedIdentity { get; internal set; } = [];

    /// <summary>The version of the machine that this was read from.</summary>
    public string? ETag { get; internal set; }

    /// <summary><c>Succeeded</c>, <c>Updating</c>, <c>Failed</c>, …</summary>
    public string? ProvisioningState { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
