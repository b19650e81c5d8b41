using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>Arguments as they are written on a command line.</summary>
internal static class Argument
{
    /// <summary>The text that an unfinished argument stands for, with or without quotes.</summary>
    public static string Read(string? written) => written is not { Length: > 0 } ? "" : written[0] switch
    {
        '\'' => Unquoted(written, '\'').Replace("''", "'"),
        '"' => Unescaped(Unquoted(written, '"').Replace("\"\"", "\"")),
        _ => Unescaped(written),
    };

    /// <summary>What a completion puts on the line and shows in a list.</summary>
    public static CompletionResult Result(Suggestion suggestion) => new(
        Written(suggestion.Value),
        suggestion.Label,
        CompletionResultType.ParameterValue,
        suggestion.Detail.Length > 0 ? suggestion.Detail : suggestion.Label);

    /// <summary>A text as an argument, in quotes where it needs them.</summary>
    public static string Written(string text) =>
        IsPlain(text) ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    /// <summary>Whether a text is an argument as it stands: what begins with a digit may be a number.</summary>
    private static bool IsPlain(string text) =>
        (char.IsLetter(text[0]) || text[0] == '/' || Guid.TryParseExact(text, "D", out _)) &&
        text.All(static character => char.IsLetterOrDigit(character) || character is '-' or '_' or '/' or '.');

    private static string Unquoted(string written, char quote)
    {
        var inside = written.Substring(1);
        return inside.Length > 0 && inside[inside.Length - 1] == quote ? inside.Substring(0, inside.Length - 1) : inside;
    }

    /// <summary>A backtick stands before the character that is meant.</summary>
    private static string Unescaped(string text) => text.Replace("``", "\0").Replace("`", "").Replace('\0', '`');
}
