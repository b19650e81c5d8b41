using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;

namespace ManagedIdentity.Inputs;

/// <summary>Tags as a user writes them.</summary>
internal static class Tags
{
    /// <summary>The names and values; a value that is not a text becomes one as in any culture.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(IDictionary tags)
    {
        var read = new List<KeyValuePair<string, string>>(tags.Count);
        foreach (DictionaryEntry tag in tags)
        {
            read.Add(new KeyValuePair<string, string>(Text(tag.Key), Text(tag.Value)));
        }

        return read;
    }

    private static string Text(object? value) =>
        (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture) ?? "";
}
