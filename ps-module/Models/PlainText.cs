using System.Text.RegularExpressions;

namespace ManagedIdentity.Models;

/// <summary>Texts as a console and a log can have them, whoever wrote them.</summary>
internal static class PlainText
{
    /// <summary>
    /// What a console would carry out instead of showing it: control characters, line breaks, and what turns the order of
    /// the letters around (Unicode's property Bidi_Control). <c>base::text</c> has the same in the library.
    /// </summary>
    public const string Commands = @"[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]";

    /// <summary>
    /// The text with a space for each of them; an empty one for null, which is what Pester's New-MockObject leaves in an
    /// object that no constructor has made.
    /// </summary>
    public static string Of(string? text) => Regex.Replace(text ?? "", Commands, " ");
}
