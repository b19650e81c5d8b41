namespace ManagedIdentity.Native;

internal sealed partial class ResourceTarget
{
    /// <inheritdoc/>
    public override string ToString() =>
        ResourceId ?? (ResourceGroupName is null ? Name ?? "" : $"{ResourceGroupName}/{Name}");
}

internal sealed partial class CredentialTarget
{
    /// <inheritdoc/>
    public override string ToString() => ResourceId ?? $"{Identity}/{Name}";

    /// <summary>The same as a resource that messages can name.</summary>
    public ResourceTarget ToTarget() => new() { ResourceId = ToString() };
}

internal sealed partial class RolePrincipal
{
    /// <summary>The same as a resource that messages can name.</summary>
    public ResourceTarget ToTarget() => PrincipalId is null ? Identity : new ResourceTarget { ResourceId = PrincipalId };
}
