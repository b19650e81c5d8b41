using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that adds resources with identities to an emulator, in any state.</summary>
public abstract class AddEmulatorResourceCmdlet : EmulatorControlCmdlet
{
    /// <summary>The names; with -Count, what the names begin with.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceName")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>How many of each name, numbered.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int? Count { get; set; }

    /// <summary>
    /// The resource group, which is made when it is missing. Without it, myResourceGroup.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResourceGroupName { get; set; }

    /// <summary>The subscriptions, by their ids, in turns. Without it, the emulator's first one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[]? SubscriptionId { get; set; }

    /// <summary>The region. Without it, that of the resource group; eastus for a new group.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LocationCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Location { get; set; }

    /// <summary>The tags: a table, or a text such as team=shop;env=test.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    public object? Tag { get; set; }

    /// <summary>Gives each resource a system-assigned identity.</summary>
    [Parameter]
    public SwitchParameter EnableSystemAssigned { get; set; }

    /// <summary>
    /// User-assigned identities: ids, names in the resource group of the resource, or objects with an id.
    /// </summary>
    [Parameter]
    [Alias("UserAssignedIdentity")]
    [ArgumentCompleter(typeof(IdentityIdCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? IdentityId { get; set; }

    /// <summary>Creates the identities of -IdentityId that do not exist.</summary>
    [Parameter]
    public SwitchParameter CreateIdentity { get; set; }

    /// <summary>
    /// Dead references: user-assigned identities that the resource has, and that do not exist, as after their deletion.
    /// </summary>
    [Parameter]
    [Alias("DeadReference")]
    [ValidateNotNullOrEmpty]
    public object[]? DeletedIdentityId { get; set; }

    /// <summary>The provisioning state, which the next write ends. Without it, Succeeded.</summary>
    [Parameter]
    [ValidateSet("Succeeded", "Failed", "Canceled", "Creating", "Updating", "Deleting")]
    public string ProvisioningState { get; set; } = "Succeeded";

    /// <summary>The properties of the resource, in place of the usual ones.</summary>
    [Parameter]
    [Alias("Properties")]
    [ValidateNotNull]
    public object? Property { get; set; }

    /// <summary>
    /// A user-assigned identity, which the resources get, or an object that says by its properties where they are: a
    /// subscription, a resource group, a row of a table.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The type of the resources.</summary>
    private protected abstract string Type { get; }

    /// <summary>What only resources of this type have.</summary>
    private protected virtual void AddOwn(Dictionary<string, object?> body)
    {
    }

    private protected override string? ParameterOf(string member) => member.Split('.')[0] switch
    {
        "names" => nameof(Name),
        "types" => "ResourceType",
        "subscriptions" => nameof(SubscriptionId),
        "resourceGroup" => nameof(ResourceGroupName),
        "location" => nameof(Location),
        "tags" => nameof(Tag),
        "identity" => nameof(EnableSystemAssigned),
        "userAssigned" => nameof(IdentityId),
        "deletedIdentities" => nameof(DeletedIdentityId),
        "provisioningState" => nameof(ProvisioningState),
        "capacity" => "Capacity",
        "outdated" => "OutdatedCount",
        "upgradeMode" => "UpgradePolicyMode",
        _ => null,
    };

    private protected sealed override void Process()
    {
        var input = InputObject ?? (object)string.Join(", ", Name);
        Dictionary<string, object?> body;
        try
        {
            body = Body();
        }
        catch (ManagedIdentityException error)
        {
            Report(error, input);
            return;
        }

        var what = Count is not null ? $"{Count} named {string.Join(", ", Name)}" : string.Join(", ", Name);
        if (ShouldProcess(what, $"Add {Type} to the emulator")
            && TryCall("POST", "/resources", body, input, out var added))
        {
            var resources = ((PSObject)added!).Properties["resources"].Value;
            WriteObject(EmulatorReplies.Each(resources).Select(EmulatorReplies.Resource), enumerateCollection: true);
        }
    }

    private Dictionary<string, object?> Body()
    {
        var body = new Dictionary<string, object?>
        {
            ["types"] = new[] { Type },
            ["names"] = NumberedNames.Of(Name, Count).ToArray(),
            ["list"] = true,
            ["systemAssigned"] = EnableSystemAssigned.IsPresent,
            ["userAssigned"] = Identities(),
            ["createIdentities"] = CreateIdentity.IsPresent,
            ["deletedIdentities"] = IdentityList.Read(nameof(DeletedIdentityId), DeletedIdentityId),
            ["provisioningState"] = ProvisioningState,
        };
        AddIfGiven(body, "resourceGroup", ResourceGroupName);
        AddIfGiven(body, "subscriptions", SubscriptionId);
        AddIfGiven(body, "location", Location);
        AddIfGiven(body, "properties", Property);
        AddIfGiven(body, "tags", Tags.Read(Tag)?.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal));
        AddOwn(body);
        return body;
    }

    /// <summary>The identities of the command line, and the one that comes through the pipeline.</summary>
    private string[] Identities()
    {
        var given = IdentityList.Read(nameof(IdentityId), IdentityId);
        return InputObject is { } piped && ResourceReference.IdOrName(piped) is { } id && IsIdentity(id) ? [.. given, id] : given;
    }

    // What is in an identity, such as a credential, has a longer id.
    private static bool IsIdentity(string id) =>
        id.Split('/') is { Length: 9 } parts
            && $"{parts[6]}/{parts[7]}".Equals("Microsoft.ManagedIdentity/userAssignedIdentities", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds a member that has a value.</summary>
    private protected static void AddIfGiven(Dictionary<string, object?> body, string member, object? value)
    {
        if (value is not null)
        {
            body[member] = value;
        }
    }
}
