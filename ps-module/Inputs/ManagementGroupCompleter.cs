using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of management groups, also by what they are called.</summary>
public sealed class ManagementGroupCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.ManagementGroup, word);
}
