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
    /// <summary>The objects that were given as one argument: an array's elements, or the object itself.</summary>
    public static IEnumerable<PSObject?> Each(PSObject? given) =>
        LanguagePrimitives.GetEnumerable(given) is { } several
            ? several.Cast<object?>().Select(one => one is null ? null : PSObject.AsPSObject(one))
            : [given];

    /// <summary>The object id of the principal that an object stands for.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none.</exception>
    public static string PrincipalId(string parameter, PSObject? value, GivenName subscription)
    {
        if (value is null)
        {
            throw Failures.Null(parameter);
        }

        if (value.BaseObject is string id)
        {
            return id;
        }

        subscription.CheckBeside(SubscriptionOf(IdOrName(value)));

        if (PrincipalId(value) is { } principal)
        {
            return principal;
        }

        throw Failures.Invalid(
            "InvalidInputObject",
            parameter,
            value,
            FindIdWithoutPrincipal(value) is not null
                ? "its system-assigned identity is not enabled. Enable it with -EnableSystemAssigned first."
                : "it must be the object id of a principal, or an object with a property PrincipalId.");
    }

    /// <summary>The id of the resource that an object stands for.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none.</exception>
    public static string Id(string parameter, PSObject? value)
    {
        if (value is null)
        {
            throw Failures.Null(parameter);
        }

        return IdOrName(value) ?? throw Failures.Invalid(
            $"Invalid{parameter}",
            parameter,
            value,
            "it must be a resource id, or an object with a property Id or ResourceId.");
    }

    /// <summary>The same; the subscription of the command line must be that of the id.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none, or contradicts the command line.</exception>
    public static string Id(string parameter, PSObject? value, GivenName subscription)
    {
        var id = Id(parameter, value);
        subscription.CheckBeside(SubscriptionOf(id));
        return id;
    }

    /// <summary>The subscription that an id is in; null when it is in none.</summary>
    public static string? SubscriptionOf(string? id) => After("subscriptions", id);

    /// <summary>The resource group that an id is in; null when it is in none.</summary>
    public static string? ResourceGroupOf(string? id) => After("resourceGroups", id);

    /// <summary>The resource group that an id is of; null when it is of anything else.</summary>
    public static string? ResourceGroup(string? id) => id?.Trim('/').Split('/').Length == 4 ? ResourceGroupOf(id) : null;

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
    /// The id of the resource that an object stands for, if it says of its system-assigned identity that there is none; null
    /// for any other object.
    /// </summary>
    public static string? FindIdWithoutPrincipal(PSObject value)
    {
        var tells = (value.Properties["PrincipalId"] ?? value.Properties["Identity"]) is not null;
        return tells && PrincipalId(value) is null && IdOrName(value) is { } id
            && Contains(id, "/providers/") && !Contains(id, "/providers/Microsoft.ManagedIdentity/")
            ? id
            : null;
    }

    /// <summary>The id of the role assignment that an object stands for; null when it is another object.</summary>
    public static string? RoleAssignmentId(PSObject value) =>
        new[] { IdOrName(value), Text(value, "RoleAssignmentId") }
            .FirstOrDefault(id => id is not null && Contains(id, "/providers/Microsoft.Authorization/roleAssignments/"));

    /// <summary>The id of the app role assignment that an object stands for; null when it is another object.</summary>
    public static string? AppRoleAssignmentId(PSObject value) =>
        // That of the Microsoft Graph PowerShell SDK has its id under that name.
        Text(value, "AppRoleAssignmentId") ?? (Text(value, "AppRoleId") is null ? null : Text(value, "Id"));

    /// <summary>The id that an object has, or the text that it is; null when it is neither.</summary>
    public static string? IdOrName(PSObject value) => value.BaseObject as string ?? Text(value, "Id") ?? Text(value, "ResourceId");

    /// <summary>The type of resource that an object says it is of; null when it does not say.</summary>
    public static string? Type(PSObject value) =>
        new[] { Text(value, "ResourceType"), Text(value, "Type") }.FirstOrDefault(type => type is not null && Contains(type, "/"));

    /// <summary>A property that says something: an empty cell of a table does not.</summary>
    public static string? Text(PSObject value, string name) =>
        Invariant.Text(PropertyValue(value, name)) is { Length: > 0 } text ? text : null;

    private static string? After(string part, string? id) =>
        id?.Split('/').SkipWhile(one => !one.Equals(part, StringComparison.OrdinalIgnoreCase)).ElementAtOrDefault(1);

    private static bool Contains(string id, string part) => id.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0;

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
