using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Completes the names of the roles of the connection's subscription, which is asked for them once. Without a connection
/// there is nothing to complete: none is made.
/// </summary>
public sealed class RoleDefinitionNameCompleter : IArgumentCompleter
{
    // Whoever presses the key waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly ConditionalWeakTable<ManagedIdentityConnection, RoleDefinition[]> Known = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        return Matching(Roles(fakeBoundParameters), word).Select(Result);
    }

    /// <summary>The roles whose names begin with a word, then those that have it elsewhere.</summary>
    internal static IEnumerable<RoleDefinition> Matching(IEnumerable<RoleDefinition> roles, string word) =>
        from role in roles.OrderBy(role => role.RoleName, StringComparer.OrdinalIgnoreCase)
        let at = role.RoleName.IndexOf(word, StringComparison.OrdinalIgnoreCase)
        where at >= 0
        orderby at > 0
        select role;

    /// <summary>A role as it is written on a command line.</summary>
    internal static CompletionResult Result(RoleDefinition role)
    {
        var name = role.RoleName;
        var isPlain = name.All(character => char.IsLetterOrDigit(character) || character is '-' or '_');
        var text = isPlain ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
        var tip = string.IsNullOrEmpty(role.Description) ? name : role.Description;
        return new CompletionResult(text, name, CompletionResultType.ParameterValue, tip);
    }

    private static RoleDefinition[] Roles(IDictionary? bound)
    {
        var given = bound?["Connection"];
        var connection = (given is PSObject wrapped ? wrapped.BaseObject : given) as ManagedIdentityConnection
            ?? ConnectionChoice.Current;
        if (connection is not { IsConnected: true })
        {
            return [];
        }

        if (Known.TryGetValue(connection, out var known))
        {
            return known;
        }

        try
        {
            return Ask(connection) is { } roles ? Known.GetValue(connection, _ => roles) : [];
        }
        catch (NativeException)
        {
            // Closed just now: a completion is no place for an error.
            return [];
        }
    }

    /// <summary>The roles of the connection's subscription; null when they do not come, or not in time.</summary>
    private static RoleDefinition[]? Ask(ManagedIdentityConnection connection)
    {
        using var queue = new OperationQueue(1, verbose: false);
        queue.Submit(new RoleDefinitionListRequest(connection.Client, new RoleScope()), 1);
        var roles = new List<RoleDefinition>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            var left = Patience - clock.Elapsed;
            if (queue.Take(Math.Max(0, (int)left.TotalMilliseconds), out var happened) != TakeResult.Taken)
            {
                return null;
            }

            switch (happened!.Kind)
            {
                case OperationEventKind.Item when happened.Item is RoleDefinition role:
                    roles.Add(role);
                    break;
                case OperationEventKind.Done:
                    return roles.ToArray();
                // A token has to be asked for, which is a cmdlet's business.
                case OperationEventKind.Question:
                case OperationEventKind.Failed:
                    return null;
            }
        }

        return null;
    }
}
