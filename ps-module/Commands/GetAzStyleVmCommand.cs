using System.Management.Automation;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>Gets virtual machines as Get-AzVM of Azure PowerShell does. Enable-AzIdentityAlias gives it that name.</summary>
[Cmdlet(VerbsCommon.Get, "AzStyleVm", DefaultParameterSetName = ByName)]
[OutputType(typeof(PSObject))]
public sealed class GetAzStyleVmCommand : FindAzStyleCmdlet
{
    /// <summary>The name of the virtual machine, or a pattern. Without it, all of the group or the subscription.</summary>
    [Parameter(ParameterSetName = ByName, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceName", "VMName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The resource id of the virtual machine.</summary>
    [Parameter(ParameterSetName = ByResourceId, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string ResourceId { get; set; } = "";

    private protected override string Label => "virtual machine";

    private protected override MachineKind Kind => MachineKind.VirtualMachine;

    private protected override void Process()
    {
        if (ParameterSetName == ByResourceId)
        {
            FindIds([ResourceId]);
        }
        else
        {
            FindNames(ResourceGroupName, Name is null ? null : [Name]);
        }
    }
}
