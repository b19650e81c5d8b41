using System;

namespace ManagedIdentity.Models;

/// <summary>Which kinds of managed identity a virtual machine has.</summary>
[Flags]
public enum VmIdentityType
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The system-assigned identity alone.</summary>
    SystemAssigned = 1,

    /// <summary>User-assigned identities alone.</summary>
    UserAssigned = 2,

    /// <summary>The system-assigned identity and user-assigned ones.</summary>
    SystemAssignedUserAssigned = SystemAssigned | UserAssigned,
}
