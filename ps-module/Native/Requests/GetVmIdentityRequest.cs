namespace ManagedIdentity.Native.Requests;

/// <summary>The reading of a machine's identity.</summary>
internal sealed unsafe class GetVmIdentityRequest(ulong client, MachineKind kind, ResourceTarget target) : ClientRequest(client)
{
    /// <summary>Whether to look if each assigned identity still exists.</summary>
    public bool Check { get; set; }

    /// <summary>Whether to read the whole machine, as JSON.</summary>
    public bool AsJson { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiVmIdentityGetRequest
        {
            machine = (uint)kind,
            target = scope.Target(target),
            check = Check ? (byte)1 : (byte)0,
            as_json = AsJson ? (byte)1 : (byte)0,
        };
        return NativeMethods.azmi_vm_identity_get(Client, &request, queue, tag);
    }
}
