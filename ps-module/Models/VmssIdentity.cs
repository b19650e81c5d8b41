namespace ManagedIdentity.Models;

/// <summary>The managed identity of a virtual machine scale set.</summary>
public sealed class VmssIdentity : VmIdentity
{
    /// <summary>
    /// How the instances take a new model, and with it its identities: <c>Manual</c>, <c>Automatic</c> or
    /// <c>Rolling</c>.
    /// </summary>
    public string? UpgradePolicyMode { get; internal set; }
}
