using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>Gets virtual machines as Get-AzVM of Azure PowerShell does. Enable-AzIdentityAlias gives it that name.</summary>
[Cmdlet(VerbsCommon.Get, "AzStyleVm", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(PSObject))]
public sealed class GetAzStyleVmCommand : FindAzStyleCmdlet
{
    /// <summary>The name of the virtual machine, or a pattern. Without it, all of the group or the subscription.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceName", "VMName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    private protected override string Label => "virtual machine";

    private protected override ResourceKind Kind => ResourceKind.VirtualMachine;

    private protected override GivenName MachineName => Given.Name(nameof(Name), Name);
}
