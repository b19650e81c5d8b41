using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Adds virtual machines to an emulator.</summary>
[Cmdlet(VerbsCommon.Add, "ArmEmulatorVirtualMachine", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(VmIdentity))]
public sealed class AddArmEmulatorVirtualMachineCommand : AddEmulatorResourceCmdlet
{
    private protected override string Type => "Microsoft.Compute/virtualMachines";
}
