using System.Collections.Specialized;
using System.Management.Automation;

namespace ManagedIdentity.Models;

/// <summary>A deployment of a template that has ended well.</summary>
public sealed class ArmDeployment
{
    /// <summary>The resource id.</summary>
    public string Id { get; internal set; } = "";

    /// <summary>The name.</summary>
    public string DeploymentName { get; internal set; } = "";

    /// <summary>The resource group.</summary>
    public string? ResourceGroupName { get; internal set; }

    /// <summary>The subscription's id.</summary>
    public string? SubscriptionId { get; internal set; }

    /// <summary><c>Succeeded</c>.</summary>
    public string? ProvisioningState { get; internal set; }

    /// <summary>When it was done, as Azure writes it.</summary>
    public string? Timestamp { get; internal set; }

    /// <summary>How long it took, as ISO 8601 writes durations.</summary>
    public string? Duration { get; internal set; }

    /// <summary><c>Incremental</c>: what is not in the template stays.</summary>
    public string? Mode { get; internal set; }

    /// <summary>Azure's id of the whole deployment.</summary>
    public string? CorrelationId { get; internal set; }

    /// <summary>
    /// The outputs of the template by name, each with Type and Value. The value of a secure one is null: Azure shows it
    /// to nobody.
    /// </summary>
    public OrderedDictionary Outputs { get; } = new(System.StringComparer.OrdinalIgnoreCase);

    /// <summary>The ids of the resources that it made or found.</summary>
    public string[] OutputResource { get; internal set; } = [];

    /// <inheritdoc/>
    public override string ToString() => Id;

    /// <summary>Takes the outputs over.</summary>
    internal void Read(PSObject outputs)
    {
        foreach (var output in outputs.Properties)
        {
            var wire = (PSObject)output.Value;
            var shown = new PSObject();
            shown.Properties.Add(new PSNoteProperty("Type", wire.Properties["type"]?.Value));
            shown.Properties.Add(new PSNoteProperty("Value", wire.Properties["value"]?.Value));
            Outputs[output.Name] = shown;
        }
    }
}
