using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Inputs;

/// <summary>Tags as a user writes them: a table, an object, or a text such as <c>team=shop;env=test</c>.</summary>
internal static class Tags
{
    private const string Parameter = "Tag";

    private const string Rule =
        "it must be a hashtable, an object such as one from JSON, or a string of the form name=value;name=value.";

    private const string ValueRule = "the value of a tag must be a string, a number, a date or a Boolean.";

    /// <summary>
    /// The names and values; a value that is not a text becomes one as in any culture. Null when there is nothing to
    /// read: an empty cell of a table says nothing.
    /// </summary>
    /// <exception cref="ManagedIdentityException">They can't be read.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>>? Read(object? tags) => Unwrapped(tags) switch
    {
        null => null,
        string text when string.IsNullOrWhiteSpace(text) => null,
        string text => Parse(text),
        IDictionary table => Pairs(table.Cast<DictionaryEntry>().Select(tag => (Unwrapped(tag.Key), (object?)tag.Value))),
        PSCustomObject => Pairs(((PSObject)tags!).Properties.Select(tag => ((object?)tag.Name, (object?)tag.Value))),
        _ => throw Invalid(tags, Rule),
    };

    private static List<KeyValuePair<string, string>> Parse(string text)
    {
        var parts = text.Split(';').Select(part => part.Trim()).Where(part => part.Length > 0);
        return Pairs(parts.Select(part =>
        {
            var at = part.IndexOf('=');
            return at > 0
                ? ((object?)part.Substring(0, at).Trim(), (object?)part.Substring(at + 1).Trim())
                : throw Invalid(text, Rule);
        }));
    }

    private static List<KeyValuePair<string, string>> Pairs(IEnumerable<(object? Name, object? Value)> tags)
    {
        var read = new List<KeyValuePair<string, string>>();
        foreach (var (given, value) in tags)
        {
            var name = Text(given);
            if (read.Exists(tag => tag.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw Invalid(name, "a tag name must be unique; names are not case-sensitive.");
            }

            read.Add(new KeyValuePair<string, string>(name, Text(Unwrapped(value))));
        }

        return read;
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool or char or Guid or Enum or Version or Uri => value.ToString() ?? "",
        IFormattable number when number is IConvertible or DateTimeOffset or TimeSpan => (string)LanguagePrimitives.ConvertTo(
            value, typeof(string), CultureInfo.InvariantCulture),
        _ => throw Invalid(value, ValueRule),
    };

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static ManagedIdentityException Invalid(object? value, string rule) =>
        Failures.Invalid("InvalidTag", Parameter, value, rule);
}
