using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that reads resources of one subscription.</summary>
public abstract class FindInSubscriptionCmdlet : FindCmdlet
{
    /// <summary>
    /// The id or the name of the subscription to work in. Without it, the connection's. A resource id names its own. Where
    /// an object of the pipeline brings it, it must be the id.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Subscription")]
    [ArgumentCompleter(typeof(SubscriptionCompleter))]
    [ValidateNotNull]
    public string? SubscriptionId { get; set; }

    private protected sealed override string[]? Subscriptions
    {
        get => SubscriptionId is null ? null : [SubscriptionId];
        set => SubscriptionId = value?.FirstOrDefault();
    }
}
