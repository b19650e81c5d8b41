namespace ManagedIdentity.Native.Requests;

/// <summary>The reading of a user-assigned identity.</summary>
internal sealed unsafe class GetIdentityRequest(ulong client, ResourceTarget target) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = scope.Target(target);
        return NativeMethods.azmi_identity_get(Client, &request, queue, tag);
    }
}
