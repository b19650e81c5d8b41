using ManagedIdentity.Native;

namespace ManagedIdentity.Models;

/// <summary>How a resource refers to a user-assigned managed identity.</summary>
public enum IdentityReferenceKind
{
    /// <summary>The identity is assigned to it.</summary>
    Assigned = (int)NativeMethods.AZMI_REFERENCE_ASSIGNED,

    /// <summary>Its settings name the identity, as those of a cluster name that of its nodes.</summary>
    Mentioned = (int)NativeMethods.AZMI_REFERENCE_MENTIONED,

    /// <summary>The provider of managed identities says so, and not how.</summary>
    Reported = (int)NativeMethods.AZMI_REFERENCE_REPORTED,
}
