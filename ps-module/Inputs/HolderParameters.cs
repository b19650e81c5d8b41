using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>The parameters by which a cmdlet is told who holds a role: objects, identities, or object ids.</summary>
internal sealed class HolderParameters
{
    private const string Rule =
        "it is an identity, a virtual machine or scale set, an object with a property PrincipalId, Id or ResourceId or " +
        "with ResourceGroupName and Name, or an identity's resource id or name.";

    /// <summary>The subscription in which an identity's name is looked for; the connection's when it is null.</summary>
    public string? SubscriptionId { get; set; }

    /// <summary>The group in which it is looked for; the whole subscription when it is null.</summary>
    public string? IdentityResourceGroupName { get; set; }

    /// <summary>The object, or several.</summary>
    public PSObject? Object { get; set; }

    public object[] Identities { get; set; } = [];

    public string[] PrincipalIds { get; set; } = [];

    public string? PrincipalType { get; set; }

    /// <summary>What was given, one by one, and how to find out who it stands for.</summary>
    public IEnumerable<(object Input, Func<RoleHolder> Holder)> Each()
    {
        var objects = Object is null ? [] : ResourceReference.Each(Object).Select(one => ("InputObject", one));
        var identities = Identities.Select(one => ("IdentityId", PSObject.AsPSObject(one)));
        foreach (var (parameter, one) in objects.Concat(identities))
        {
            yield return (one, () => Of(parameter, one));
        }

        foreach (var id in PrincipalIds)
        {
            yield return (id, () => new RoleHolder { PrincipalId = id, PrincipalType = PrincipalType });
        }
    }

    /// <summary>Who a value stands for.</summary>
    /// <exception cref="ManagedIdentityException">It stands for nobody.</exception>
    private RoleHolder Of(string parameter, PSObject one)
    {
        if (one.BaseObject is string text)
        {
            return new RoleHolder { Identity = Identity(text) };
        }

        if (ResourceReference.PrincipalId(one) is { } principalId)
        {
            return new RoleHolder { PrincipalId = principalId, PrincipalType = ResourceReference.PrincipalType(one) };
        }

        if (ResourceReference.FindIdWithoutPrincipal(one) is { } machine)
        {
            throw Failures.NoSystemAssignedIdentity(machine);
        }

        return new RoleHolder
        {
            Identity = ResourceReference.FindTarget(one, SubscriptionId)
                ?? throw Failures.Invalid($"Invalid{parameter}", parameter, one, Rule),
        };
    }

    /// <summary>No name begins with a slash.</summary>
    private ResourceTarget Identity(string text) =>
        text.StartsWith("/", StringComparison.Ordinal)
            ? new() { ResourceId = text }
            : new() { SubscriptionId = SubscriptionId, ResourceGroupName = IdentityResourceGroupName, Name = text };
}
