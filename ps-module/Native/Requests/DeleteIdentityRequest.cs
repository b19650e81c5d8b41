namespace ManagedIdentity.Native.Requests;

/// <summary>The deletion of a user-assigned identity.</summary>
internal sealed unsafe class DeleteIdentityRequest(ulong client, ResourceTarget target) : ChangeRequest(client, target)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new MiIdentityDeleteRequest { target = scope.Target(Target), dry_run = DryRun };
        return NativeMethods.mi_identity_delete(Client, &request, queue, tag);
    }
}
