namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of the federated credentials of an identity.</summary>
internal sealed unsafe class ListFederatedCredentialsRequest(ulong client, ResourceTarget identity) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = scope.Target(identity);
        return NativeMethods.azmi_federated_credential_list(Client, &request, queue, tag);
    }
}
