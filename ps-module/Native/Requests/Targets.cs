namespace ManagedIdentity.Native.Requests;

internal sealed partial class RoleAssignmentCreateRequest
{
    public override ResourceTarget Target => principal.ToTarget();
}

internal sealed partial class RoleAssignmentDeleteRequest
{
    public RoleAssignmentDeleteRequest(ulong client, string id)
        : this(client, new(), new(), new()) => Id = id;

    public override ResourceTarget Target => Id is null ? principal.ToTarget() : new ResourceTarget { ResourceId = Id };
}

internal sealed partial class AppRoleAssignmentCreateRequest
{
    public override ResourceTarget Target => principal.ToTarget();
}

internal sealed partial class AppRoleAssignmentDeleteRequest
{
    public override ResourceTarget Target => Id is null ? principal.ToTarget() : new ResourceTarget { ResourceId = Id };
}

internal sealed partial class ArmInvokeRequest
{
    public override ResourceTarget Target => new() { ResourceId = path };
}

internal sealed partial class FederatedCredentialCreateRequest
{
    public override ResourceTarget Target => target.ToTarget();
}

internal sealed partial class FederatedCredentialUpdateRequest
{
    public override ResourceTarget Target => target.ToTarget();
}

internal sealed partial class FederatedCredentialDeleteRequest
{
    public override ResourceTarget Target => target.ToTarget();
}

internal sealed partial class GroupMemberAddRequest
{
    public override ResourceTarget Target => new() { ResourceId = $"{principalId} in {group}" };
}

internal sealed partial class GroupMemberRemoveRequest
{
    public override ResourceTarget Target => new() { ResourceId = $"{principalId} in {group}" };
}
