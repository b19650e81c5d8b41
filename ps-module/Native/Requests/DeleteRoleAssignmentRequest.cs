namespace ManagedIdentity.Native.Requests;

/// <summary>The taking away of a role: by the id of its assignment, or as it was given.</summary>
internal sealed unsafe class DeleteRoleAssignmentRequest : ChangeRequest
{
    private readonly string? _id;
    private readonly RoleHolder _holder = new();
    private readonly RolePlace _place = new();
    private readonly RoleReference _role = new();

    public DeleteRoleAssignmentRequest(ulong client, string id)
        : base(client, new ResourceTarget { ResourceId = id }) => _id = id;

    public DeleteRoleAssignmentRequest(ulong client, RoleHolder holder, RolePlace place, RoleReference role)
        : base(client, holder.ToTarget())
    {
        _holder = holder;
        _place = place;
        _role = role;
    }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiRoleAssignmentDeleteRequest
        {
            id = scope.Text(_id),
            holder = scope.Holder(_holder),
            place = scope.Place(_place),
            role = scope.Role(_role),
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_role_assignment_delete(Client, &request, queue, tag);
    }
}
