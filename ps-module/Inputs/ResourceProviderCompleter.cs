using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the resource providers whose resources can have identities, and the types of these.</summary>
public sealed class ResourceProviderCompleter : ServiceCompleter
{
    private protected override bool KnowsByItself => true;

    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.ResourceProvider, word);
}
