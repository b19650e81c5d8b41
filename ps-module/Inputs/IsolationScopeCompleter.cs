using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the isolation scopes. What is given is checked by the library, which says the rule.</summary>
public sealed class IsolationScopeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string[] scopes = ["None", "Regional"];
        return scopes
            .Where(scope => scope.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(scope => new CompletionResult(scope));
    }
}
