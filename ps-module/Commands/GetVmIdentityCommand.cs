using System.Management.Automation;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the managed identities of virtual machines.</summary>
[Cmdlet(VerbsCommon.Get, "VmIdentity", DefaultParameterSetName = ByName)]
[OutputType(typeof(VmIdentity))]
public sealed class GetVmIdentityCommand : FindCmdlet
{
    private const string ByName = "ByName";
    private const string ByResourceId = "ByResourceId";
    private const string ByInputObject = "ByInputObject";

    /// <summary>The resource group to look in. Without it, the whole subscription.</summary>
    [Parameter(ParameterSetName = ByName, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    public string? ResourceGroupName { get; set; }

    /// <summary>
    /// The names of the virtual machines. Wildcards are allowed: a pattern that matches nothing is no error, a name
    /// is. Without it, all virtual machines of the resource group or the subscription.
    /// </summary>
    [Parameter(ParameterSetName = ByName, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("VMName")]
    [SupportsWildcards]
    [ValidateNotNull]
    public string[]? Name { get; set; }

    /// <summary>The resource ids of the virtual machines.</summary>
    [Parameter(ParameterSetName = ByResourceId, Mandatory = true)]
    [AllowEmptyString]
    public string[] ResourceId { get; set; } = [];

    /// <summary>
    /// Objects that stand for virtual machines: of this module or of Azure PowerShell, any with a property Id or
    /// ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("VM")]
    public PSObject? InputObject { get; set; }

    private protected override string Label => "virtual machine";

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case ByResourceId:
                FindIds(ResourceId);
                break;
            case ByInputObject:
                FindObjects(nameof(InputObject), InputObject!);
                break;
            default:
                FindNames(ResourceGroupName, Name);
                break;
        }
    }

    private protected override Request Get(ResourceTarget target) => new GetVmIdentityRequest(Client, target);

    private protected override Request List(string? resourceGroupName) =>
        new ListVmIdentitiesRequest(Client, SubscriptionId, resourceGroupName);

    private protected override string NameOf(object item) => ((VmIdentity)item).Name;
}
