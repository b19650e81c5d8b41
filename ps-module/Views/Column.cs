using System.Management.Automation;

namespace ManagedIdentity.Views;

/// <summary>A column of a table.</summary>
internal sealed class Column
{
    /// <summary>The width of a GUID.</summary>
    private const int GuidWidth = 36;

    private Column(DisplayEntry cell, string? label, int width)
    {
        Cell = new TableControlColumn(Alignment.Undefined, cell);
        Header = new TableControlColumnHeader(label, width, Alignment.Undefined);
    }

    /// <summary>What is in its cells.</summary>
    public TableControlColumn Cell { get; }

    /// <summary>Its header. Without a label it is the name of the property; without a width, as wide as its cells.</summary>
    public TableControlColumnHeader Header { get; }

    /// <summary>The value of a property.</summary>
    public static Column Of(string property, int width = 0) =>
        new(new DisplayEntry(property, DisplayEntryValueType.Property), null, width);

    /// <summary>A property that is a GUID, which is worth its full width.</summary>
    public static Column OfGuid(string property) => Of(property, GuidWidth);

    /// <summary>What an expression makes of the object, <c>$_</c>.</summary>
    public static Column Computed(string label, string expression, int width = 0) =>
        new(new DisplayEntry(expression, DisplayEntryValueType.ScriptBlock), label, width);

    /// <summary>The same for a GUID.</summary>
    public static Column ComputedGuid(string label, string expression) => Computed(label, expression, GuidWidth);
}
