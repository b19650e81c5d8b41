using System.Management.Automation;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Deletes user-assigned managed identities. References to them on virtual machines stay behind: Azure leaves them.
/// </summary>
[Cmdlet(
    VerbsCommon.Remove,
    "UserAssignedIdentity",
    DefaultParameterSetName = ByInputObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public sealed class RemoveUserAssignedIdentityCommand : IdentityChangeCmdlet
{
    /// <summary>Returns true for each identity that was deleted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Change(ResourceTarget target, object input) =>
        Change(new DeleteIdentityRequest(Client, target), "Delete user-assigned identity", input, Deleted);

    private void Deleted()
    {
        if (PassThru)
        {
            WriteObject(true);
        }
    }
}
