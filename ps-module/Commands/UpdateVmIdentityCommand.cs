using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>
/// Changes the managed identity of virtual machines. With -AddIdentityId, -RemoveIdentityId, -RemoveMissing,
/// -EnableSystemAssigned and -DisableSystemAssigned, what is not named stays. With -IdentityType and -IdentityId, what
/// is not named goes.
/// </summary>
[Cmdlet(
    VerbsData.Update,
    "VmIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VmIdentity))]
public sealed class UpdateVmIdentityCommand : ResourceIdentityChangeCmdlet
{
    /// <summary>The names of the virtual machines. Where one is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("VMName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? Name { get; set; }

    /// <summary>
    /// Objects that stand for virtual machines: of this module or of Azure PowerShell's Get-AzVM, any with a
    /// property Id or ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("InputObject", "VirtualMachine")]
    [AllowNull]
    public PSObject? VM { get; set; }

    private protected override ResourceKind Kind => ResourceKind.VirtualMachine;

    private protected override string Label => "virtual machine";

    private protected override string[]? Names => Name;

    private protected override (string Parameter, PSObject? Value) Resource => (nameof(VM), VM);
}
