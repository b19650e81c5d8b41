using System.Management.Automation;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that gets the managed identities of virtual machines or scale sets.</summary>
public abstract class FindMachineCmdlet : FleetCmdlet
{
    /// <summary>
    /// Looks whether each assigned identity still exists: the property Exists of each tells. A machine that refers to
    /// an identity that was deleted can't be changed until the reference is removed.
    /// </summary>
    [Parameter]
    public SwitchParameter Check { get; set; }

    private protected abstract ResourceKind Kind { get; }

    private protected sealed override Request Get(ResourceTarget target) =>
        new ResourceIdentityGetRequest(Client, Kind, target) { Check = Check };

    private protected sealed override Request List(Fleet fleet) =>
        new ResourceIdentityListRequest(Client, Kind, fleet) { Check = Check };

    private protected sealed override string NameOf(object item) => ((VmIdentity)item).Name;

    private protected sealed override string? GroupOf(object item) => ((VmIdentity)item).ResourceGroupName;
}
