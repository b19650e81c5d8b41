using System;

namespace ManagedIdentity.Models;

/// <summary>Environment variables by name.</summary>
public sealed class VariableTable : TextTable
{
    internal VariableTable()
        : base(StringComparer.Ordinal)
    {
    }
}
