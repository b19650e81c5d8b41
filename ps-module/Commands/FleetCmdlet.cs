using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that reads resources of any number of subscriptions.</summary>
public abstract class FleetCmdlet : FindCmdlet
{
    private protected const string OfAllSubscriptions = "OfAllSubscriptions";

    /// <summary>
    /// The resource group to look in. Wildcards are allowed. Without it, the whole subscription, or all of those that are
    /// named.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = OfAllSubscriptions)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [SupportsWildcards]
    [ValidateNotNull]
    public string? ResourceGroupName { get; set; }

    /// <summary>The resource ids.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [ArgumentCompleter(typeof(ResourceIdCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? ResourceId { get; set; }

    /// <summary>
    /// The ids or the names of the subscriptions to look in. Without it, the connection's. A resource id names its own.
    /// Where an object of the pipeline brings it, it must be the id.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Subscription")]
    [ArgumentCompleter(typeof(SubscriptionCompleter))]
    [ValidateNotNull]
    public string[]? SubscriptionId { get; set; }

    /// <summary>Looks in all subscriptions that the sign-in sees.</summary>
    [Parameter(ParameterSetName = OfAllSubscriptions, Mandatory = true)]
    public SwitchParameter AllSubscriptions { get; set; }

    /// <summary>
    /// The management group, by its name or its id, whose subscriptions to look in, and those of the groups below it.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName)]
    [Parameter(ParameterSetName = OfAllSubscriptions)]
    [ArgumentCompleter(typeof(ManagementGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ManagementGroupId { get; set; }

    /// <summary>
    /// The tags that each must have: a table of names and values, or names alone for any value. Names are compared in any
    /// casing, values in their own.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName)]
    [Parameter(ParameterSetName = OfAllSubscriptions)]
    [ValidateNotNullOrEmpty]
    public object? Tag { get; set; }

    /// <summary>
    /// Reads each resource that Azure Resource Graph finds from its own provider, -ThrottleLimit at once. Resource Graph is
    /// late by seconds or minutes.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName)]
    [Parameter(ParameterSetName = OfAllSubscriptions)]
    public SwitchParameter Fresh { get; set; }

    /// <summary>The names or patterns that were given.</summary>
    private protected abstract string[]? Names { get; }

    /// <summary>The object that was given.</summary>
    private protected abstract PSObject? Input { get; }

    /// <summary>Whether names only filter: one that is not there is no error.</summary>
    private protected virtual bool NamesOnlyFilter => Tag is not null;

    private protected sealed override string[]? Subscriptions
    {
        get => IsAboveSubscriptions ? null : SubscriptionId;
        set => SubscriptionId = value;
    }

    private protected sealed override ResourceNames Called => new(
        Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name("Name", Names), Type);

    /// <summary>The type of a resource, as a part of what it is called; null where all are of one.</summary>
    private protected virtual GivenName? Type => null;

    private protected sealed override string Place =>
        AllSubscriptions ? "the subscriptions of this sign-in"
        : ManagementGroupId is { } group ? $"management group '{group}'"
        : Subscriptions is { Length: > 1 } several ? $"subscriptions {string.Join(", ", several)}"
        : base.Place;

    private bool IsAboveSubscriptions => AllSubscriptions || ManagementGroupId is not null;

    /// <summary>Whether the resources are found by one query, whatever their names.</summary>
    private bool IsQuery => IsAboveSubscriptions || Tag is not null || Subscriptions is { Length: > 1 } || IsPattern(ResourceGroupName);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var namesSubscriptions = Given.IsOnCommandLine(nameof(SubscriptionId));
        if (AllSubscriptions && namesSubscriptions)
        {
            Fail(Failures.AllAndOneSubscription());
        }

        if (ManagementGroupId is not null && (AllSubscriptions || namesSubscriptions))
        {
            Fail(Failures.NotBoth(nameof(ManagementGroupId), AllSubscriptions ? nameof(AllSubscriptions) : nameof(SubscriptionId)));
        }

        try
        {
            Tags.Filter(Tag);
        }
        catch (ManagedIdentityException error)
        {
            Fail(error);
        }
    }

    private protected sealed override void Process()
    {
        switch (ParameterSetName)
        {
            case ParameterSets.ByResourceId:
                FindIds(ResourceId);
                break;
            case ParameterSets.ByInputObject:
                FindObjects("InputObject", Input);
                break;
            case var _ when IsQuery || NamesOnlyFilter:
                FindAmong(ResourceGroupName, Names, NamesOnlyFilter);
                break;
            default:
                FindNames(ResourceGroupName, Names);
                break;
        }
    }

    private protected sealed override Fleet Wanted(string? resourceGroupName, string[]? names)
    {
        var wanted = base.Wanted(resourceGroupName, names);
        wanted.AllSubscriptions = AllSubscriptions;
        wanted.ManagementGroupId = ManagementGroupId;
        wanted.Tags = Tags.Filter(Tag);
        wanted.Fresh = Fresh;
        return wanted;
    }
}
