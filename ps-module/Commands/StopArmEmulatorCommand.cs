using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Ends the emulator of this process. Connections to it stay, and fail from then on.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ArmEmulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class StopArmEmulatorCommand : ProcessCmdlet
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
        }
    }
}
