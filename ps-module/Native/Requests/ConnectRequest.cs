using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Security;

namespace ManagedIdentity.Native.Requests;

/// <summary>A sign-in.</summary>
internal sealed unsafe class ConnectRequest : Request
{
    /// <summary>One of <c>AZMI_CREDENTIAL_*</c>.</summary>
    public uint Credential { get; set; }

    public string? Environment { get; set; }

    public string? Endpoint { get; set; }

    /// <summary>What tokens for the endpoint are asked for, where the endpoint is not to be asked for it.</summary>
    public string? Audience { get; set; }

    /// <summary>The URL where a service principal's tokens are issued, where nobody is to be asked for it.</summary>
    public string? Authority { get; set; }

    public string? Tenant { get; set; }

    /// <summary>The application's id, or what else names an account.</summary>
    public string? ClientId { get; set; }

    /// <summary>The secret, the access token, or what else is secret.</summary>
    public SecureString? Secret { get; set; }

    /// <summary>An access token for Microsoft Graph.</summary>
    public SecureString? GraphToken { get; set; }

    /// <summary>The full path of a file.</summary>
    public string? Path { get; set; }

    /// <summary>The thumbprint of a certificate.</summary>
    public string? Thumbprint { get; set; }

    /// <summary>What a claims challenge said, in base64.</summary>
    public string? ClaimsChallenge { get; set; }

    /// <summary>The id of a service connection of Azure DevOps.</summary>
    public string? ServiceConnection { get; set; }

    public string? SubscriptionId { get; set; }

    /// <summary>Signs in to the emulator at the endpoint: it issues its own tokens.</summary>
    public void SignInToEmulator(EmulatorSeed seed)
    {
        Credential = NativeMethods.AZMI_CREDENTIAL_CLIENT_SECRET;
        Authority = Endpoint;
        Tenant = seed.TenantId;
        ClientId = seed.ClientId;
        Secret = new NetworkCredential("", seed.ClientSecret).SecurePassword;
    }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        // The library does not see what a script has set: .NET keeps an environment of its own but on Windows.
        var variables = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => new KeyValuePair<string, string>((string)variable.Key, (string?)variable.Value ?? ""))
            .ToArray();
        var request = new AzmiConnectRequest
        {
            credential = Credential,
            environment = scope.Text(Environment),
            endpoint = scope.Text(Endpoint),
            audience = scope.Text(Audience),
            authority = scope.Text(Authority),
            tenant = scope.Text(Tenant),
            client_id = scope.Text(ClientId),
            secret = scope.Secret(Secret),
            graph_token = scope.Secret(GraphToken),
            path = scope.Text(Path),
            thumbprint = scope.Text(Thumbprint),
            claims_challenge = scope.Text(ClaimsChallenge),
            service_connection = scope.Text(ServiceConnection),
            subscription_id = scope.Text(SubscriptionId),
            variables = scope.Tags(variables),
            variables_len = (nuint)variables.Length,
        };
        return NativeMethods.azmi_client_connect(&request, queue, tag);
    }
}
