using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.Json;

/// <summary>Makes objects of what an emulator's own interface answers.</summary>
internal static class EmulatorReplies
{
    /// <summary>The members of a list.</summary>
    public static IEnumerable<PSObject> Each(object? list) => ((object?[]?)list ?? []).Cast<PSObject>();

    /// <summary>A subscription that was added.</summary>
    public static ArmEmulatorSubscription Subscription(PSObject reply, string tenantId)
    {
        var id = Text(reply, "id");
        return new() { SubscriptionId = id, SubscriptionName = Text(reply, "name"), Id = $"/subscriptions/{id}", TenantId = tenantId };
    }

    /// <summary>A resource group that was added.</summary>
    public static ArmEmulatorResourceGroup ResourceGroup(PSObject reply) => new()
    {
        Id = Text(reply, "id"),
        ResourceGroupName = Text(reply, "name"),
        SubscriptionId = Text(reply, "subscriptionId"),
        Location = Text(reply, "location"),
        Tag = Tags(reply),
    };

    /// <summary>A resource that was added, as the cmdlets write it that read identities.</summary>
    public static ResourceIdentity Resource(PSObject reply)
    {
        var type = Text(reply, "resourceType");
        ResourceIdentity resource = type switch
        {
            "Microsoft.Compute/virtualMachines" => new VmIdentity(),
            "Microsoft.Compute/virtualMachineScaleSets" => new VmssIdentity { UpgradePolicyMode = ResourceReference.Text(reply, "upgradeMode") },
            _ => new ResourceIdentity(),
        };
        resource.Id = Text(reply, "id");
        resource.Name = Text(reply, "name");
        resource.ResourceType = type;
        resource.ResourceGroupName = Text(reply, "resourceGroup");
        resource.SubscriptionId = Text(reply, "subscriptionId");
        resource.Location = Text(reply, "location");
        resource.Type = (ResourceIdentityType)Enum.Parse(typeof(ResourceIdentityType), Text(reply, "identityType").Replace(", ", ""));
        resource.PrincipalId = ResourceReference.Text(reply, "principalId");
        resource.TenantId = ResourceReference.Text(reply, "tenantId");
        resource.ETag = ResourceReference.Text(reply, "etag");
        resource.ProvisioningState = ResourceReference.Text(reply, "provisioningState");
        resource.Tag = Tags(reply);
        resource.UserAssignedIdentity = new ItemList<AssignedIdentity>(Each(Value(reply, "userAssigned")).Select(Assigned).ToList());
        return resource;
    }

    /// <summary>A request that the emulator got.</summary>
    public static ArmEmulatorRequest Request(PSObject reply) => new()
    {
        Sequence = Convert.ToInt64(Value(reply, "sequence"), CultureInfo.InvariantCulture),
        Time = Time(reply, "time"),
        Method = Text(reply, "method"),
        Path = Text(reply, "path"),
        StatusCode = Number(reply, "status") ?? 0,
        ServiceStatusCode = Number(reply, "serviceStatus"),
        Fault = ResourceReference.Text(reply, "faultName") ?? (Value(reply, "fault") is true ? "Custom" : null),
        Duration = TimeSpan.FromMilliseconds(Number(reply, "durationMs") ?? 0),
        UserAgent = ResourceReference.Text(reply, "userAgent"),
        IfMatch = ResourceReference.Text(reply, "ifMatch"),
        IsAuthenticated = Value(reply, "authenticated") is true,
        RequestId = Text(reply, "requestId"),
        ClientRequestId = ResourceReference.Text(reply, "clientRequestId"),
    };

    /// <summary>A fault that is armed.</summary>
    public static ArmEmulatorFault Fault(PSObject reply) => new()
    {
        FaultId = Convert.ToInt64(Value(reply, "id"), CultureInfo.InvariantCulture),
        FaultName = ResourceReference.Text(reply, "name") ?? "Custom",
        Method = ResourceReference.Text(reply, "method"),
        Path = ResourceReference.Text(reply, "path"),
        Skip = Number(reply, "skip") ?? 0,
        Times = Number(reply, "times"),
        Duration = Number(reply, "forSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };

    /// <summary>A time of the emulator's, as the user's clock shows it.</summary>
    public static DateTime Time(PSObject reply, string name) =>
        DateTime.Parse(Text(reply, name), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal).ToLocalTime();

    private static AssignedIdentity Assigned(PSObject reply)
    {
        var id = Text(reply, "id");
        return new()
        {
            Id = id,
            Name = id.Substring(id.LastIndexOf('/') + 1),
            PrincipalId = ResourceReference.Text(reply, "principalId"),
            ClientId = ResourceReference.Text(reply, "clientId"),
            Exists = Value(reply, "exists") as bool?,
        };
    }

    private static TagTable Tags(PSObject reply)
    {
        var table = new TagTable();
        if (Value(reply, "tags") is PSObject tags)
        {
            foreach (var tag in tags.Properties)
            {
                table[tag.Name] = tag.Value;
            }
        }

        return table;
    }

    private static object? Value(PSObject reply, string name) => reply.Properties[name]?.Value;

    private static string Text(PSObject reply, string name) => ResourceReference.Text(reply, name) ?? "";

    private static int? Number(PSObject reply, string name) =>
        Value(reply, name) is { } number ? Convert.ToInt32(number, CultureInfo.InvariantCulture) : null;
}
