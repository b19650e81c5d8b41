using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that changes federated credentials which exist.</summary>
public abstract class FederatedCredentialChangeCmdlet : ChangeCmdlet
{
    /// <summary>The name of the parameter set that names credentials.</summary>
    protected const string ByName = "ByName";

    /// <summary>The name of the parameter set that takes resource ids.</summary>
    protected const string ByResourceId = "ByResourceId";

    /// <summary>
    /// The name of the parameter set that takes objects. It is the default one: with another, whose parameters are
    /// mandatory, PowerShell would take an object's properties apart, and lose its subscription.
    /// </summary>
    protected const string ByInputObject = "ByInputObject";

    /// <summary>The resource group of the identity.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 0)]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The name of the identity.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 1)]
    [AllowEmptyString]
    public string IdentityName { get; set; } = "";

    /// <summary>The names of the credentials.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 2, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string[] Name { get; set; } = [];

    /// <summary>The resource ids of the credentials.</summary>
    [Parameter(ParameterSetName = ByResourceId, Mandatory = true)]
    [AllowEmptyString]
    public string[] ResourceId { get; set; } = [];

    /// <summary>
    /// Objects that stand for credentials: of this module or of Azure PowerShell, any with a property Id or
    /// ResourceId or with ResourceGroupName, IdentityName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    // As New-FederatedIdentityCredential: identities are worked on beside each other.
    private protected override int OperationsAhead => 20 * ThrottleLimit;

    /// <summary>Changes one credential.</summary>
    private protected abstract void Change(CredentialTarget target, object input);

    private protected sealed override void Process()
    {
        switch (ParameterSetName)
        {
            case ByName:
                foreach (var name in Name)
                {
                    Change(Named(name), name);
                }

                break;
            case ByResourceId:
                foreach (var id in ResourceId)
                {
                    Change(new CredentialTarget { ResourceId = id }, id);
                }

                break;
            default:
                foreach (var one in ResourceReference.Each(InputObject!))
                {
                    ChangeObject(one);
                }

                break;
        }
    }

    private void ChangeObject(PSObject one)
    {
        try
        {
            Change(ResourceReference.Credential(nameof(InputObject), one, SubscriptionId), one);
        }
        catch (ManagedIdentityException error)
        {
            Report(error, one);
        }
    }

    private CredentialTarget Named(string name) => new()
    {
        Identity = new ResourceTarget
        {
            SubscriptionId = SubscriptionId,
            ResourceGroupName = ResourceGroupName,
            Name = IdentityName,
        },
        Name = name,
    };
}
