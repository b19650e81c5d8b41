using System.Management.Automation;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gets virtual machine scale sets as Get-AzVmss of Azure PowerShell does. Enable-AzIdentityAlias gives it that name.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AzStyleVmss", DefaultParameterSetName = ByName)]
[OutputType(typeof(PSObject))]
public sealed class GetAzStyleVmssCommand : FindAzStyleCmdlet
{
    /// <summary>The name of the scale set, or a pattern. Without it, all of the group or the subscription.</summary>
    [Parameter(ParameterSetName = ByName, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? VMScaleSetName { get; set; }

    /// <summary>The resource id of the scale set.</summary>
    [Parameter(ParameterSetName = ByResourceId, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string ResourceId { get; set; } = "";

    private protected override string Label => "virtual machine scale set";

    private protected override MachineKind Kind => MachineKind.ScaleSet;

    private protected override void Process()
    {
        if (ParameterSetName == ByResourceId)
        {
            FindIds([ResourceId]);
        }
        else
        {
            FindNames(ResourceGroupName, VMScaleSetName is null ? null : [VMScaleSetName]);
        }
    }
}
