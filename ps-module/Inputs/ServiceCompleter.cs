using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Completes an argument with what the service knows, through the connection that is there. Without one there is nothing
/// to complete: none is made.
/// </summary>
public abstract class ServiceCompleter : IArgumentCompleter
{
    /// <summary>Whether something is known without a connection.</summary>
    private protected virtual bool KnowsByItself => false;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var clock = Stopwatch.StartNew();
        var line = new CommandLine(commandName, commandAst, fakeBoundParameters);
        var connection = line.Connection;
        if (connection is null && !KnowsByItself)
        {
            return [];
        }

        var request = Ask(connection?.Client ?? 0, Argument.Read(wordToComplete), line);
        request.Subscriptions = line.Texts("SubscriptionId");
        request.AllSubscriptions = line.IsEverywhere;
        request.ManagementGroupId = line.Text("ManagementGroupId");
        try
        {
            return Suggestions.Ask(request, connection, clock).Select(Argument.Result).ToArray();
        }
        catch (NativeException)
        {
            // Closed just now, or no library: a completion is no place for an error.
            return [];
        }
    }

    /// <summary>What is asked for a word.</summary>
    private protected abstract CompleteRequest Ask(ulong client, string word, CommandLine line);
}
