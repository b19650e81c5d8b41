namespace ManagedIdentity.Native.Requests;

/// <summary>The reading of the system-assigned identity of a resource.</summary>
internal sealed unsafe class GetSystemIdentityRequest(ulong client, string resourceId) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = scope.Text(resourceId);
        return NativeMethods.azmi_system_identity_get(Client, &request, queue, tag);
    }
}
