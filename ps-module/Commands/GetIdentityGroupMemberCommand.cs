using System.Management.Automation;
using ManagedIdentity.Models;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the direct members of groups of the directory.</summary>
[Cmdlet(VerbsCommon.Get, "IdentityGroupMember")]
[OutputType(typeof(IdentityGroupMember))]
public sealed class GetIdentityGroupMemberCommand : ConnectedCmdlet
{
    /// <summary>The groups: their object ids, or their display names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("GroupId", "GroupName")]
    [AllowEmptyString]
    public string[] Group { get; set; } = [];

    private protected override void Process()
    {
        foreach (var group in Group)
        {
            Submit(new ListGroupMembersRequest(Client, group), new Operation(group) { OnItem = WriteObject });
        }
    }
}
