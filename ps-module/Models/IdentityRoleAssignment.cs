namespace ManagedIdentity.Models;

/// <summary>A role that somebody has on a scope.</summary>
public sealed class IdentityRoleAssignment
{
    /// <summary>The assignment's id.</summary>
    public string Id { get; internal set; } = "";

    /// <summary>Its name, a GUID.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>What the role was given on.</summary>
    public string Scope { get; internal set; } = "";

    /// <summary>The full id of the role.</summary>
    public string RoleDefinitionId { get; internal set; } = "";

    /// <summary>What people call the role; null when it can't be found out.</summary>
    public string? RoleDefinitionName { get; internal set; }

    /// <summary>The object id of who has the role.</summary>
    public string PrincipalId { get; internal set; } = "";

    /// <summary><c>ServicePrincipal</c>, which managed identities are, <c>User</c>, <c>Group</c>, …</summary>
    public string? PrincipalType { get; internal set; }

    /// <summary>Why, as whoever gave it said.</summary>
    public string? Description { get; internal set; }

    /// <summary>The condition under which it counts.</summary>
    public string? Condition { get; internal set; }

    /// <summary>The version of the condition's language.</summary>
    public string? ConditionVersion { get; internal set; }

    /// <summary>Whether it was given above the place that was asked about, and counts there all the same.</summary>
    public bool Inherited { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
