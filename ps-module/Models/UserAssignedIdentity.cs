using System;
using System.Collections;

namespace ManagedIdentity.Models;

/// <summary>A user-assigned managed identity.</summary>
public sealed class UserAssignedIdentity
{
    /// <summary>The resource id, as Azure writes it.</summary>
    public string Id { get; internal set; } = "";

    /// <summary>The name.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>The resource group.</summary>
    public string? ResourceGroupName { get; internal set; }

    /// <summary>The subscription's id.</summary>
    public string? SubscriptionId { get; internal set; }

    /// <summary>The region, such as <c>eastus</c>.</summary>
    public string Location { get; internal set; } = "";

    /// <summary>The object id of its service principal.</summary>
    public string? PrincipalId { get; internal set; }

    /// <summary>Its application id.</summary>
    public string? ClientId { get; internal set; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? TenantId { get; internal set; }

    /// <summary><c>Microsoft.ManagedIdentity/userAssignedIdentities</c>.</summary>
    public string Type { get; internal set; } = "";

    /// <summary><c>None</c> or <c>Regional</c>, where Azure says.</summary>
    public string? IsolationScope { get; internal set; }

    /// <summary>The tags; empty when there are none. The names are equal in any casing.</summary>
    public Hashtable Tag { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => Id;
}
