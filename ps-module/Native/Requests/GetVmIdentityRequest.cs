namespace ManagedIdentity.Native.Requests;

/// <summary>The reading of a virtual machine's identity.</summary>
internal sealed unsafe class GetVmIdentityRequest(ulong client, ResourceTarget target) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new MiVmIdentityGetRequest
        {
            machine = NativeMethods.MI_MACHINE_VM,
            target = scope.Target(target),
        };
        return NativeMethods.mi_vm_identity_get(Client, &request, queue, tag);
    }
}
