using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Completes types of resources: of those that the command line names, or else those that can have identities.
/// </summary>
public sealed class ResourceTypeCompleter : ServiceCompleter
{
    private protected override bool KnowsByItself => true;

    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        line.Named(new CompleteRequest(client, CompletionKind.ResourceType, word));
}
