using System;
using System.Management.Automation;
using System.Net;
using System.Security;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Connects to Azure Resource Manager. The connection is the one that the other cmdlets of this runspace use when they
/// are given none. Without a parameter for how to sign in, the first sign-in that works is used.
/// </summary>
[Cmdlet(VerbsCommunications.Connect, "ManagedIdentityService", DefaultParameterSetName = Automatic)]
[OutputType(typeof(ManagedIdentityConnection))]
public sealed class ConnectManagedIdentityServiceCommand : EmulatorCmdlet
{
    private const string Automatic = "Automatic";
    private const string WithAzureCli = "AzureCli";
    private const string WithAzContext = "AzContext";
    private const string WithAccessToken = "AccessToken";
    private const string WithServicePrincipal = "ServicePrincipal";
    private const string WithCertificate = "Certificate";
    private const string WithCertificateThumbprint = "CertificateThumbprint";
    private const string WithFederatedToken = "FederatedToken";
    private const string WithFederatedTokenFile = "FederatedTokenFile";
    private const string WithWorkflowToken = "WorkflowToken";
    private const string WithIdentity = "Identity";
    private const string WithBrowser = "Interactive";
    private const string WithDeviceCode = "DeviceCode";
    private const string ToEmulator = "Emulator";

    private bool _hasBegun;

    /// <summary>Uses the sign-in of the Azure CLI: that of <c>az login</c>.</summary>
    [Parameter(ParameterSetName = WithAzureCli, Mandatory = true)]
    public SwitchParameter UseAzureCli { get; set; }

    /// <summary>Uses the sign-in of Azure PowerShell: that of Connect-AzAccount.</summary>
    [Parameter(ParameterSetName = WithAzContext, Mandatory = true)]
    public SwitchParameter UseAzContext { get; set; }

    /// <summary>
    /// An access token for Azure Resource Manager, such as Get-AzAccessToken returns. It is not renewed.
    /// </summary>
    [Parameter(ParameterSetName = WithAccessToken, Mandatory = true)]
    [SecureText]
    public SecureString? AccessToken { get; set; }

    /// <summary>An access token for Microsoft Graph, for what needs one: groups. It is not renewed.</summary>
    [Parameter(ParameterSetName = WithAccessToken)]
    [ValidateNotNull]
    [SecureText]
    public SecureString? MicrosoftGraphAccessToken { get; set; }

    /// <summary>
    /// With -Identity, which of the managed identities there are: by client id, object id or resource id. With
    /// -AccessToken, whose token it is, to be shown. With -Interactive, who signs in.
    /// </summary>
    [Parameter(ParameterSetName = WithAccessToken)]
    [Parameter(ParameterSetName = WithIdentity)]
    [Parameter(ParameterSetName = WithBrowser)]
    [ValidateNotNullOrEmpty]
    public string? AccountId { get; set; }

    /// <summary>Signs in as a service principal.</summary>
    [Parameter(ParameterSetName = WithServicePrincipal, Mandatory = true)]
    [Parameter(ParameterSetName = WithCertificate)]
    [Parameter(ParameterSetName = WithCertificateThumbprint)]
    [Parameter(ParameterSetName = WithFederatedToken)]
    [Parameter(ParameterSetName = WithFederatedTokenFile)]
    [Parameter(ParameterSetName = WithWorkflowToken)]
    public SwitchParameter ServicePrincipal { get; set; }

    /// <summary>The service principal: its application id as the user name, its secret as the password.</summary>
    [Parameter(ParameterSetName = WithServicePrincipal, Mandatory = true)]
    public PSCredential? Credential { get; set; }

    /// <summary>
    /// The id of the application. With -Interactive and -UseDeviceAuthentication, the one that asks; Azure PowerShell's
    /// without it.
    /// </summary>
    [Parameter(ParameterSetName = WithCertificate, Mandatory = true)]
    [Parameter(ParameterSetName = WithCertificateThumbprint, Mandatory = true)]
    [Parameter(ParameterSetName = WithFederatedToken, Mandatory = true)]
    [Parameter(ParameterSetName = WithFederatedTokenFile, Mandatory = true)]
    [Parameter(ParameterSetName = WithWorkflowToken, Mandatory = true)]
    [Parameter(ParameterSetName = WithBrowser)]
    [Parameter(ParameterSetName = WithDeviceCode)]
    public string? ApplicationId { get; set; }

