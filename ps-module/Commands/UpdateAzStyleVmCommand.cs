using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Changes the identity of virtual machines as Update-AzVM of Azure PowerShell does: what is not named goes.
/// Enable-AzIdentityAlias gives it that name.
/// </summary>
[Cmdlet(VerbsData.Update, "AzStyleVm", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(AzureOperationResponse))]
public sealed class UpdateAzStyleVmCommand : UpdateAzStyleCmdlet
{
    /// <summary>The virtual machine, as Get-AzVM returns it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [Alias("VMProfile", "VirtualMachine")]
    public PSObject? VM { get; set; }

    /// <summary>The resource id of the virtual machine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>Returns as soon as Azure has accepted the change, and does not wait for its end.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process()
    {
        foreach (var machine in ResourceReference.Each(VM!))
        {
            try
            {
                Update(machine);
            }
            catch (ManagedIdentityException error)
            {
                Report(error, machine);
            }
        }
    }

    private void Update(PSObject machine)
    {
        var target = Machine(nameof(VM), machine);
        if (Id is not null)
        {
            target = new ResourceTarget { ResourceId = Id };
        }

        var request = new UpdateVmIdentityRequest(Client, MachineKind.VirtualMachine, target)
        {
            ExactType = IdentityType,
            Add = IdentityId,
            NoWait = NoWait,
        };
        Change(
            request, "Update the identity of virtual machine", machine, onItem: _ => WriteObject(new AzureOperationResponse()));
    }
}
