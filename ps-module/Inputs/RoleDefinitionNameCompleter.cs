using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the names of the roles that can be assigned at the scope that the command line names.</summary>
public sealed class RoleDefinitionNameCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.Role, word)
        {
            Scope = line.Text("Scope"),
            ResourceGroupName = line.Text("ResourceGroupName"),
        };
}
