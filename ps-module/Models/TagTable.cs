using System;

namespace ManagedIdentity.Models;

/// <summary>Tags by name, in any casing. Parameters named Tag accept their text.</summary>
public sealed class TagTable : TextTable
{
    internal TagTable()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }
}
