using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.AzCommands;

/// <summary>
/// Changes the identity of virtual machine scale sets as Update-AzVmss of Azure PowerShell does: with
/// -VirtualMachineScaleSet what is not named goes; without it, user-assigned identities are added to those there are.
/// Enable-AzIdentityAlias gives it that name.
/// </summary>
[Cmdlet(VerbsData.Update, "AzVmss", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PSObject))]
public sealed class UpdateAzVmssCommand : UpdateAzMachineCmdlet
{
    /// <summary>The name of the scale set.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "VmssName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [AllowEmptyString]
    public string VMScaleSetName { get; set; } = "";

    /// <summary>The scale set, as Get-AzVmss returns it.</summary>
    [Parameter(Position = 2, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? VirtualMachineScaleSet { get; set; }

    // Without an object Azure PowerShell sends a PATCH, which drops no user-assigned identity while the type has any.
    private bool Adds => VirtualMachineScaleSet is null && (IdentityType & ResourceIdentityType.UserAssigned) != 0;

    private SystemAssignedChange SystemAssigned =>
        (IdentityType & ResourceIdentityType.SystemAssigned) != 0
            ? SystemAssignedChange.Enable
            : SystemAssignedChange.Disable;

    private protected override void Process()
    {
        Try(() => Update(Target()), VMScaleSetName);
    }

    private protected override GivenName MachineName => Given.Name(nameof(VMScaleSetName), VMScaleSetName);

    private ResourceTarget Target() =>
        VirtualMachineScaleSet is null && !MyInvocation.ExpectingInput
            ? Called.Named(VMScaleSetName)
            : Machine(nameof(VirtualMachineScaleSet), VirtualMachineScaleSet);

    private void Update(ResourceTarget target)
    {
        var request = new ResourceIdentityUpdateRequest(Client, ResourceKind.ScaleSet, target)
        {
            ExactType = Adds ? null : IdentityType,
            SystemAssigned = SystemAssigned,
            Add = IdentityId,
        };

        // Azure PowerShell returns the whole scale set.
        void Show(object item)
        {
            var changed = new ResourceTarget { ResourceId = ((VmIdentity)item).Id };
            Submit(
                new ResourceIdentityGetRequest(Client, ResourceKind.ScaleSet, changed) { AsJson = true },
                new Operation(VMScaleSetName) { OnItem = json => WriteObject(AzStyleMachine.Read((string)json)) });
        }

        Change(request, "Update the identity of virtual machine scale set", VMScaleSetName, onItem: Show);
    }
}
