using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that gets the managed identities of virtual machines or scale sets.</summary>
public abstract class FindMachineCmdlet : FindInSubscriptionCmdlet
{
    /// <summary>The resource group to look in. Without it, the whole subscription.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ValidateNotNull]
    public string? ResourceGroupName { get; set; }

    /// <summary>The resource ids of the machines.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [AllowEmptyString]
    [AllowNull]
    public string[]? ResourceId { get; set; }

    /// <summary>
    /// Looks whether each assigned identity still exists: the property Exists of each tells. A machine that refers to
    /// an identity that was deleted can't be changed until the reference is removed.
    /// </summary>
    [Parameter]
    public SwitchParameter Check { get; set; }

    private protected abstract ResourceKind Kind { get; }

    /// <summary>The names or patterns that were given.</summary>
    private protected abstract string[]? Names { get; }

    /// <summary>The object that was given.</summary>
    private protected abstract PSObject? Machine { get; }

    private protected sealed override ResourceNames Called => new(
        Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name("Name", Names));

    private protected sealed override void Process()
    {
        switch (ParameterSetName)
        {
            case ParameterSets.ByResourceId:
                FindIds(ResourceId);
                break;
            case ParameterSets.ByInputObject:
                FindObjects("InputObject", Machine);
                break;
            default:
                FindNames(ResourceGroupName, Names);
                break;
        }
    }

    private protected sealed override Request Get(ResourceTarget target) =>
        new ResourceIdentityGetRequest(Client, Kind, target) { Check = Check };

    private protected sealed override Request List(Fleet fleet) =>
        new ResourceIdentityListRequest(Client, Kind, fleet.ToScope()) { Check = Check };

    private protected sealed override string NameOf(object item) => ((VmIdentity)item).Name;

    private protected sealed override string? GroupOf(object item) => ((VmIdentity)item).ResourceGroupName;
}
