using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that works in one subscription.</summary>
public abstract class SubscriptionCmdlet : ConnectedCmdlet
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

    /// <summary>
    /// The subscription that the command line names; null when it names none, whatever an object of the pipeline brings.
    /// </summary>
    private protected string? NamedSubscriptionId { get; private set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        // Nothing of the pipeline is bound yet.
        NamedSubscriptionId = SubscriptionId;
    }
}
