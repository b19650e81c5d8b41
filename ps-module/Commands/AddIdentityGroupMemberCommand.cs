using System.Management.Automation;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Adds managed identities to a group of the directory. One that is in it already stays.</summary>
[Cmdlet(
    VerbsCommon.Add,
    "IdentityGroupMember",
    DefaultParameterSetName = ByInputObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PSObject))]
public sealed class AddIdentityGroupMemberCommand : GroupMemberChangeCmdlet
{
    /// <summary>Returns what was given, each when it is in the group.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Change(string principalId, object input) =>
        Change(new AddGroupMemberRequest(Client, Group, principalId), "Add to a group", input, () => Added(input));

    private void Added(object input)
    {
        if (PassThru)
        {
            WriteObject(input);
        }
    }
}
