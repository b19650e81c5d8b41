using System.Management.Automation;

namespace ManagedIdentity.Commands;

/// <summary>
/// Takes an emulator back to what it started with: its resources, its settings, no faults, and an empty log. Tokens stay
/// valid.
/// </summary>
[Cmdlet(VerbsCommon.Reset, "ArmEmulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class ResetArmEmulatorCommand : EmulatorControlCmdlet
{
    private protected override void Process()
    {
        if (ShouldProcess(Target.Endpoint, "Reset emulator"))
        {
            TryCall("POST", "/reset", null, Target, out _);
        }
    }
}
