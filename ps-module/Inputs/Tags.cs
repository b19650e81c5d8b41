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

    private const string FilterRule =
        "it must be a hashtable of names and values, or names of tags; a value that is null stands for any.";

    private const string UniqueRule = "a tag name must be unique; names are not case-sensitive.";

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
        IDictionary table => Pairs(Entries(table), ofNull: ""),
        PSCustomObject => Pairs(Properties(tags!), ofNull: ""),
        _ => throw Invalid(tags, Rule),
    };

    /// <summary>
    /// The names and values of tags that are searched for; a value that is null stands for any. A text without a value,
    /// or several, are names alone.
    /// </summary>
    /// <exception cref="ManagedIdentityException">They can't be read.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Filter(object? tags) => tags is null ? [] : Named(tags);

    private static List<KeyValuePair<string, string>> Named(object tags)
    {
        var filter = LanguagePrimitives.GetEnumerable(tags) is { } several and not IDictionary
            ? several.Cast<object?>().SelectMany(One).ToList()
            : One(tags);
        var twice = filter.GroupBy(tag => tag.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1);
        return twice is null ? filter : throw Invalid(twice.Key, UniqueRule);
    }

    private static List<KeyValuePair<string, string>> One(object? tags) => Unwrapped(tags) switch
    {
        null => [],
        string text when string.IsNullOrWhiteSpace(text) => throw Invalid(text, FilterRule),
        string text => Pairs(Parts(text).Select(part => Pair(part) ?? (part, null)), ofNull: null),
        IDictionary table => Pairs(Entries(table), ofNull: null),
        PSCustomObject => Pairs(Properties(tags!), ofNull: null),
        _ => throw Invalid(tags, FilterRule),
    };

    private static IEnumerable<(object? Name, object? Value)> Entries(IDictionary table) =>
        table.Cast<DictionaryEntry>().Select(tag => (Unwrapped(tag.Key), (object?)tag.Value));

    private static IEnumerable<(object? Name, object? Value)> Properties(object tags) =>
        ((PSObject)tags).Properties.Select(tag => ((object?)tag.Name, (object?)tag.Value));

    private static IEnumerable<string> Parts(string text) =>
        text.Split(';').Select(part => part.Trim()).Where(part => part.Length > 0);

    /// <summary>The name and the value of <c>name=value</c>; null of anything else.</summary>
    private static (object? Name, object? Value)? Pair(string part)
    {
        var at = part.IndexOf('=');
        return at > 0 ? (part.Substring(0, at).Trim(), part.Substring(at + 1).Trim()) : null;
    }

    private static List<KeyValuePair<string, string>> Parse(string text) =>
        Pairs(Parts(text).Select(part => Pair(part) ?? throw Invalid(text, Rule)), ofNull: "");

    /// <summary>The names and values as texts.</summary>
    /// <param name="tags">Names and values.</param>
    /// <param name="ofNull">What a value that is null becomes.</param>
    private static List<KeyValuePair<string, string>> Pairs(IEnumerable<(object? Name, object? Value)> tags, string? ofNull)
    {
        var read = new List<KeyValuePair<string, string>>();
        foreach (var (given, value) in tags)
        {
            var name = Text(given);
            if (read.Exists(tag => tag.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw Invalid(name, UniqueRule);
            }

            var text = Unwrapped(value) is { } one ? Text(one) : ofNull;
            read.Add(new KeyValuePair<string, string>(name, text!));
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
