using System.Linq;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of the federated credentials of the identity that the command line names.</summary>
public sealed class FederatedCredentialNameCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.FederatedCredential, word)
        {
            ResourceGroupName = line.Text("ResourceGroupName"),
            Names = line.Texts("IdentityName"),
            Ids = line.Texts("IdentityId", "InputObject").Where(CommandLine.IsId).ToArray(),
        };
}
