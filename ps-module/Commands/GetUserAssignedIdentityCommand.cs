using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets user-assigned managed identities.</summary>
[Cmdlet(VerbsCommon.Get, "UserAssignedIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(UserAssignedIdentity))]
public sealed class GetUserAssignedIdentityCommand : FindCmdlet
{
    private const string OfAllSubscriptions = "OfAllSubscriptions";

    /// <summary>The resource group to look in. Without it, the whole subscription.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ValidateNotNull]
    public string? ResourceGroupName { get; set; }

    /// <summary>
    /// The names of the identities. Wildcards are allowed: a pattern that matches nothing is no error, a name is.
    /// Without it, all identities of the place.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = OfAllSubscriptions, Position = 0)]
    [Alias("IdentityName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>The resource ids of the identities.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
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

    /// <summary>Looks in all subscriptions that the sign-in sees.</summary>
    [Parameter(ParameterSetName = OfAllSubscriptions, Mandatory = true)]
    public SwitchParameter AllSubscriptions { get; set; }

    /// <summary>
    /// Gets those alone that no resource refers to and that hold no role and no federated credential. Names only filter
    /// then: one that is in use is no error.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName)]
    [Parameter(ParameterSetName = OfAllSubscriptions)]
    public SwitchParameter Unused { get; set; }

    private protected override string Label => "user-assigned identity";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (AllSubscriptions && Given.IsOnCommandLine(nameof(SubscriptionId)))
        {
            Fail(Failures.AllAndOneSubscription());
        }
    }

    private protected override ResourceNames Called => new(
        Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name(nameof(Name), Name));

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case ParameterSets.ByResourceId:
                FindIds(ResourceId);
                break;
            case ParameterSets.ByInputObject:
                FindObjects(nameof(InputObject), InputObject);
                break;
            case OfAllSubscriptions when AllSubscriptions:
                FindAmong(List(Scope(null)), Name, Unused ? null : "the subscriptions of this sign-in");
                break;
            default:
                FindByName();
                break;
        }
    }

    private void FindByName()
    {
        if (Unused)
        {
            FindAmong(List(Scope(ResourceGroupName)), Name, null);
        }
        else
        {
            FindNames(ResourceGroupName, Name);
        }
    }

    private protected override Request Get(ResourceTarget target) => new IdentityGetRequest(Client, target);

    private protected override Request List(ListScope scope) =>
        new IdentityListRequest(Client, scope) { AllSubscriptions = AllSubscriptions, Unused = Unused };

    private protected override string NameOf(object item) => ((UserAssignedIdentity)item).Name;
}
