using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that changes user-assigned identities which exist.</summary>
public abstract class IdentityChangeCmdlet : ChangeCmdlet
{
    /// <summary>The name of the parameter set that names identities.</summary>
    protected const string ByName = "ByName";

    /// <summary>The name of the parameter set that takes resource ids.</summary>
    protected const string ByResourceId = "ByResourceId";

    /// <summary>
    /// The name of the parameter set that takes objects. It is the default one: with another, whose parameters are
    /// mandatory, PowerShell would take an object's Name for the input, and lose its subscription.
    /// </summary>
    protected const string ByInputObject = "ByInputObject";

    /// <summary>The resource group of the identities.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The names of the identities.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string[] Name { get; set; } = [];

    /// <summary>The resource ids of the identities.</summary>
    [Parameter(ParameterSetName = ByResourceId, Mandatory = true)]
    [AllowEmptyString]
    public string[] ResourceId { get; set; } = [];

    /// <summary>
    /// Objects that stand for identities: of this module or of Azure PowerShell, any with a property Id or
    /// ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Changes one identity.</summary>
    private protected abstract void Change(ResourceTarget target, object input);

    private protected sealed override void Process()
    {
        var given = new TargetParameters
        {
            SubscriptionId = SubscriptionId,
            ResourceGroupName = ResourceGroupName,
            Names = Name,
            ResourceIds = ResourceId,
            Object = InputObject,
        };
        ForEach(given, Change);
    }
}
