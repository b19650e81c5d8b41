using System.Collections.Generic;

namespace ManagedIdentity.Native.Requests;

/// <summary>A change to a user-assigned identity.</summary>
internal sealed unsafe class UpdateIdentityRequest(ulong client, ResourceTarget target) : ChangeRequest(client, target)
{
    public string? IsolationScope { get; set; }

    /// <summary>The tags that replace those it has; null leaves them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Tags { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiIdentityUpdateRequest
        {
            target = scope.Target(Target),
            isolation_scope = scope.Text(IsolationScope),
            tags = scope.Tags(Tags ?? []),
            tags_len = (nuint)(Tags?.Count ?? 0),
            replace_tags = Tags is null ? (byte)0 : (byte)1,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_identity_update(Client, &request, queue, tag);
    }
}
