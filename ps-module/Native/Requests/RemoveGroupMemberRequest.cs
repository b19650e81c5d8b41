namespace ManagedIdentity.Native.Requests;

/// <summary>That a principal be in a group no more.</summary>
internal sealed unsafe class RemoveGroupMemberRequest(ulong client, string group, string principalId)
    : ChangeRequest(client, new ResourceTarget { ResourceId = $"{principalId} in {group}" })
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiGroupMemberRequest
        {
            group = scope.Text(group),
            principal_id = scope.Text(principalId),
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_group_member_remove(Client, &request, queue, tag);
    }
}
