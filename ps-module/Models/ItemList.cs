using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Linq;

namespace ManagedIdentity.Models;

/// <summary>
/// A list as a property of an object. As a text, as in the cell of a table, it is the names of its items, or else the
/// items, with "; " between them.
/// </summary>
/// <typeparam name="T">What is in it.</typeparam>
public sealed class ItemList<T> : ReadOnlyCollection<T>
{
    internal ItemList()
        : this([])
    {
    }

    internal ItemList(IList<T> items)
        : base(items)
    {
    }

    /// <inheritdoc/>
    public override string ToString() =>
        PlainText.Of(string.Join("; ", this.Select(item => item is INamed named ? named.Name : item?.ToString())));
}
