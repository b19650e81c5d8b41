namespace ManagedIdentity.Native.Requests;

/// <summary>That a principal be in a group.</summary>
internal sealed unsafe class AddGroupMemberRequest(ulong client, string group, string principalId)
    : ChangeRequest(client, new ResourceTarget { ResourceId = $"{principalId} in {group}" })
{
    /// <summary>How long to wait for a principal that is unknown, in seconds.</summary>
    public int? PrincipalWaitSec { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiGroupMemberRequest
        {
            group = scope.Text(group),
            principal_id = scope.Text(principalId),
            principal_wait_s = PrincipalWaitSec ?? -1,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_group_member_add(Client, &request, queue, tag);
    }
}
