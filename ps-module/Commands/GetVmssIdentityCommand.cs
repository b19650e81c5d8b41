using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>Gets the managed identities of virtual machine scale sets.</summary>
[Cmdlet(VerbsCommon.Get, "VmssIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(VmssIdentity))]
public sealed class GetVmssIdentityCommand : FindMachineCmdlet
{
    /// <summary>
    /// The names of the virtual machine scale sets. Wildcards are allowed: a pattern that matches nothing is no error, a name
    /// is. Without it, all virtual machine scale sets of the resource group or the subscription. Where one is given
    /// beside an object, it must be the object's own.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = OfAllSubscriptions, Position = 0)]
    [Alias("VmssName", "VMScaleSetName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>
    /// Objects that stand for virtual machine scale sets: of this module or of Azure PowerShell's Get-AzVmss, any with a
    /// property Id or ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("Vmss", "VirtualMachineScaleSet")]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    private protected override string Label => "virtual machine scale set";

    private protected override ResourceKind Kind => ResourceKind.ScaleSet;

    private protected override string[]? Names => Name;

    private protected override PSObject? Input => InputObject;
}
