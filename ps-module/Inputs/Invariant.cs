using System;
using System.Globalization;
using System.Management.Automation;

namespace ManagedIdentity.Inputs;

/// <summary>Texts and patterns that are the same in every culture.</summary>
internal static class Invariant
{
    /// <summary>A value as a text.</summary>
    public static string? Text(object? value) =>
        value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value?.ToString();

    /// <summary>A pattern for names, which Azure compares without regard to casing.</summary>
    public static WildcardPattern Pattern(string name) =>
        new(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
}
