namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of the direct members of a group.</summary>
internal sealed unsafe class ListGroupMembersRequest(ulong client, string group) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = scope.Text(group);
        return NativeMethods.azmi_group_member_list(Client, &request, queue, tag);
    }
}
