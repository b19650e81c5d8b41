namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of machines, of a group or of the whole subscription.</summary>
internal sealed unsafe class ListVmIdentitiesRequest(
    ulong client,
    MachineKind kind,
    string? subscriptionId,
    string? resourceGroupName)
    : ClientRequest(client)
{
    /// <summary>Whether to look if each assigned identity still exists.</summary>
    public bool Check { get; set; }

    /// <summary>Whether to read the whole machine, as JSON.</summary>
    public bool AsJson { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiVmIdentityListRequest
        {
            machine = (uint)kind,
            scope = new AzmiListRequest
            {
                subscription_id = scope.Text(subscriptionId),
                resource_group = scope.Text(resourceGroupName),
            },
            check = Check ? (byte)1 : (byte)0,
            as_json = AsJson ? (byte)1 : (byte)0,
        };
        return NativeMethods.azmi_vm_identity_list(Client, &request, queue, tag);
    }
}
