using System.Management.Automation;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Removes managed identities from a group of the directory. One that is not in it is no error.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "IdentityGroupMember",
    DefaultParameterSetName = ByPrincipalId,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PSObject))]
public sealed class RemoveIdentityGroupMemberCommand : GroupMemberChangeCmdlet
{
    /// <summary>Returns what was given, each when it is not in the group any more.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Change(string principalId, object? input) =>
        Change(new GroupMemberRemoveRequest(Client, Group, principalId), "Remove from a group", input, () => Removed(input));

    private void Removed(object? input)
    {
        if (PassThru)
        {
            WriteObject(input);
        }
    }
}
