namespace ManagedIdentity.Models;

/// <summary>A direct member of a group of the directory.</summary>
public sealed class IdentityGroupMember
{
    /// <summary>The object id of the group.</summary>
    public string GroupId { get; internal set; } = "";

    /// <summary>The display name of the group.</summary>
    public string? GroupName { get; internal set; }

    /// <summary>The object id of the member.</summary>
    public string PrincipalId { get; internal set; } = "";

    /// <summary>The display name of the member; null where the sign-in may not see it.</summary>
    public string? DisplayName { get; internal set; }

    /// <summary><c>ServicePrincipal</c>, <c>User</c>, <c>Group</c> or <c>Device</c>.</summary>
    public string? PrincipalType { get; internal set; }

    /// <summary>The application id of a service principal.</summary>
    public string? ClientId { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => PrincipalId;
}
