namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of virtual machines, of a group or of the whole subscription.</summary>
internal sealed unsafe class ListVmIdentitiesRequest(ulong client, string? subscriptionId, string? resourceGroupName)
    : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new MiVmIdentityListRequest
        {
            machine = NativeMethods.MI_MACHINE_VM,
            scope = new MiListRequest
            {
                subscription_id = scope.Text(subscriptionId),
                resource_group = scope.Text(resourceGroupName),
            },
        };
        return NativeMethods.mi_vm_identity_list(Client, &request, queue, tag);
    }
}
