using System.Management.Automation;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Adds managed identities to a group of the directory. One that is in it already stays.</summary>
[Cmdlet(
    VerbsCommon.Add,
    "IdentityGroupMember",
    DefaultParameterSetName = ByPrincipalId,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PSObject))]
public sealed class AddIdentityGroupMemberCommand : GroupMemberChangeCmdlet
{
    /// <summary>Returns what was given, each when it is in the group.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// How long to wait for a principal that is unknown, in seconds. Without it, two minutes for one that is known to
    /// exist, such as an identity that was just created, and 30 seconds for any other -PrincipalId, which may be mistyped.
    /// </summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int? PrincipalWaitSec { get; set; }

    private protected override void Change(string principalId, object? input)
    {
        var request = new GroupMemberAddRequest(Client, Group, principalId) { PrincipalWaitSec = PrincipalWaitSec };
        Change(request, "Add to a group", input, () => Added(input));
    }

    private void Added(object? input)
    {
        if (PassThru)
        {
            WriteObject(input);
        }
    }
}
