namespace ManagedIdentity.Native;

/// <summary>A role as a user names it: by its name, or by its id.</summary>
internal sealed class RoleReference
{
    public string? Name { get; set; }

    public string? Id { get; set; }
}
