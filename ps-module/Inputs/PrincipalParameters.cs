using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>The parameters by which a cmdlet is told who holds a role: objects, identities, or object ids.</summary>
/// <param name="subscriptionId">The subscription in which an identity's name is looked for; the connection's when it is null.</param>
/// <param name="identityGroup">The group in which it is looked for; the whole subscription when none is given.</param>
internal sealed class PrincipalParameters(string? subscriptionId, GivenName identityGroup)
{
    private const string Rule =
        "it must be an identity, a virtual machine or scale set, an object with a property PrincipalId, Id or ResourceId or " +
        "with ResourceGroupName and Name, or an identity's resource id or name.";

    private readonly ResourceNames _names = new(
        // The subscription of the command line is where the role counts: an object of the pipeline has its own.
        new GivenName("SubscriptionId", ["SubscriptionId"], subscriptionId, ValueSource.Default),
        identityGroup.WithColumns("ResourceGroupName", "ResourceGroup", "IdentityResourceGroupName"),
        GivenName.ByObject("Name", "IdentityName"));

    /// <summary>What was given, one by one, and how to find out who it stands for.</summary>
    /// <param name="parameter">The parameter that took it.</param>
    /// <param name="given">An object, or several; null when there is none.</param>
    public IEnumerable<(object? Input, Func<RolePrincipal> Principal)> Each(string parameter, PSObject? given) =>
        ResourceReference.Each(given).DefaultIfEmpty().Select(one => ((object?)one, new Func<RolePrincipal>(() => Of(parameter, one))));

    /// <summary>The same for object ids.</summary>
    public static IEnumerable<(object? Input, Func<RolePrincipal> Principal)> Each(string parameter, string[]? ids, string? type) =>
        ids is { Length: > 0 }
            ? ids.Select(id => ((object?)id, new Func<RolePrincipal>(() => new RolePrincipal { PrincipalId = id, PrincipalType = type })))
            : [(null, () => throw Failures.Null(parameter))];

    /// <summary>Who a value stands for.</summary>
    /// <exception cref="ManagedIdentityException">It stands for nobody, or contradicts the command line.</exception>
    private RolePrincipal Of(string parameter, PSObject? one)
    {
        if (one is null)
        {
            throw Failures.Null(parameter);
        }

        if (one.BaseObject is not string && ResourceReference.PrincipalId(one) is { } principalId)
        {
            identityGroup.CheckBeside(ResourceReference.ResourceGroupOf(ResourceReference.IdOrName(one)));
            return new RolePrincipal { PrincipalId = principalId, PrincipalType = ResourceReference.PrincipalType(one) };
        }

        if (one.BaseObject is not string && ResourceReference.FindIdWithoutPrincipal(one) is { } machine)
        {
            throw Failures.NoSystemAssignedIdentity(machine);
        }

        var identity = ResourceReference.IdOrName(one) is null && ResourceReference.Text(one, "IdentityId") is { } id
            ? _names.WithId("IdentityId", id)
            : _names.Find(parameter, one);
        // A name alone says enough of an identity where it is called that of one.
        var isNamed = one.BaseObject is string || ResourceReference.Text(one, "IdentityName") is not null;
        return identity is not null && (isNamed || (identity.ResourceId ?? identity.ResourceGroupName) is not null)
            ? new RolePrincipal { Identity = identity }
            : throw Failures.Invalid($"Invalid{parameter}", parameter, one, Rule);
    }
}
