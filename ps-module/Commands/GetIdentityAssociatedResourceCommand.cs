using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the resources that refer to user-assigned managed identities.</summary>
[Cmdlet(VerbsCommon.Get, "IdentityAssociatedResource", DefaultParameterSetName = ParameterSets.OfAll)]
[OutputType(typeof(IdentityAssociatedResource))]
public sealed class GetIdentityAssociatedResourceCommand : SubscriptionCmdlet
{
    /// <summary>
    /// The identities: objects of this module or of Azure PowerShell, any with a property Id or ResourceId or with
    /// ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The identities: resource ids, identity objects, or, with -ResourceGroupName, names.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByIdentity, Mandatory = true)]
    [ArgumentCompleter(typeof(IdentityCompleter))]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? IdentityId { get; set; }

    /// <summary>
    /// The resource group of identities that are given by name. Where it is given beside an object, it must be the
    /// object's own.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResourceGroupName { get; set; }

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
        if (ParameterSetName == ParameterSets.OfAll && AllSubscriptions && Given.IsOnCommandLine(nameof(SubscriptionId)))
        {
            Fail(Failures.AllAndOneSubscription());
        }
    }

    private protected override void Process()
    {
        if (ParameterSetName == ParameterSets.OfAll)
        {
            Find(new ResourceTarget(), null);
            return;
        }

        var isPiped = ParameterSetName == ParameterSets.ByInputObject;
        // An identity's name is looked for in the subscription that is looked through; an id has its own.
        var place = new GivenName(nameof(SubscriptionId), [nameof(SubscriptionId)], NamedSubscriptionId, ValueSource.Default);
        var names = new ResourceNames(
            place, Given.Name(nameof(ResourceGroupName), ResourceGroupName), GivenName.ByObject("Name", "IdentityName"));
        var given = new TargetParameters<ResourceTarget>(names)
        {
            ParameterSet = ParameterSetName,
            Object = isPiped ? InputObject : IdentityId is null ? null : PSObject.AsPSObject(IdentityId),
            ObjectParameter = isPiped ? nameof(InputObject) : nameof(IdentityId),
        };
        ForEach(given, Find);
    }

    private void Find(ResourceTarget identity, object? input)
    {
        var request = new ReferenceListRequest(Client, identity)
        {
            SubscriptionId = NamedSubscriptionId,
            AllSubscriptions = AllSubscriptions,
            Source = Source,
        };
        Submit(request, new Operation(input) { OnItem = WriteObject });
    }
}
