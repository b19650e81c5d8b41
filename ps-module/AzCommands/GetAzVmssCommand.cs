using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.AzCommands;

/// <summary>
/// Gets virtual machine scale sets as Get-AzVmss of Azure PowerShell does. Enable-AzIdentityAlias gives it that name.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AzVmss", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(PSObject))]
public sealed class GetAzVmssCommand : GetAzMachineCmdlet
{
    /// <summary>The name of the scale set, or a pattern. Without it, all of the group or the subscription.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "VmssName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? VMScaleSetName { get; set; }

    private protected override string Label => "virtual machine scale set";

    private protected override ResourceKind Kind => ResourceKind.ScaleSet;

    private protected override GivenName MachineName => Given.Name(nameof(VMScaleSetName), VMScaleSetName);
}
