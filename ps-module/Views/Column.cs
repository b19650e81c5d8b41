using System;
using System.Management.Automation;

namespace ManagedIdentity.Views;

/// <summary>A column of a table.</summary>
internal sealed class Column
{
    /// <summary>The width of a GUID.</summary>
    private const int GuidWidth = 36;

    private readonly string? _expression;
    private readonly string _label;

    private Column(string label, string? expression, int width)
    {
        _label = label;
        _expression = expression;
        Header = new TableControlColumnHeader(label, width, Alignment.Undefined);
    }

    /// <summary>Its header. Without a width it is as wide as its cells.</summary>
    public TableControlColumnHeader Header { get; }

    /// <summary>The value of a property.</summary>
    public static Column Of(string property, int width = 0) => new(property, null, width);

    /// <summary>A property that is a GUID, which is worth its full width.</summary>
    public static Column OfGuid(string property) => Of(property, GuidWidth);

    /// <summary>What an expression makes of the object, <c>$_</c>.</summary>
    public static Column Computed(string label, string expression, int width = 0) => new(label, expression, width);

    /// <summary>The same for a GUID.</summary>
    public static Column ComputedGuid(string label, string expression) => Computed(label, expression, GuidWidth);

    /// <summary>What is in its cells for objects of a type.</summary>
    public TableControlColumn Cell(Type type) => new(
        Alignment.Undefined,
        _expression is null ? Shown.Property(type.GetProperty(_label)!) : Shown.Expression(_expression));
}
