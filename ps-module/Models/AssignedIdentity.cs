namespace ManagedIdentity.Models;

/// <summary>A user-assigned managed identity as a virtual machine or scale set has it.</summary>
public sealed class AssignedIdentity
{
    /// <summary>The resource id, as Compute writes it.</summary>
    public string Id { get; internal set; } = "";

    /// <summary>The name.</summary>
    public string? Name { get; internal set; }

    /// <summary>The object id of its service principal; null until Azure has resolved it.</summary>
    public string? PrincipalId { get; internal set; }

    /// <summary>Its application id; null until Azure has resolved it.</summary>
    public string? ClientId { get; internal set; }

    /// <summary>
    /// Whether the identity itself still exists: false for a dead reference, null when nobody looked (see -Check) or
    /// looking is not allowed.
    /// </summary>
    public bool? Exists { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
