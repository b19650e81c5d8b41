using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.AzCommands;

/// <summary>
/// Changes the identity of virtual machines as Update-AzVM of Azure PowerShell does: what is not named goes.
/// Enable-AzIdentityAlias gives it that name.
/// </summary>
[Cmdlet(VerbsData.Update, "AzVM", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(AzureOperationResponse))]
public sealed class UpdateAzVMCommand : UpdateAzMachineCmdlet
{
    /// <summary>The virtual machine, as Get-AzVM returns it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [Alias("VMProfile", "VirtualMachine")]
    [AllowNull]
    public PSObject? VM { get; set; }

    /// <summary>The resource id of the virtual machine. It must be that of the object.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ResourceIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>Returns as soon as Azure has accepted the change, and does not wait for its end.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process()
    {
        foreach (var machine in ResourceReference.Each(VM))
        {
            Try(() => Update(machine), machine);
        }
    }

    private protected override GivenName MachineName => GivenName.ByObject("Name", "VMName");

    private void Update(PSObject? machine)
    {
        var target = Machine(nameof(VM), machine);
        Given.Name(nameof(Id), Id).CheckBeside(target.ResourceId);

        var request = new ResourceIdentityUpdateRequest(Client, ResourceKind.VirtualMachine, target)
        {
            ExactType = IdentityType,
            Add = IdentityId,
            NoWait = NoWait,
        };
        Change(
            request, "Update the identity of virtual machine", machine, onItem: _ => WriteObject(new AzureOperationResponse()));
    }
}
