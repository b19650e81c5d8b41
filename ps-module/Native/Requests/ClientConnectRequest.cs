using System.Net;

namespace ManagedIdentity.Native.Requests;

internal sealed partial class ClientConnectRequest
{
    /// <summary>Signs in to the emulator at the endpoint: it issues its own tokens.</summary>
    public void SignInToEmulator(EmulatorSeed seed)
    {
        Credential = CredentialKind.ClientSecret;
        Authority = Endpoint;
        Tenant = seed.TenantId;
        ClientId = seed.ClientId;
        Secret = new NetworkCredential("", seed.ClientSecret).SecurePassword;
    }
}
