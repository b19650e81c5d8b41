using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ManagedIdentity.Inputs;

/// <summary>Completes one of a few words. What is given is checked by the library, which says the rule.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    /// <summary>The words.</summary>
    protected abstract IEnumerable<string> Words { get; }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        Words
            .Where(word => word.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(word => new CompletionResult(word));
}
