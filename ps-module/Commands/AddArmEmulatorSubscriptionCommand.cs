using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Adds subscriptions to an emulator, each with the resource group myResourceGroup in eastus.</summary>
[Cmdlet(VerbsCommon.Add, "ArmEmulatorSubscription", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ArmEmulatorSubscription))]
public sealed class AddArmEmulatorSubscriptionCommand : EmulatorControlCmdlet
{
    /// <summary>The names; with -Count, what the names begin with.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SubscriptionName")]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>The id. Without it, the emulator chooses one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? SubscriptionId { get; set; }

    /// <summary>How many.</summary>
    [Parameter]
    [ValidateRange(1, 1_000)]
    public int Count { get; set; } = 1;

    private protected override string? ParameterOf(string member) => member switch
    {
        "id" => nameof(SubscriptionId),
        "name" => nameof(Name),
        _ => null,
    };

    private protected override void Process()
    {
        foreach (var name in Names())
        {
            if (!ShouldProcess(name ?? SubscriptionId ?? "a subscription", "Add subscription to the emulator"))
            {
                continue;
            }

            var body = new Dictionary<string, object?>();
            if (name is not null)
            {
                body["name"] = name;
            }

            if (SubscriptionId is not null)
            {
                body["id"] = SubscriptionId;
            }

            if (TryCall("POST", "/subscriptions", body, name ?? SubscriptionId, out var added))
            {
                WriteObject(EmulatorReplies.Subscription((PSObject)added!, Target.TenantId));
            }
        }
    }

    private IEnumerable<string?> Names() =>
        Name is null ? (IEnumerable<string?>)new string?[Count] : NumberedNames.Of(Name, MyInvocation.BoundParameters.ContainsKey(nameof(Count)) ? Count : null);
}
