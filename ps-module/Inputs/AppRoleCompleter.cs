using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the application permissions of the API that the command line names, or of Microsoft Graph.</summary>
public sealed class AppRoleCompleter : ServiceCompleter
{
    private protected override CompleteRequest Ask(ulong client, string word, CommandLine line) =>
        new(client, CompletionKind.AppRole, word) { Api = line.Text("Resource") };
}
