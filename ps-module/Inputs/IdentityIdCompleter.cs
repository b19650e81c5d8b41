using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the ids of identities, or their names in the group of -IdentityResourceGroupName.</summary>
public sealed class IdentityIdCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        line.Text("IdentityResourceGroupName") is { } group
            ? new(client, CompletionKind.Resource, word) { ResourceTypes = [CommandLine.IdentityType], ResourceGroupName = group }
            : new(client, CompletionKind.Identity, word);
}
