namespace ManagedIdentity.Models;

/// <summary>The managed identity of a virtual machine.</summary>
public class VmIdentity : ResourceIdentity
{
}
