using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>
/// Changes the managed identity of virtual machine scale sets. With -AddIdentityId, -RemoveIdentityId, -RemoveMissing,
/// -EnableSystemAssigned and -DisableSystemAssigned, what is not named stays. With -IdentityType and -IdentityId, what
/// is not named goes.
/// </summary>
[Cmdlet(
    VerbsData.Update,
    "VmssIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VmssIdentity))]
public sealed class UpdateVmssIdentityCommand : ResourceIdentityChangeCmdlet
{
    /// <summary>The names of the virtual machine scale sets. Where one is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("VmssName", "VMScaleSetName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? Name { get; set; }

    /// <summary>
    /// Objects that stand for virtual machine scale sets: of this module or of Azure PowerShell's Get-AzVmss, any with a
    /// property Id or ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("InputObject", "VirtualMachineScaleSet")]
    [AllowNull]
    public PSObject? Vmss { get; set; }

    /// <summary>
    /// The ids of the instances that take the change at once, or * for all that do not have it yet. Needed where the
    /// upgrade policy is Manual: the instances keep the identities that they have until then.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] UpgradeInstance { get; set; } = [];

    private protected override ResourceKind Kind => ResourceKind.ScaleSet;

    private protected override string Label => "virtual machine scale set";

    private protected override string[]? Names => Name;

    private protected override (string Parameter, PSObject? Value) Resource => (nameof(Vmss), Vmss);

    private protected override string[] Instances => UpgradeInstance;
}
