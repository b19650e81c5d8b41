namespace ManagedIdentity.Native;

/// <summary>Which federated credential is meant: by its id, or by its identity and its name.</summary>
internal sealed class CredentialTarget
{
    public string? ResourceId { get; set; }

    public ResourceTarget Identity { get; set; } = new();

    public string? Name { get; set; }

    /// <inheritdoc/>
    public override string ToString() => ResourceId ?? $"{Identity}/{Name}";
}
