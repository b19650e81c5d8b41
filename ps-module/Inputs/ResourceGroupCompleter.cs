using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of resource groups.</summary>
public sealed class ResourceGroupCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.ResourceGroup, word);
}
