using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Gets the emulator that runs in this process, or nothing when none does.</summary>
[Cmdlet(VerbsCommon.Get, "ArmEmulator")]
[OutputType(typeof(ArmEmulator))]
public sealed class GetArmEmulatorCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ArmEmulator.Running is { } running)
        {
            WriteObject(running);
        }
    }
}
