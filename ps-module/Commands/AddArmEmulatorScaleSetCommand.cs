using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Adds virtual machine scale sets to an emulator, with their instances.</summary>
[Cmdlet(VerbsCommon.Add, "ArmEmulatorScaleSet", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(VmssIdentity))]
public sealed class AddArmEmulatorScaleSetCommand : AddEmulatorResourceCmdlet
{
    /// <summary>How many instances each has.</summary>
    [Parameter]
    [ValidateRange(0, 1_000)]
    public int Capacity { get; set; }

    /// <summary>How many of the instances do not have the model, and its identities, yet.</summary>
    [Parameter]
    [ValidateRange(0, 1_000)]
    public int OutdatedCount { get; set; }

    /// <summary>How the instances take a new model. Without it, Manual.</summary>
    [Parameter]
    [ValidateSet("Manual", "Automatic", "Rolling")]
    public string UpgradePolicyMode { get; set; } = "Manual";

    private protected override void AddOwn(Dictionary<string, object?> body)
    {
        body["capacity"] = Capacity;
        body["outdated"] = OutdatedCount;
        body["upgradeMode"] = UpgradePolicyMode;
    }

    private protected override string Type => "Microsoft.Compute/virtualMachineScaleSets";
}
