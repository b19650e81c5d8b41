namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of role assignments.</summary>
internal sealed unsafe class ListRoleAssignmentsRequest(ulong client, RoleHolder holder, RolePlace place, RoleReference role)
    : ClientRequest(client)
{
    /// <summary>Whether to list what the holder has as a member of groups, too.</summary>
    public bool ThroughGroups { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiRoleAssignmentListRequest
        {
            holder = scope.Holder(holder),
            place = scope.Place(place),
            role = scope.Role(role),
            through_groups = ThroughGroups ? (byte)1 : (byte)0,
        };
        return NativeMethods.azmi_role_assignment_list(Client, &request, queue, tag);
    }
}
