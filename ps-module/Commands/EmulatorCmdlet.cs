using System;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that does one thing for the whole process; what goes wrong ends it.</summary>
public abstract class EmulatorCmdlet : OperationCmdlet
{
    private protected override void Report(ManagedIdentityException error, object? input) => Fail(error, input);

    /// <summary>What every emulator starts with.</summary>
    private protected EmulatorSeed EmulatorSeed() => Called(NativeEmulator.Seed);

    /// <summary>Starts the process's emulator.</summary>
    private protected ArmEmulator StartEmulator(EmulatorOptions options)
    {
        var started = Called(() => NativeEmulator.Start(options));
        if (!started.TryBecomeRunning())
        {
            // Another runspace was quicker.
            StopEmulator(started);
            Fail(Failures.EmulatorRunning(ArmEmulator.Running?.Endpoint ?? started.Endpoint));
        }

        return started;
    }

    /// <summary>Ends an emulator.</summary>
    private protected void StopEmulator(ArmEmulator emulator)
    {
        try
        {
            NativeEmulator.Stop(emulator);
        }
        catch (NativeException error)
        {
            Fail(Failures.Of(error), emulator);
        }
    }

    /// <summary>The file that a parameter names; another path ends the cmdlet.</summary>
    private protected string FilePath(string parameter, string path)
    {
        try
        {
            return UserFile.Resolve(SessionState.Path, parameter, path);
        }
        catch (ManagedIdentityException error)
        {
            Fail(error, path);
            throw;
        }
    }

    /// <summary>What a call returns; its error ends the cmdlet.</summary>
    private T Called<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (NativeException error)
        {
            Fail(Failures.Of(error));
            throw;
        }
    }
}
