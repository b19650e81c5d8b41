namespace ManagedIdentity.Models;

/// <summary>What lists call by its name.</summary>
internal interface INamed
{
    /// <summary>The name.</summary>
    string? Name { get; }
}
