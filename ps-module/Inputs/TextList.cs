using System.Collections.Generic;
using System.Linq;

namespace ManagedIdentity.Inputs;

/// <summary>Lists of names, of which a text in a table can hold several: Microsoft.Compute;Microsoft.Web.</summary>
internal static class TextList
{
    /// <summary>The names; null where there is no list.</summary>
    public static IReadOnlyList<string>? Read(string[]? given) =>
        given?.SelectMany(text => (text ?? "").Split(';')).Select(name => name.Trim()).ToArray();

    /// <summary>The names in a cell of a table; null where it is empty, since an empty cell says nothing.</summary>
    public static IReadOnlyList<string>? Cell(string[]? given) => given?.Length == 1 && string.IsNullOrEmpty(given[0]) ? null : Read(given);
}
