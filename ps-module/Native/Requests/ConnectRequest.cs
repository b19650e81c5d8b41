using System.Collections.Generic;
using System.Security;

namespace ManagedIdentity.Native.Requests;

/// <summary>A sign-in.</summary>
internal sealed unsafe class ConnectRequest : Request
{
    /// <summary>One of <c>MI_CREDENTIAL_*</c>.</summary>
    public uint Credential { get; set; }

    public string? Environment { get; set; }

    public string? Endpoint { get; set; }

    public string? Tenant { get; set; }

    /// <summary>The application's id, or whose token it is.</summary>
    public string? ClientId { get; set; }

    public SecureString? Secret { get; set; }

    public string? SubscriptionId { get; set; }

    /// <summary>
    /// The environment, which names the proxy, and that of a program that is run to sign in. The library does not see what a script has set: .NET keeps
    /// an environment of its own but on Windows.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Variables { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new MiConnectRequest
        {
            credential = Credential,
            environment = scope.Text(Environment),
            endpoint = scope.Text(Endpoint),
            tenant = scope.Text(Tenant),
            client_id = scope.Text(ClientId),
            secret = scope.Secret(Secret),
            subscription_id = scope.Text(SubscriptionId),
            variables = Variables is null ? null : scope.Tags(Variables),
            variables_len = (nuint)(Variables?.Count ?? 0),
        };
        return NativeMethods.mi_client_connect(&request, queue, tag);
    }
}
