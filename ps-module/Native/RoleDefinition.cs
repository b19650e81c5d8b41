namespace ManagedIdentity.Native;

/// <summary>A role that can be given.</summary>
internal sealed class RoleDefinition
{
    /// <summary>Its full id.</summary>
    public string Id { get; set; } = "";

    /// <summary>What people call it, such as Reader.</summary>
    public string RoleName { get; set; } = "";

    /// <summary>What it is for.</summary>
    public string? Description { get; set; }
}
