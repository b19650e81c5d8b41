using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes identities: by their names in the group of -ResourceGroupName, and by their ids elsewhere.</summary>
public sealed class IdentityCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.Identity, word) { ResourceGroupName = line.Text("ResourceGroupName") };
}
