using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that changes user-assigned identities which exist.</summary>
public abstract class IdentityChangeCmdlet : ChangeCmdlet
{
    /// <summary>The resource group of the identities. Where it is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The names of the identities. Where one is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("IdentityName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? Name { get; set; }

    /// <summary>The resource ids of the identities.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [ArgumentCompleter(typeof(ResourceIdCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? ResourceId { get; set; }

    /// <summary>
    /// Objects that stand for identities: of this module or of Azure PowerShell, any with a property Id or
    /// ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Changes one identity.</summary>
    private protected abstract void Change(ResourceTarget target, object? input);

    private protected sealed override void Process()
    {
        var names = new ResourceNames(
            Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name(nameof(Name), Name));
        var given = new TargetParameters<ResourceTarget>(names)
        {
            ParameterSet = ParameterSetName,
            Names = Name,
            ResourceIds = ResourceId,
            Object = InputObject,
        };
        ForEach(given, Change);
    }
}
