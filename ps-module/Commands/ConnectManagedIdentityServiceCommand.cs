using System;
using System.Management.Automation;
using System.Security;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Connects to Azure Resource Manager. The connection is the one that the other cmdlets of this process use when they
/// are given none.
/// </summary>
[Cmdlet(VerbsCommunications.Connect, "ManagedIdentityService", DefaultParameterSetName = WithAzureCli)]
[OutputType(typeof(ManagedIdentityConnection))]
public sealed class ConnectManagedIdentityServiceCommand : ProcessCmdlet
{
    private const string WithAzureCli = "AzureCli";
    private const string WithAccessToken = "AccessToken";
    private const string WithServicePrincipal = "ServicePrincipal";
    private const string ToEmulator = "Emulator";

    /// <summary>Uses the sign-in of the Azure CLI: that of <c>az login</c>.</summary>
    [Parameter(ParameterSetName = WithAzureCli)]
    public SwitchParameter UseAzureCli { get; set; }

    /// <summary>
    /// An access token for Azure Resource Manager, such as Get-AzAccessToken returns. It is not renewed.
    /// </summary>
    [Parameter(ParameterSetName = WithAccessToken, Mandatory = true)]
    [SecureText]
    public SecureString? AccessToken { get; set; }

    /// <summary>Whose token it is, to be shown.</summary>
    [Parameter(ParameterSetName = WithAccessToken)]
    public string? AccountId { get; set; }

    /// <summary>Signs in as a service principal.</summary>
    [Parameter(ParameterSetName = WithServicePrincipal, Mandatory = true)]
    public SwitchParameter ServicePrincipal { get; set; }

    /// <summary>The service principal: its application id as the user name, its secret as the password.</summary>
    [Parameter(ParameterSetName = WithServicePrincipal, Mandatory = true)]
    public PSCredential? Credential { get; set; }

    /// <summary>Connects to an emulator: the one of this process, which is started when none runs, or -Endpoint.</summary>
    [Parameter(ParameterSetName = ToEmulator, Mandatory = true)]
    public SwitchParameter Emulator { get; set; }

    /// <summary>The URL of Azure Resource Manager, where it is not the cloud's.</summary>
    [Parameter(ParameterSetName = WithAzureCli)]
    [Parameter(ParameterSetName = WithAccessToken)]
    [Parameter(ParameterSetName = WithServicePrincipal)]
    [Parameter(ParameterSetName = ToEmulator)]
    public string? Endpoint { get; set; }

    /// <summary>The tenant to sign in to: its id or one of its domains.</summary>
    [Parameter]
    [Alias("TenantId", "Domain")]
    public string? Tenant { get; set; }

    /// <summary>The id of the subscription to work in. Without it, the first enabled one that the sign-in sees.</summary>
    [Parameter]
    [Alias("Subscription")]
    public string? SubscriptionId { get; set; }

    /// <summary>The cloud: AzureCloud, the default, AzureUSGovernment or AzureChinaCloud.</summary>
    [Parameter]
    [Alias("EnvironmentName")]
    [ValidateSet("AzureCloud", "AzureUSGovernment", "AzureChinaCloud")]
    public string? Environment { get; set; }

    /// <summary>How far the connection reaches: Process, the only value. It is never written to disk.</summary>
    [Parameter]
    [ValidateSet("Process")]
    public string Scope { get; set; } = "Process";

    private protected override void Process()
    {
        var request = Request();
        Run(request, new Operation(request.Endpoint) { OnItem = Adopt });
    }

    private void Adopt(object item)
    {
        var connection = (ManagedIdentityConnection)item;
        ManagedIdentityConnection.Default = connection;
        WriteObject(connection);
    }

    private ConnectRequest Request()
    {
        var request = new ConnectRequest
        {
            Environment = Environment,
            Endpoint = Endpoint,
            Tenant = Tenant,
            SubscriptionId = SubscriptionId,
            Variables = Tags.Read(System.Environment.GetEnvironmentVariables()),
        };
        switch (ParameterSetName)
        {
            case WithAccessToken:
                request.Credential = NativeMethods.MI_CREDENTIAL_ACCESS_TOKEN;
                request.ClientId = AccountId;
                request.Secret = AccessToken;
                break;
            case WithServicePrincipal:
                request.Credential = NativeMethods.MI_CREDENTIAL_CLIENT_SECRET;
                request.ClientId = Credential!.UserName;
                request.Secret = Credential.Password;
                break;
            case ToEmulator:
                request.Credential = NativeMethods.MI_CREDENTIAL_EMULATOR;
                request.Endpoint ??= RunningEmulator().Endpoint;
                break;
            default:
                if (!UseAzureCli)
                {
                    Fail(Failures.NoSignIn());
                }

                request.Credential = NativeMethods.MI_CREDENTIAL_AZURE_CLI;
                break;
        }

        return request;
    }

    private ArmEmulator RunningEmulator() =>
        ArmEmulator.Running ?? StartEmulator(0, TimeSpan.Zero, StartArmEmulatorCommand.UsualOperationTime, null);
}