    /// <summary>The file of the certificate and its key: PEM or PFX.</summary>
    [Parameter(ParameterSetName = WithCertificate, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The password of a PFX file, or of the encrypted key in a PEM file.</summary>
    [Parameter(ParameterSetName = WithCertificate)]
    [SecureText]
    public SecureString? CertificatePassword { get; set; }

    /// <summary>
    /// The SHA-1 thumbprint of a certificate in the store My of the user or of the machine, which has its key there.
    /// </summary>
    [Parameter(ParameterSetName = WithCertificateThumbprint, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificateThumbprint { get; set; }

    /// <summary>A token of another issuer that the application trusts. It is not renewed.</summary>
    [Parameter(ParameterSetName = WithFederatedToken, Mandatory = true)]
    [Alias("ClientAssertion")]
    [SecureText]
    public SecureString? FederatedToken { get; set; }

    /// <summary>The file of such a token. It is read anew each time.</summary>
    [Parameter(ParameterSetName = WithFederatedTokenFile, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? FederatedTokenFile { get; set; }

    /// <summary>
    /// Uses the token of the workflow that this runs in: of GitHub Actions, which needs the permission id-token: write,
    /// or of Azure DevOps, whose step needs SYSTEM_ACCESSTOKEN. It is fetched whenever one is needed.
    /// </summary>
    [Parameter(ParameterSetName = WithWorkflowToken, Mandatory = true)]
    public SwitchParameter UseWorkflowToken { get; set; }

    /// <summary>
    /// The id of the service connection of Azure DevOps. Without it, that of the task, which
    /// AZURESUBSCRIPTION_SERVICE_CONNECTION_ID names.
    /// </summary>
    [Parameter(ParameterSetName = WithWorkflowToken)]
    [ValidateNotNullOrEmpty]
    public string? ServiceConnectionId { get; set; }

    /// <summary>Signs in as the managed identity of the machine or the service that this runs on.</summary>
    [Parameter(ParameterSetName = WithIdentity, Mandatory = true)]
    [Alias("MSI", "ManagedService")]
    public SwitchParameter Identity { get; set; }

    /// <summary>Signs a person in, with the browser of this machine.</summary>
    [Parameter(ParameterSetName = WithBrowser, Mandatory = true)]
    [Alias("UseBrowser")]
    public SwitchParameter Interactive { get; set; }

    /// <summary>Signs a person in, with a browser on this machine or any other.</summary>
    [Parameter(ParameterSetName = WithDeviceCode, Mandatory = true)]
    [Alias("DeviceCode", "DeviceAuth", "Device")]
    public SwitchParameter UseDeviceAuthentication { get; set; }

    /// <summary>What an error said that asked for another sign-in.</summary>
    [Parameter(ParameterSetName = WithBrowser)]
    [Parameter(ParameterSetName = WithDeviceCode)]
    [ValidateNotNullOrEmpty]
    public string? ClaimsChallenge { get; set; }

    /// <summary>Connects to an emulator: the one of this process, which is started when none runs, or -Endpoint.</summary>
    [Parameter(ParameterSetName = ToEmulator, Mandatory = true)]
    public SwitchParameter Emulator { get; set; }

    /// <summary>
    /// The URL of Azure Resource Manager, where it is not that of one of Azure's clouds. Without it and -Environment, the
    /// environment variable AZURE_RESOURCE_MANAGER_URL counts, for every way to sign in but -Emulator.
    /// </summary>
    [Parameter]
    public string? Endpoint { get; set; }

    /// <summary>
    /// What tokens for -Endpoint are asked for, where it is not on the endpoint's own host and not registered with the
    /// Azure CLI or Azure PowerShell that signs in. The token is sent to the endpoint: name only an audience that its
    /// operator confirms.
    /// </summary>
    [Parameter(ParameterSetName = Automatic)]
    [Parameter(ParameterSetName = WithAzureCli)]
    [Parameter(ParameterSetName = WithAzContext)]
    [Parameter(ParameterSetName = WithServicePrincipal)]
    [Parameter(ParameterSetName = WithCertificate)]
    [Parameter(ParameterSetName = WithCertificateThumbprint)]
    [Parameter(ParameterSetName = WithFederatedToken)]
    [Parameter(ParameterSetName = WithFederatedTokenFile)]
    [Parameter(ParameterSetName = WithWorkflowToken)]
    [Parameter(ParameterSetName = WithIdentity)]
    [Parameter(ParameterSetName = WithBrowser)]
    [Parameter(ParameterSetName = WithDeviceCode)]
    public string? Audience { get; set; }

    /// <summary>The tenant to sign in to: its id or one of its domains.</summary>
    [Parameter]
    [Alias("TenantId", "Domain")]
    public string? Tenant { get; set; }

    /// <summary>The id of the subscription to work in. Without it, the first enabled one that the sign-in sees.</summary>
    [Parameter]
    [Alias("Subscription")]
    [ArgumentCompleter(typeof(SubscriptionCompleter))]
    public string? SubscriptionId { get; set; }

    /// <summary>
    /// The cloud: AzureCloud, AzureUSGovernment or AzureChinaCloud. Without it and -Endpoint, the environment variables
    /// AZURE_RESOURCE_MANAGER_URL and AZURE_AUTHORITY_HOST say which, or the context of Azure PowerShell or the Azure CLI
    /// that signs in, or else it is AzureCloud.
    /// </summary>
    [Parameter]
    [Alias("EnvironmentName")]
    [ValidateSet("AzureCloud", "AzureUSGovernment", "AzureChinaCloud")]
    public string? Environment { get; set; }

    /// <summary>How far the connection reaches: Process, the only value. It is never written to disk.</summary>
    [Parameter]
    [ValidateSet("Process")]
    public string Scope { get; set; } = "Process";

    /// <summary>The proxy for every request but those to this machine. Without it, that of the environment or the system.</summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? Proxy { get; set; }

    /// <summary>The user name and the password for the proxy, whoever names it.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>A file of certificates to trust beside those of the system: PEM, with one or more, or DER.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificateAuthorityPath { get; set; }

    /// <summary>
    /// How long the sign-in, and then each operation of a cmdlet with the connection, may take, in seconds. An hour by
    /// default.
    /// </summary>
    [Parameter]
    [ValidateRange(1, NativeMethods.AZMI_LONGEST_TIMEOUT_S)]
    public int? TimeoutSec { get; set; }

    /// <summary>How long one attempt at a request may take, in seconds, to the last byte of the response. 100 by default.</summary>
    [Parameter]
    [ValidateRange(1, NativeMethods.AZMI_LONGEST_REQUEST_TIMEOUT_S)]
    public int? RequestTimeoutSec { get; set; }

    /// <summary>
    /// How often a request is sent again after its first attempt, where Azure throttles it or it fails in passing. By
    /// default 6 times, and twice where no connection comes about.
    /// </summary>
    [Parameter]
    [ValidateRange(0, NativeMethods.AZMI_MOST_RETRIES)]
    public int? RetryCount { get; set; }

    private protected override SecureString? PfxPassword =>
        ParameterSetName == WithCertificate ? CertificatePassword : base.PfxPassword;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _hasBegun = true;
        // Until it succeeds: no later cmdlet goes on with an older connection, or signs in by itself.
        ConnectionChoice.MakeNone(ConnectionEnd.ConnectFailed);
        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // A parameter that does not bind ends the cmdlet before it begins. It has a position in a pipeline only where it
        // was to run: tab completion makes cmdlets, too.
        if (disposing && !_hasBegun && MyInvocation.PipelinePosition > 0)
        {
            ConnectionChoice.MakeNone(ConnectionEnd.ConnectFailed);
        }
    }

    private protected override void Process()
    {
        var request = Request();
        Run(request, new Operation(request.Endpoint) { OnItem = Adopt });
    }

    private void Adopt(object item)
    {
        var connection = (ManagedIdentityConnection)item;
        connection.Open(TakeCertificate());
        ConnectionChoice.Make(connection);
        WriteObject(connection);
    }

    private ClientConnectRequest Request()
    {
        var request = new ClientConnectRequest
        {
            Environment = Environment,
            Endpoint = Given(nameof(Endpoint), Endpoint),
            Audience = Given(nameof(Audience), Audience),
            Tenant = Given(nameof(Tenant), Tenant),
            SubscriptionId = Given(nameof(SubscriptionId), SubscriptionId),
            // It may hold a password.
            Proxy = Proxy is null ? null : new NetworkCredential("", Proxy.OriginalString).SecurePassword,
            ProxyUser = ProxyCredential?.UserName,
            ProxyPassword = ProxyCredential?.Password,
            TimeoutSec = TimeoutSec,
            RequestTimeoutSec = RequestTimeoutSec,
            RetryCount = RetryCount,
            CertificateAuthority = CertificateAuthorityPath is null ? null : FilePath(nameof(CertificateAuthorityPath), CertificateAuthorityPath),
        };
        switch (ParameterSetName)
        {
            case WithAccessToken:
                request.Credential = CredentialKind.AccessToken;
                request.ClientId = AccountId;
                request.Secret = AccessToken;
                request.GraphToken = MicrosoftGraphAccessToken;
                break;
            case WithServicePrincipal:
                request.Credential = CredentialKind.ClientSecret;
                request.ClientId = Credential!.UserName;
                request.Secret = Credential.Password;
                break;
            case WithCertificate:
                request.Credential = CredentialKind.Certificate;
                request.ClientId = ApplicationId;
                request.Path = FilePath(nameof(CertificatePath), CertificatePath!);
                request.CertificatePassword = CertificatePassword;
                break;
            case WithCertificateThumbprint:
                request.Credential = CredentialKind.Certificate;
                request.ClientId = ApplicationId;
                request.Thumbprint = CertificateThumbprint;
                break;
            case WithFederatedToken:
                request.Credential = CredentialKind.FederatedToken;
                request.ClientId = ApplicationId;
                request.Secret = FederatedToken;
                break;
            case WithFederatedTokenFile:
                request.Credential = CredentialKind.FederatedToken;
                request.ClientId = ApplicationId;
                request.Path = FilePath(nameof(FederatedTokenFile), FederatedTokenFile!);
                break;
            case WithWorkflowToken:
                request.Credential = CredentialKind.WorkflowToken;
                request.ClientId = ApplicationId;
                request.ServiceConnection = ServiceConnectionId;
                break;
            case WithIdentity:
                request.Credential = CredentialKind.ManagedIdentity;
                request.ClientId = AccountId;
                break;
            case WithBrowser:
                request.Credential = CredentialKind.Browser;
                request.ClientId = ApplicationId;
                request.Account = AccountId;
                request.ClaimsChallenge = ClaimsChallenge;
                break;
            case WithDeviceCode:
                request.Credential = CredentialKind.DeviceCode;
                request.ClientId = ApplicationId;
                request.ClaimsChallenge = ClaimsChallenge;
                break;
            case WithAzureCli:
                request.Credential = CredentialKind.AzureCli;
                break;
            case WithAzContext:
                request.Credential = CredentialKind.AzurePowerShell;
                break;
            case ToEmulator:
                SignInToEmulator(request);
                break;
            default:
                request.Credential = CredentialKind.Automatic;
                break;
        }

        return request;
    }

    private void SignInToEmulator(ClientConnectRequest request)
    {
        if (Environment is not null)
        {
            Fail(Failures.NotBoth(nameof(Emulator), nameof(Environment)));
        }

        var seed = EmulatorSeed();
        if (request.Tenant is { } tenant && !string.Equals(tenant, seed.TenantId, StringComparison.OrdinalIgnoreCase))
        {
            Fail(Failures.Invalid("InvalidTenant", nameof(Tenant), tenant, $"with -Emulator it must be {seed.TenantId}."));
        }

        request.Endpoint ??= RunningEmulator().Endpoint;
        request.SignInToEmulator(seed);
    }

    /// <summary>
    /// The value of a parameter. A null that was given, such as that of a variable that is not set, counts as an empty
    /// text, which the library refuses, and not as "not given".
    /// </summary>
    private string? Given(string parameter, string? value) =>
        value ?? (MyInvocation.BoundParameters.ContainsKey(parameter) ? "" : null);

    private ArmEmulator RunningEmulator() =>
        ArmEmulator.Running ?? StartEmulator(new EmulatorOptions());
}
