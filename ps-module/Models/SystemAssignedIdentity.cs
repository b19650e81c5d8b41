using System;
using System.Collections;

namespace ManagedIdentity.Models;

/// <summary>The system-assigned managed identity of a resource.</summary>
public sealed class SystemAssignedIdentity
{
    /// <summary>Its id: that of the resource, with <c>/providers/Microsoft.ManagedIdentity/identities/default</c>.</summary>
    public string Id { get; internal set; } = "";

    /// <summary><c>default</c>.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>The resource group of the resource.</summary>
    public string? ResourceGroupName { get; internal set; }

    /// <summary>The subscription's id.</summary>
    public string? SubscriptionId { get; internal set; }

    /// <summary>The resource's region.</summary>
    public string Location { get; internal set; } = "";

    /// <summary>The object id of its service principal.</summary>
    public string? PrincipalId { get; internal set; }

    /// <summary>Its application id.</summary>
    public string? ClientId { get; internal set; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? TenantId { get; internal set; }

    /// <summary><c>Microsoft.ManagedIdentity/identities</c>.</summary>
    public string Type { get; internal set; } = "";

    /// <summary>The resource's tags; empty when there are none. The names are equal in any casing.</summary>
    public Hashtable Tag { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => Id;
}
