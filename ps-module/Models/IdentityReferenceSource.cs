using ManagedIdentity.Native;

namespace ManagedIdentity.Models;

/// <summary>Who knows which resources refer to an identity.</summary>
public enum IdentityReferenceSource
{
    /// <summary>Azure Resource Graph.</summary>
    ResourceGraph = (int)NativeMethods.AZMI_SOURCE_RESOURCE_GRAPH,

    /// <summary>The provider of managed identities: its older call listAssociatedResources.</summary>
    Provider = (int)NativeMethods.AZMI_SOURCE_PROVIDER,
}
