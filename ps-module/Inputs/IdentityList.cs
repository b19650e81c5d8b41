using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Inputs;

/// <summary>Identities as a parameter or a cell of a table lists them: ids, names, or objects with an id.</summary>
internal static class IdentityList
{
    private const string Rule =
        "it must be an identity's resource id, its name, or an object with a property Id or ResourceId.";

    // Neither is in an id or in a name.
    private static readonly char[] s_separators = [';', ','];

    /// <summary>The identities of a cell of a table; an empty one has none.</summary>
    /// <exception cref="ManagedIdentityException">A value stands for no identity.</exception>
    public static string[] Read(string parameter, object?[]? cell) =>
        (cell ?? []).Where(value => value is not null).SelectMany(value => Each(parameter, value!)).ToArray();

    /// <summary>The identities of a parameter of the command line, which names at least one.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="values">Its values.</param>
    /// <param name="unknown">What stands for a value that is null; an error when this is null.</param>
    /// <exception cref="ManagedIdentityException">A value stands for no identity.</exception>
    public static string[] Read(string parameter, object?[]? values, string? unknown)
    {
        var identities = (values ?? []).SelectMany(value => value is null ? [""] : Each(parameter, value).DefaultIfEmpty("")).ToArray();
        return (identities.Length > 0 ? identities : [""])
            .Select(identity => identity.Length > 0 ? identity : unknown ?? throw Failures.Null(parameter))
            .ToArray();
    }

    private static IEnumerable<string> Each(string parameter, object value)
    {
        var one = PSObject.AsPSObject(value);
        var text = ResourceReference.IdOrName(one) ?? throw Failures.Invalid("InvalidIdentityId", parameter, value, Rule);
        return text.Split(s_separators).Select(part => part.Trim()).Where(part => part.Length > 0);
    }
}
