using System.Collections.Generic;

namespace ManagedIdentity.Native.Requests;

/// <summary>The creation of a user-assigned identity.</summary>
internal sealed unsafe class CreateIdentityRequest(ulong client, ResourceTarget target) : ChangeRequest(client, target)
{
    public string? Location { get; set; }

    public string? IsolationScope { get; set; }

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; set; } = [];

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiIdentityCreateRequest
        {
            target = scope.Target(Target),
            location = scope.Text(Location),
            isolation_scope = scope.Text(IsolationScope),
            tags = scope.Tags(Tags),
            tags_len = (nuint)Tags.Count,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_identity_create(Client, &request, queue, tag);
    }
}
