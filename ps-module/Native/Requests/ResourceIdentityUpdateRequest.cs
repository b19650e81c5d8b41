using System.Collections.Generic;
using System.Linq;
using ManagedIdentity.Models;

namespace ManagedIdentity.Native.Requests;

internal sealed partial class ResourceIdentityUpdateRequest
{
    /// <summary>Sets the kinds of identity after the change; with null, what the change does not name stays.</summary>
    public ResourceIdentityType? ExactType
    {
        set
        {
            Change = value is null ? ResourceIdentityChange.Merge : ResourceIdentityChange.Exact;
            IdentityType = value.GetValueOrDefault();
        }
    }

    /// <summary>Sets the instances of a scale set that take the change: "*" for all, empty for none.</summary>
    public IReadOnlyList<string> UpgradeInstance
    {
        set
        {
            Instances = value;
            Upgrade = value.Count == 0 ? InstanceUpgrade.None
                : value.Contains("*") ? InstanceUpgrade.All
                : InstanceUpgrade.Listed;
        }
    }
}
