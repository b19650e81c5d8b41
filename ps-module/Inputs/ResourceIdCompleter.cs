using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the ids of the resources that a cmdlet is about, also by their names.</summary>
public sealed class ResourceIdCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.ResourceId, word) { ResourceTypes = line.ResourceTypes };
}
