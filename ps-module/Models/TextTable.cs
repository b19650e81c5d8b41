using System.Collections;
using System.Linq;

namespace ManagedIdentity.Models;

/// <summary>
/// Texts by name. As a text, as in the cell of a table, they are name=value with ";" between them.
/// </summary>
public class TextTable : Hashtable
{
    private readonly System.StringComparer _order;

    private protected TextTable(System.StringComparer names)
        : base(names) =>
        _order = names;

    /// <inheritdoc/>
    public override string ToString() => PlainText.Of(string.Join(
        ";",
        this.Cast<DictionaryEntry>()
            .OrderBy(entry => (string)entry.Key, _order)
            .Select(entry => $"{entry.Key}={entry.Value}")));
}
