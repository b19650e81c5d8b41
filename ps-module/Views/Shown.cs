using System.Collections;
using System.Management.Automation;
using System.Reflection;
using ManagedIdentity.Models;

namespace ManagedIdentity.Views;

/// <summary>
/// What views print of an object. The object has each text as the service wrote it; what is printed has a space where a
/// console would carry something out. The expressions have operators alone: they also run in the constrained language.
/// </summary>
internal static class Shown
{
    private const string Plain = $"-replace '{PlainText.Commands}', ' '";

    /// <summary>What an expression makes of the object, <c>$_</c>.</summary>
    public static DisplayEntry Expression(string expression) => Script($"$({expression}) {Plain}");

    /// <summary>The value of a property. Of a list or a table it is what PowerShell prints of one.</summary>
    public static DisplayEntry Property(PropertyInfo property)
    {
        var (type, value) = (property.PropertyType, $"$_.{property.Name}");
        if (type == typeof(string))
        {
            return Script($"{value} {Plain}");
        }

        if (typeof(IDictionary).IsAssignableFrom(type))
        {
            return Script($"$of = {value}; , @(foreach ($name in $of.Keys) {{ \"[$name, $($of[$name])]\" {Plain} }})");
        }

        return typeof(IEnumerable).IsAssignableFrom(type)
            ? Script($", @(foreach ($one in {value}) {{ \"$one\" {Plain} }})")
            : new DisplayEntry(property.Name, DisplayEntryValueType.Property);
    }

    private static DisplayEntry Script(string script) => new(script, DisplayEntryValueType.ScriptBlock);
}
