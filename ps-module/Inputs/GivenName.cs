using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Inputs;

/// <summary>A part of what a resource is called, such as its resource group, as a parameter or an object gives it.</summary>
/// <param name="parameter">The parameter.</param>
/// <param name="columns">The properties by which an object gives it.</param>
/// <param name="value">The value of the parameter.</param>
/// <param name="source">Where that comes from.</param>
internal sealed class GivenName(string parameter, IReadOnlyList<string> columns, string? value, ValueSource source)
{
    /// <summary>A part that objects alone give, by these properties.</summary>
    public static GivenName ByObject(params string[] columns) => new(columns[0], columns, null, ValueSource.None);

    /// <summary>The same, given by other properties of an object.</summary>
    public GivenName WithColumns(params string[] others) => new(parameter, others, value, source);

    /// <summary>What the command line says; null when it says nothing. This must agree with an object.</summary>
    public string? OnCommandLine => source == ValueSource.CommandLine ? value : null;

    /// <summary>What the command line says, or else <c>$PSDefaultParameterValues</c>.</summary>
    public string? WithoutObject => source is ValueSource.CommandLine or ValueSource.Default ? value : null;

    /// <summary>What an object says; null when it says nothing. An empty cell of a table says nothing.</summary>
    /// <exception cref="ManagedIdentityException">It says two things.</exception>
    public string? Of(PSObject one)
    {
        var said = columns
            .Select(column => (Column: column, Text: ResourceReference.Text(one, column)))
            .Where(cell => cell.Text is not null)
            .ToArray();
        var own = said.FirstOrDefault();
        var other = said.FirstOrDefault(cell => !IsSame(cell.Text, own.Text));
        if (other.Column is not null)
        {
            throw Failures.ContradictoryName(
                own.Column, $"The object names '{own.Text}' by {own.Column} and '{other.Text}' by {other.Column}.");
        }

        // What differs from the object's property comes from a script block.
        return source == ValueSource.Pipeline && value is { Length: > 0 } && !IsSame(value, own.Text) ? value : own.Text;
    }

    /// <summary>What an object says or else the command line or the default.</summary>
    /// <exception cref="ManagedIdentityException">The object and the command line contradict each other.</exception>
    public string? For(PSObject one)
    {
        var own = Of(one);
        CheckBeside(own);
        return own ?? WithoutObject;
    }

    /// <summary>Checks that the command line, if it says anything, says what an object says.</summary>
    /// <exception cref="ManagedIdentityException">They contradict each other.</exception>
    public void CheckBeside(string? own)
    {
        if (own is not null && OnCommandLine is { } given && !IsSame(given, own))
        {
            throw Failures.ContradictoryName(
                parameter,
                $"The object names '{own}', but -{parameter} is '{given}'. Omit -{parameter}, or specify the name in the object.");
        }
    }

    private static bool IsSame(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
