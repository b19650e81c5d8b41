using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of identities.</summary>
public sealed class IdentityNameCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.Resource, word)
        {
            ResourceTypes = [CommandLine.IdentityType],
            ResourceGroupName = line.Text("ResourceGroupName"),
        };
}
