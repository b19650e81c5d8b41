namespace ManagedIdentity.Native;

/// <summary>Who holds a role, or gets it: somebody by their object id, or a user-assigned identity.</summary>
internal sealed class RoleHolder
{
    /// <summary>The object id; with it the identity does not count.</summary>
    public string? PrincipalId { get; set; }

    /// <summary>What the object id is of; a managed identity when it is null.</summary>
    public string? PrincipalType { get; set; }

    /// <summary>The identity. One of which only the name is given is looked for in the whole subscription.</summary>
    public ResourceTarget Identity { get; set; } = new();

    /// <summary>The same as a resource that messages can name.</summary>
    public ResourceTarget ToTarget() => PrincipalId is null ? Identity : new ResourceTarget { ResourceId = PrincipalId };
}
