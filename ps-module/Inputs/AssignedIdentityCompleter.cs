using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the identities that the resources have which the command line names.</summary>
public sealed class AssignedIdentityCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line)
    {
        var request = line.Named(new CompleteRequest(client, CompletionKind.AssignedIdentity, word));
        request.ResourceTypes = line.ResourceTypes;
        return request;
    }
}
