using System;
using System.Collections;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;

namespace ManagedIdentity.Models;

/// <summary>
/// The outputs of a template by name, in any casing, each with Type and Value. As a text, as in the cell of a table, they
/// are name=value with "; " between them.
/// </summary>
public sealed class OutputTable : OrderedDictionary
{
    internal OutputTable()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => PlainText.Of(string.Join(
        "; ", this.Cast<DictionaryEntry>().Select(output => $"{output.Key}={((PSObject)output.Value!).Properties["Value"]?.Value}")));
}
