namespace ManagedIdentity.Native.Requests;

/// <summary>The deletion of a federated credential.</summary>
internal sealed unsafe class DeleteFederatedCredentialRequest(ulong client, CredentialTarget target)
    : ChangeRequest(client, new ResourceTarget { ResourceId = target.ToString() })
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiFederatedDeleteRequest
        {
            target = scope.Target(target),
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_federated_credential_delete(Client, &request, queue, tag);
    }
}
