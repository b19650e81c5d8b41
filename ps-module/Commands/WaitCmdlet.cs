using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that waits until Azure is done with resources.</summary>
public abstract class WaitCmdlet : LongRunningCmdlet
{
    /// <summary>The resource group of the resources. Where it is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The resource ids of the resources.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [ArgumentCompleter(typeof(ResourceIdCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? ResourceId { get; set; }

    /// <summary>The names that were given.</summary>
    private protected abstract string[]? Names { get; }

    /// <summary>The object that was given.</summary>
    private protected abstract PSObject? Input { get; }

    /// <summary>The type of resource that was given, as a part of what a resource is called.</summary>
    private protected virtual GivenName? Type => null;

    private protected sealed override void Process()
    {
        var names = new ResourceNames(
            Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name("Name", Names), Type);
        var given = new TargetParameters<ResourceTarget>(names)
        {
            ParameterSet = ParameterSetName,
            Names = Names,
            ResourceIds = ResourceId,
            Object = Input,
        };
        ForEach(given, (target, input) => Submit(Wait(target), new Operation(input) { OnItem = WriteObject }));
    }

    /// <summary>The request that waits for a resource.</summary>
    private protected abstract Request Wait(ResourceTarget target);
}
