using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ManagedIdentity.Inputs;

/// <summary>Names of many things: those that are given, or with a number of them, each with numbers behind it.</summary>
internal static class NumberedNames
{
    /// <summary><c>web</c> and 12 are <c>web01</c> to <c>web12</c>: of two digits, or of as many as the number has.</summary>
    public static IEnumerable<string> Of(IEnumerable<string> names, int? count)
    {
        if (count is not { } last)
        {
            return names;
        }

        var invariant = CultureInfo.InvariantCulture;
        var format = last < 100 ? "D2" : $"D{last.ToString(invariant).Length}";
        return names.SelectMany(name => Enumerable.Range(1, last).Select(number => name + number.ToString(format, invariant)));
    }
}
