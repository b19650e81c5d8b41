using System;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Waits until Azure is done with virtual machines or scale sets, such as after a change with -NoWait, also one that
/// another process made.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "VmIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(VmIdentity), typeof(VmssIdentity))]
public sealed class WaitVmIdentityCommand : WaitCmdlet
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
    /// Objects that stand for virtual machines or scale sets: what Update-VmIdentity and Update-VmssIdentity return,
    /// any object with a property Id or ResourceId, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("VM", "Vmss")]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    private protected override string[]? Names => Name;

    private protected override PSObject? Input => InputObject;

    private protected override Request Wait(ResourceTarget target)
    {
        var isSet = (target.ResourceId ?? target.Type)?.IndexOf("/virtualMachineScaleSets", StringComparison.OrdinalIgnoreCase) >= 0;
        var kind = isSet ? ResourceKind.ScaleSet : ResourceKind.VirtualMachine;
        return new ResourceIdentityWaitRequest(Client, kind, target);
    }
}
