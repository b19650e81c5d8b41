using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Adds resource groups to an emulator.</summary>
[Cmdlet(VerbsCommon.Add, "ArmEmulatorResourceGroup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ArmEmulatorResourceGroup))]
public sealed class AddArmEmulatorResourceGroupCommand : EmulatorControlCmdlet
{
    /// <summary>The names; with -Count, what the names begin with.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroupName")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>How many of each name, numbered.</summary>
    [Parameter]
    [ValidateRange(1, 1_000)]
    public int? Count { get; set; }

    /// <summary>The subscriptions, by their ids. Without it, the emulator's first one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[]? SubscriptionId { get; set; }

    /// <summary>The region; eastus without it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LocationCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Location { get; set; }

    /// <summary>The tags: a table, or a text such as team=shop;env=test.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    public object? Tag { get; set; }

    private protected override string? ParameterOf(string member) => member.Split('.')[0] switch
    {
        "names" => nameof(Name),
        "subscriptions" => nameof(SubscriptionId),
        "location" => nameof(Location),
        "tags" => nameof(Tag),
        _ => null,
    };

    private protected override void Process()
    {
        var names = NumberedNames.Of(Name, Count).ToArray();
        if (!ShouldProcess(string.Join(", ", Name), "Add resource groups to the emulator"))
        {
            return;
        }

        var body = new Dictionary<string, object?> { ["names"] = names };
        if (SubscriptionId is not null)
        {
            body["subscriptions"] = SubscriptionId;
        }

        if (Location is not null)
        {
            body["location"] = Location;
        }

        var input = string.Join(", ", Name);
        try
        {
            if (Tags.Read(Tag) is { } tags)
            {
                body["tags"] = tags.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
            }
        }
        catch (Errors.ManagedIdentityException error)
        {
            Report(error, input);
            return;
        }

        if (TryCall("POST", "/resourcegroups", body, input, out var added))
        {
            var groups = ((PSObject)added!).Properties["resourceGroups"].Value;
            WriteObject(EmulatorReplies.Each(groups).Select(EmulatorReplies.ResourceGroup), enumerateCollection: true);
        }
    }
}
