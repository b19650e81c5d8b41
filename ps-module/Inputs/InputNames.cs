using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Tells where the values of a cmdlet's parameters come from. It is made before the first object of the pipeline is
/// bound: what is bound by then is of the command line or of <c>$PSDefaultParameterValues</c>.
/// </summary>
internal sealed class InputNames
{
    private const string Separator = ", ";

    private readonly PSCmdlet _cmdlet;
    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _defaults = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string[]> _columns = new(StringComparer.OrdinalIgnoreCase);

    public InputNames(PSCmdlet cmdlet)
    {
        _cmdlet = cmdlet;
        foreach (var bound in cmdlet.MyInvocation.BoundParameters)
        {
            if (IsDelayed(bound.Value))
            {
                Delayed ??= bound.Key;
            }
            else if (IsDefault(bound.Key, bound.Value))
            {
                _defaults.Add(bound.Key);
            }
            else
            {
                _given.Add(bound.Key);
            }
        }
    }

    /// <summary>A name that a parameter gives.</summary>
    public GivenName Name(string parameter, string? value) => new(parameter, Columns(parameter), value, Source(parameter));

    /// <summary>The same for a parameter that takes several: beside an object, one alone can be meant.</summary>
    public GivenName Name(string parameter, string[]? values) =>
        Name(parameter, values is { Length: > 0 } ? string.Join(Separator, values) : null);

    /// <summary>Whether the command line gives a parameter.</summary>
    public bool IsOnCommandLine(string parameter) => Source(parameter) == ValueSource.CommandLine;

    /// <summary>Whether the object of the pipeline gives a parameter.</summary>
    public bool IsFromPipeline(string parameter) => Source(parameter) == ValueSource.Pipeline;

    /// <summary>A parameter whose value is a script block that is to be applied to each object of the pipeline, if there is one.</summary>
    public string? Delayed { get; }

    /// <summary>The properties by which an object gives a parameter: its name and its aliases.</summary>
    public string[] Columns(string parameter)
    {
        if (!_columns.TryGetValue(parameter, out var columns))
        {
            columns = _cmdlet.MyInvocation.MyCommand.Parameters.TryGetValue(parameter, out var known)
                ? known.Aliases.Prepend(parameter).ToArray()
                : [parameter];
            _columns.Add(parameter, columns);
        }

        return columns;
    }

    private ValueSource Source(string parameter) =>
        _given.Contains(parameter) ? ValueSource.CommandLine
        : _defaults.Contains(parameter) ? ValueSource.Default
        : _cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter) ? ValueSource.Pipeline
        : ValueSource.None;

    /// <summary>
    /// Whether a value is that of <c>$PSDefaultParameterValues</c>. PowerShell does not tell: a value of the command
    /// line that is equal to the default one counts as that.
    /// </summary>
    private bool IsDefault(string parameter, object? value)
    {
        var table = Unwrapped(_cmdlet.GetVariableValue("PSDefaultParameterValues")) as IDictionary;
        return table is { Count: > 0 } && !LanguagePrimitives.IsTrue(table["Disabled"]) && table.Cast<DictionaryEntry>()
            .Any(entry => entry.Key is string key && IsKeyOf(key, parameter) && IsValue(Unwrapped(entry.Value), value));
    }

    /// <summary>Whether a key, such as "Get-*:ResourceGroupName", is of this parameter of this cmdlet.</summary>
    private bool IsKeyOf(string key, string parameter)
    {
        var at = key.LastIndexOf(':');
        if (at < 0)
        {
            return false;
        }

        var invocation = _cmdlet.MyInvocation;
        return Matches(key.Substring(0, at), [invocation.MyCommand.Name, invocation.InvocationName])
            && Matches(key.Substring(at + 1), Columns(parameter));
    }

    /// <summary>
    /// Whether a value is a script block that is still to be applied to each object of the pipeline. PowerShell keeps it
    /// in a type of its own.
    /// </summary>
    private static bool IsDelayed(object? value) =>
        Unwrapped(value) is ScriptBlock || value?.GetType().Name == "DelayedScriptBlockArgument";

    private static bool Matches(string pattern, IEnumerable<string> names)
    {
        var wildcard = new WildcardPattern(
            pattern.Trim().Trim('"', '\''), WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return names.Any(wildcard.IsMatch);
    }

    /// <summary>What a script block gave is not known any more: it may have been this.</summary>
    private static bool IsValue(object? found, object? bound) => found is ScriptBlock || Text(found) == Text(bound);

    private static string Text(object? value) =>
        LanguagePrimitives.GetEnumerable(value) is { } several
            ? string.Join(Separator, several.Cast<object?>())
            : value?.ToString() ?? "";

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
