using System;
using System.Collections;
using System.Linq;

namespace ManagedIdentity.Models;

/// <summary>
/// Tags by name, in any casing. As a text, as in the cell of a table, they are name=value with ";" between them, which
/// parameters named Tag accept.
/// </summary>
public sealed class TagTable : Hashtable
{
    internal TagTable()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => PlainText.Of(string.Join(
        ";",
        this.Cast<DictionaryEntry>()
            .OrderBy(tag => (string)tag.Key, StringComparer.OrdinalIgnoreCase)
            .Select(tag => $"{tag.Key}={tag.Value}")));
}
