namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of user-assigned identities, of a group or of the whole subscription.</summary>
internal sealed unsafe class ListIdentitiesRequest(ulong client, string? subscriptionId, string? resourceGroupName)
    : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new MiListRequest
        {
            subscription_id = scope.Text(subscriptionId),
            resource_group = scope.Text(resourceGroupName),
        };
        return NativeMethods.mi_identity_list(Client, &request, queue, tag);
    }
}
