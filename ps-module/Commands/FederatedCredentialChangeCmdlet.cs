using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that changes federated credentials which exist.</summary>
public abstract class FederatedCredentialChangeCmdlet : ChangeCmdlet
{
    /// <summary>The resource group of the identity. Where it is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The name of the identity. Where it is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IdentityNameCompleter))]
    [AllowEmptyString]
    public string IdentityName { get; set; } = "";

    /// <summary>The names of the credentials. Where one is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 2)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 2, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FederatedCredentialNameCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? Name { get; set; }

    /// <summary>The resource ids of the credentials.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [AllowEmptyString]
    [AllowNull]
    public string[]? ResourceId { get; set; }

    /// <summary>
    /// Objects that stand for credentials: of this module or of Azure PowerShell, any with a property Id or
    /// ResourceId or with ResourceGroupName, IdentityName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    // As New-FederatedIdentityCredential: identities are worked on beside each other.
    private protected override int OperationsAhead => 20 * ThrottleLimit;

    /// <summary>Changes one credential.</summary>
    private protected abstract void Change(CredentialTarget target, object? input);

    private protected sealed override void Process()
    {
        var names = new CredentialNames(
            Subscription,
            Given.Name(nameof(ResourceGroupName), ResourceGroupName),
            Given.Name(nameof(IdentityName), IdentityName),
            Given.Name(nameof(Name), Name));
        var given = new TargetParameters<CredentialTarget>(names)
        {
            ParameterSet = ParameterSetName,
            Names = Name,
            ResourceIds = ResourceId,
            Object = InputObject,
        };
        ForEach(given.Each(), Change);
    }
}
