using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Finds out which resource an object stands for: this module's objects, Azure PowerShell's, rows of a table, or ids.
/// </summary>
internal static class ResourceReference
{
    private const string Rule =
        "it is a resource id, or an object with a property Id or ResourceId, or one with ResourceGroupName and Name.";

    /// <summary>The objects that were given as one argument: an array's elements, or the object itself.</summary>
    public static IEnumerable<PSObject> Each(PSObject given) =>
        LanguagePrimitives.GetEnumerable(given) is { } several
            ? several.Cast<object?>().Where(one => one is not null).Select(PSObject.AsPSObject)
            : [given];

    /// <summary>The resource that an object stands for; its subscription, where it names none, is the one given.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none.</exception>
    public static ResourceTarget Target(string parameter, PSObject value, string? subscriptionId) =>
        FindTarget(value, subscriptionId) ?? throw Failures.Invalid("InvalidInputObject", parameter, value, Rule);

    /// <summary>The same; null when it stands for none.</summary>
    public static ResourceTarget? FindTarget(PSObject value, string? subscriptionId)
    {
        if (FindId(value) is { } id)
        {
            return new ResourceTarget { ResourceId = id };
        }

        if (Property(value, "ResourceGroupName") is { } group && Property(value, "Name") is { } name)
        {
            return new ResourceTarget
            {
                SubscriptionId = Property(value, "SubscriptionId") ?? subscriptionId,
                ResourceGroupName = group,
                Name = name,
            };
        }

        return null;
    }

    /// <summary>The federated credential that an object stands for.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none.</exception>
    public static CredentialTarget Credential(string parameter, PSObject value, string? subscriptionId)
    {
        if (FindId(value) is { } id)
        {
            return new CredentialTarget { ResourceId = id };
        }

        if (Property(value, "IdentityName") is { } identity && Property(value, "Name") is { } name)
        {
            return new CredentialTarget
            {
                Identity = new ResourceTarget
                {
                    SubscriptionId = Property(value, "SubscriptionId") ?? subscriptionId,
                    ResourceGroupName = Property(value, "ResourceGroupName"),
                    Name = identity,
                },
                Name = name,
            };
        }

        throw Failures.Invalid(
            "InvalidInputObject",
            parameter,
            value,
            "it is the id of a federated credential, or an object with a property Id or ResourceId, or one with " +
            "ResourceGroupName, IdentityName and Name.");
    }

    /// <summary>The object id of the principal that an object stands for.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none.</exception>
    public static string PrincipalId(string parameter, PSObject value)
    {
        if (value.BaseObject is string id)
        {
            return id;
        }

        if (Text(value, "PrincipalId") is { } principal)
        {
            return principal;
        }

        throw Failures.Invalid(
            "InvalidInputObject",
            parameter,
            value,
            value.BaseObject is VmIdentity
                ? "its system-assigned identity is not on. Turn it on with -EnableSystemAssigned first."
                : "it is the object id of a principal, or an object with a property PrincipalId.");
    }

    /// <summary>The id of the resource that an object stands for.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none.</exception>
    public static string Id(string parameter, PSObject value) =>
        FindId(value)
        ?? throw Failures.Invalid(
            $"Invalid{parameter}",
            parameter,
            value,
            "it is a resource id, or an object with a property Id or ResourceId.");

    /// <summary>The identity that a value stands for: a resource id, a bare name, or an object with an id.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none.</exception>
    public static string Identity(string parameter, object? value) =>
        (value is null ? null : FindId(PSObject.AsPSObject(value)))
        ?? throw Failures.Invalid(
            "InvalidIdentityId",
            parameter,
            value,
            "it is an identity's resource id, its name, or an object with a property Id or ResourceId.");

    /// <summary>
    /// The object id of the identity that an object is or, as Azure PowerShell's machines have it, has; null when it
    /// has none.
    /// </summary>
    public static string? PrincipalId(PSObject value) =>
        Text(value, "PrincipalId")
        ?? (PropertyValue(value, "Identity") is { } identity ? Text(PSObject.AsPSObject(identity), "PrincipalId") : null);

    /// <summary>What the object id is of, where the object says it.</summary>
    public static string? PrincipalType(PSObject value) => Text(value, "PrincipalType");

    /// <summary>
    /// The id of the virtual machine or scale set that an object stands for, if it says of its system-assigned identity
    /// that there is none; null for any other object.
    /// </summary>
    public static string? FindIdWithoutPrincipal(PSObject value)
    {
        var tells = (value.Properties["PrincipalId"] ?? value.Properties["Identity"]) is not null;
        return tells && PrincipalId(value) is null && FindId(value) is { } id
            && (Contains(id, "/virtualMachines/") || Contains(id, "/virtualMachineScaleSets/"))
            ? id
            : null;
    }

    /// <summary>The id of the role assignment that an object stands for; null when it is another object.</summary>
    public static string? RoleAssignmentId(PSObject value) =>
        new[] { FindId(value), Text(value, "RoleAssignmentId") }
            .FirstOrDefault(id => id is not null && Contains(id, "/providers/Microsoft.Authorization/roleAssignments/"));

    private static bool Contains(string id, string part) => id.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0;

    private static string? FindId(PSObject value) =>
        value.BaseObject as string ?? Property(value, "Id") ?? Property(value, "ResourceId");

    /// <summary>A property that says something: an empty cell of a table does not.</summary>
    private static string? Text(PSObject value, string name) => Property(value, name) is { Length: > 0 } text ? text : null;

    private static string? Property(PSObject value, string name) => Invariant.Text(PropertyValue(value, name));

    private static object? PropertyValue(PSObject value, string name)
    {
        try
        {
            return value.Properties[name]?.Value;
        }
        catch (GetValueException)
        {
            // A property that can't be read is as good as none.
            return null;
        }
    }
}
