using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of the resources that a cmdlet is about, or that -ResourceType says.</summary>
public sealed class ResourceNameCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.Resource, word)
        {
            ResourceTypes = line.ResourceTypes,
            ResourceGroupName = line.Text("ResourceGroupName"),
        };
}
