using System;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that does one thing for the whole process; what goes wrong ends it.</summary>
public abstract class ProcessCmdlet : OperationCmdlet
{
    private protected override void Report(ManagedIdentityException error, object? input) => Fail(error, input);

    /// <summary>Starts the process's emulator.</summary>
    private protected ArmEmulator StartEmulator(int port, TimeSpan latency, TimeSpan operationTime, string? statePath)
    {
        ArmEmulator? started = null;
        var request = new StartEmulatorRequest
        {
            Port = checked((ushort)port),
            Latency = latency,
            OperationTime = operationTime,
            StatePath = statePath,
        };
        Run(request, new Operation(null) { OnItem = item => started = (ArmEmulator)item });
        if (started is null)
        {
            // Stopped meanwhile: nobody reads this.
            throw new System.Management.Automation.PipelineStoppedException();
        }

        started.StatePath = statePath;
        if (!started.TryBecomeRunning())
        {
            // Another runspace was quicker.
            StopEmulator(started);
            Fail(Failures.EmulatorRunning(ArmEmulator.Running?.Endpoint ?? started.Endpoint));
        }

        return started;
    }

    /// <summary>Ends an emulator.</summary>
    private protected void StopEmulator(ArmEmulator emulator) =>
        Run(new StopEmulatorRequest(emulator.Handle), new Operation(emulator));
}
