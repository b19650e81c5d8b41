namespace ManagedIdentity.Native.Requests;

/// <summary>The deletion of a user-assigned identity.</summary>
internal sealed unsafe class DeleteIdentityRequest(ulong client, ResourceTarget target) : ChangeRequest(client, target)
{
    /// <summary>What to do about those that use the identity: one of <c>AZMI_DELETE_*</c>.</summary>
    public uint Manner { get; set; } = NativeMethods.AZMI_DELETE_PLAIN;

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiIdentityDeleteRequest
        {
            target = scope.Target(Target),
            manner = Manner,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_identity_delete(Client, &request, queue, tag);
    }
}
