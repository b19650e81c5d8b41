using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Adds resources of any type that can have identities to an emulator.</summary>
[Cmdlet(VerbsCommon.Add, "ArmEmulatorResource", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ResourceIdentity))]
public sealed class AddArmEmulatorResourceCommand : AddEmulatorResourceCmdlet
{
    /// <summary>The type, such as Microsoft.Web/sites.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(ResourceTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public string ResourceType { get; set; } = "";

    private protected override string Type => ResourceType;
}
