using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Json;

/// <summary>Completes the names of the settings of an emulator, with their values.</summary>
public sealed class EmulatorSettingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        Settings((fakeBoundParameters["Emulator"] as ArmEmulator) ?? ArmEmulator.Running)
            .Where(setting => setting.Name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(setting => new CompletionResult(
                setting.Name, setting.Name, CompletionResultType.ParameterValue, $"Now {JsonWriter.Write("Value", setting.Value)}"));

    private static IEnumerable<PSPropertyInfo> Settings(ArmEmulator? emulator)
    {
        try
        {
            return emulator is null ? [] : ((PSObject)JsonReader.Read(EmulatorInterface.Call(emulator, "GET", "/settings", null))!).Properties;
        }
        catch (Exception error) when (error is NativeException or ManagedIdentityException)
        {
            // The cmdlet says what is wrong.
            return [];
        }
    }
}
