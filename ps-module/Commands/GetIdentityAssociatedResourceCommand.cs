using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the resources that refer to user-assigned managed identities.</summary>
[Cmdlet(VerbsCommon.Get, "IdentityAssociatedResource", DefaultParameterSetName = OfAll)]
[OutputType(typeof(IdentityAssociatedResource))]
public sealed class GetIdentityAssociatedResourceCommand : ConnectedCmdlet
{
    private const string OfAll = "OfAll";
    private const string ByInputObject = "ByInputObject";
    private const string ByIdentity = "ByIdentity";

    /// <summary>
    /// The identities: objects of this module or of Azure PowerShell, any with a property Id or ResourceId or with
    /// ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The identities: resource ids, identity objects, or, with -ResourceGroupName, names.</summary>
    [Parameter(ParameterSetName = ByIdentity, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public object[] IdentityId { get; set; } = [];

    /// <summary>The resource group of identities that are given by name.</summary>
    [Parameter(ParameterSetName = ByInputObject)]
    [Parameter(ParameterSetName = ByIdentity)]
    [ValidateNotNullOrEmpty]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>Looks in all subscriptions that the sign-in sees.</summary>
    [Parameter]
    public SwitchParameter AllSubscriptions { get; set; }

    /// <summary>Who is asked: ResourceGraph, or Provider, the older list of the provider of managed identities.</summary>
    [Parameter]
    public IdentityReferenceSource Source { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        // With an identity's name, the subscription is where that is.
        if (ParameterSetName == OfAll && AllSubscriptions && NamedSubscriptionId is not null)
        {
            Fail(Failures.AllAndOneSubscription());
        }
    }

    private protected override void Process()
    {
        if (ParameterSetName == OfAll)
        {
            Find(new ResourceTarget(), null);
            return;
        }

        var given = new TargetParameters
        {
            SubscriptionId = NamedSubscriptionId,
            ResourceGroupName = ResourceGroupName,
            Object = InputObject ?? PSObject.AsPSObject(IdentityId),
            ObjectParameter = InputObject is null ? nameof(IdentityId) : nameof(InputObject),
        };
        ForEach(given, Find);
    }

    private void Find(ResourceTarget identity, object? input)
    {
        var request = new ListReferencesRequest(Client, identity)
        {
            SubscriptionId = NamedSubscriptionId,
            AllSubscriptions = AllSubscriptions,
            Source = Source,
        };
        Submit(request, new Operation(input) { OnItem = WriteObject });
    }
}
