using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>Gets the managed identities of virtual machines.</summary>
[Cmdlet(VerbsCommon.Get, "VmIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(VmIdentity))]
public sealed class GetVmIdentityCommand : FindMachineCmdlet
{
    /// <summary>
    /// The names of the virtual machines. Wildcards are allowed: a pattern that matches nothing is no error, a name
    /// is. Without it, all virtual machines of the resource group or the subscription. Where one is given
    /// beside an object, it must be the object's own.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = OfAllSubscriptions, Position = 0)]
    [Alias("VMName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>
    /// Objects that stand for virtual machines: of this module or of Azure PowerShell's Get-AzVM, any with a
    /// property Id or ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("VM")]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    private protected override string Label => "virtual machine";

    private protected override ResourceKind Kind => ResourceKind.VirtualMachine;

    private protected override string[]? Names => Name;

    private protected override PSObject? Input => InputObject;
}
