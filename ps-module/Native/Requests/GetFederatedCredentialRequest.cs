namespace ManagedIdentity.Native.Requests;

/// <summary>The reading of a federated credential.</summary>
internal sealed unsafe class GetFederatedCredentialRequest(ulong client, CredentialTarget target) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = scope.Target(target);
        return NativeMethods.azmi_federated_credential_get(Client, &request, queue, tag);
    }
}
