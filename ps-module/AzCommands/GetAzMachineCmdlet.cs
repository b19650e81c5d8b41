using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.AzCommands;

/// <summary>A cmdlet that gets machines with the parameters and in the shape that Azure PowerShell has for them.</summary>
public abstract class GetAzMachineCmdlet : FindInSubscriptionCmdlet, IAzCommand
{
    /// <summary>The resource group to look in. Without it, the whole subscription.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResourceGroupName { get; set; }

    /// <summary>The resource id.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [ArgumentCompleter(typeof(ResourceIdCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string? ResourceId { get; set; }

    /// <summary>
    /// Objects that stand for machines: any with a property Id or ResourceId or with ResourceGroupName and Name, or
    /// resource groups, whose machines are meant.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];

    private protected abstract ResourceKind Kind { get; }

    /// <summary>The name or the pattern that was given.</summary>
    private protected abstract GivenName MachineName { get; }

    private GivenName Group => Given.Name(nameof(ResourceGroupName), ResourceGroupName);

    private protected sealed override ResourceNames Called => new(Subscription, Group, MachineName);

    private protected sealed override void Process()
    {
        switch (ParameterSetName)
        {
            case ParameterSets.ByResourceId:
                FindIds(ResourceId is null ? null : [ResourceId]);
                break;
            case ParameterSets.ByInputObject when InputObject is { } one && GroupOf(one) is { } group:
                Try(() => FindGroup(group, one), one);
                break;
            case ParameterSets.ByInputObject:
                FindObjects(nameof(InputObject), InputObject);
                break;
            default:
                FindNames(ResourceGroupName, MachineName.WithoutObject is { } name ? [name] : null);
                break;
        }
    }

    /// <summary>The resource group that an object is, or that it names without a machine.</summary>
    private string? GroupOf(PSObject one) =>
        ResourceReference.IdOrName(one) is { } id ? ResourceReference.ResourceGroup(id)
        : MachineName.Of(one) is null ? Group.Of(one)
        : null;

    private void FindGroup(string group, PSObject one)
    {
        Group.CheckBeside(group);
        Subscription.CheckBeside(ResourceReference.SubscriptionOf(ResourceReference.IdOrName(one)));
        FindNames(group, MachineName.OnCommandLine is { } name ? [name] : null);
    }

    private protected sealed override Request Get(ResourceTarget target) =>
        new ResourceIdentityGetRequest(Client, Kind, target) { AsJson = true };

    private protected sealed override Request List(Fleet fleet) =>
        new ResourceIdentityListRequest(Client, Kind, fleet) { AsJson = true };

    private protected sealed override string NameOf(object item) =>
        AzStyleMachine.Read((string)item).Properties["Name"]?.Value as string ?? "";

    private protected sealed override string? GroupOf(object item) =>
        AzStyleMachine.Read((string)item).Properties["ResourceGroupName"]?.Value as string;

    private protected sealed override void Write(object item) => WriteMachine(AzStyleMachine.Read((string)item));

    /// <summary>Writes a machine.</summary>
    private protected virtual void WriteMachine(PSObject machine) => WriteObject(machine);
}
