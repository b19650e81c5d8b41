using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that gets machines with the parameters and in the shape that Azure PowerShell has for them.</summary>
public abstract class FindAzStyleCmdlet : FindCmdlet
{
    /// <summary>The name of the parameter set that names machines.</summary>
    protected const string ByName = "ByName";

    /// <summary>The name of the parameter set that takes a resource id.</summary>
    protected const string ByResourceId = "ByResourceId";

    /// <summary>The resource group to look in. Without it, the whole subscription.</summary>
    [Parameter(ParameterSetName = ByName, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? ResourceGroupName { get; set; }

    /// <summary>Takes whatever else Azure PowerShell knows, to say that it can't be done.</summary>
    [Parameter(ValueFromRemainingArguments = true)]
    public object[] OtherParameter { get; set; } = [];

    private protected abstract MachineKind Kind { get; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (OtherParameter.Length > 0)
        {
            Fail(Failures.NotInAlias(MyInvocation.InvocationName, OtherParameter, "it reads the machines and no more"));
        }
    }

    private protected sealed override Request Get(ResourceTarget target) =>
        new GetVmIdentityRequest(Client, Kind, target) { AsJson = true };

    private protected sealed override Request List(string? resourceGroupName) =>
        new ListVmIdentitiesRequest(Client, Kind, SubscriptionId, resourceGroupName) { AsJson = true };

    private protected sealed override string NameOf(object item) =>
        AzStyleMachine.Read((string)item).Properties["Name"]?.Value as string ?? "";

    private protected sealed override void Write(object item) => WriteObject(AzStyleMachine.Read((string)item));
}
