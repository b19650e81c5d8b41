namespace ManagedIdentity.Native.Requests;

/// <summary>A wait until Azure is done with a machine.</summary>
internal sealed unsafe class WaitVmIdentityRequest(ulong client, MachineKind kind, ResourceTarget target) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiVmIdentityWaitRequest
        {
            machine = (uint)kind,
            target = scope.Target(target),
        };
        return NativeMethods.azmi_vm_identity_wait(Client, &request, queue, tag);
    }
}
