using System;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that fills an emulator, or steers it: the one of this process, or another one on this machine.</summary>
public abstract class EmulatorControlCmdlet : EmulatorCmdlet
{
    /// <summary>
    /// The emulator. Without it, the one of this process, or else the one that the connection leads to, if the environment
    /// variable EMULATOR_ADMIN_KEY has its key.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public ArmEmulator? Emulator { get; set; }

    /// <summary>The emulator that is meant.</summary>
    private protected ArmEmulator Target { get; private set; } = null!;

    private protected override void Report(ManagedIdentityException error, object? input) =>
        WriteError(error.ToErrorRecord(input));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Target = Emulator ?? ArmEmulator.Running ?? OfConnection()!;
        if (Target is null)
        {
            Fail(Failures.NoEmulator());
        }
    }

    /// <summary>Calls the emulator's own interface for one input; a refusal is reported.</summary>
    /// <returns>Whether it was carried out.</returns>
    private protected bool TryCall(string method, string path, object? body, object? input, out object? answer)
    {
        try
        {
            answer = Answer(Target, method, path, body);
            return true;
        }
        catch (NativeException error)
        {
            answer = null;
            Report(Named(Failures.Of(error)), input);
            return false;
        }
        catch (ManagedIdentityException error)
        {
            answer = null;
            Report(error, input);
            return false;
        }
    }

    /// <summary>The parameter by which a member of the interface is given; null when the cmdlet has none.</summary>
    private protected virtual string? ParameterOf(string member) => null;

    /// <summary>Names the parameter in place of the member that the interface's message begins with.</summary>
    private protected virtual ManagedIdentityException Named(ManagedIdentityException error)
    {
        var end = error.Message.IndexOf(": ", StringComparison.Ordinal);
        return end > 0 && ParameterOf(error.Message.Substring(0, end)) is { } parameter
            ? new ManagedIdentityException(error.Code, error.Category, $"-{parameter}: {error.Message.Substring(end + 2).TrimEnd('.')}.")
            {
                Target = parameter,
            }
            : error;
    }

    private static ArmEmulator? OfConnection() =>
        ConnectionChoice.Current is { IsAtThisMachine: true } connection
            && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(AdminKeyVariable))
            ? EmulatorElsewhere(connection.Endpoint, null, null)
            : null;
}
