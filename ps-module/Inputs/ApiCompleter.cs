using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of APIs: those of Microsoft, and the service principals of the directory.</summary>
public sealed class ApiCompleter : ServiceCompleter
{
    private protected override bool KnowsByItself => true;

    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.Api, word);
}
