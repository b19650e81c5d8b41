using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Stops the emulator of this process, and closes the connections to it.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ArmEmulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class StopArmEmulatorCommand : EmulatorCmdlet
{
    /// <summary>The emulator to end. Without it, the one that runs.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ArmEmulator? InputObject { get; set; }

    private protected override void Process()
    {
        var emulator = InputObject ?? ArmEmulator.Running;
        if (emulator is null || !ReferenceEquals(emulator, ArmEmulator.Running))
        {
            WriteError(Failures.EmulatorNotRunning().ToErrorRecord(emulator));
        }
        else if (ShouldProcess(emulator.Endpoint, "Stop emulator") && emulator.TryRetire())
        {
            StopEmulator(emulator);
            CloseConnections(emulator);
        }
    }

    private static void CloseConnections(ArmEmulator emulator)
    {
        foreach (var connection in ManagedIdentityConnection.AllOpen())
        {
            if (connection.IsAtLocalPort(emulator.Port))
            {
                connection.Close(ConnectionEnd.EmulatorStopped);
            }
        }

        // After the emulator stops, no cmdlet signs in to Azure by itself.
        ConnectionChoice.MakeNoneIfNever(ConnectionEnd.EmulatorStopped);
    }
}
