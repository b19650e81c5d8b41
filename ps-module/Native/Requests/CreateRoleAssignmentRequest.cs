namespace ManagedIdentity.Native.Requests;

/// <summary>The giving of a role.</summary>
internal sealed unsafe class CreateRoleAssignmentRequest(ulong client, RoleHolder holder, RolePlace place, RoleReference role)
    : ChangeRequest(client, holder.ToTarget())
{
    public string? Description { get; set; }

    public string? Condition { get; set; }

    public string? ConditionVersion { get; set; }

    /// <summary>How long to wait for a principal that is unknown, in seconds.</summary>
    public int? PrincipalWaitSec { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiRoleAssignmentCreateRequest
        {
            holder = scope.Holder(holder),
            place = scope.Place(place),
            role = scope.Role(role),
            description = scope.Text(Description),
            condition = scope.Text(Condition),
            condition_version = scope.Text(ConditionVersion),
            principal_wait_s = PrincipalWaitSec ?? -1,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_role_assignment_create(Client, &request, queue, tag);
    }
}
