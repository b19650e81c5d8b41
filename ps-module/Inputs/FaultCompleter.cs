using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of the emulator's faults, with what happens.</summary>
public sealed class FaultCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        Faults()
            .Where(fault => fault.Name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(fault => new CompletionResult(fault.Name, fault.Name, CompletionResultType.ParameterValue, fault.Summary));

    private static IReadOnlyList<EmulatorFault> Faults()
    {
        try
        {
            return NativeEmulator.Faults();
        }
        catch (NativeException)
        {
            // The cmdlet says why there is no emulator.
            return [];
        }
    }
}
