using System;
using System.Collections;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gets the emulator that runs in this process, or nothing when none does; with -Endpoint, one that runs in another
/// process.
/// </summary>
[Cmdlet(VerbsCommon.Get, "ArmEmulator", DefaultParameterSetName = OfProcess)]
[OutputType(typeof(ArmEmulator))]
public sealed class GetArmEmulatorCommand : EmulatorCmdlet
{
    private const string OfProcess = "OfProcess";
    private const string OfEndpoint = "OfEndpoint";

    /// <summary>The URL of an emulator on this machine.</summary>
    [Parameter(ParameterSetName = OfEndpoint, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Endpoint { get; set; }

    /// <summary>Its key. Without it, that of the environment variable EMULATOR_ADMIN_KEY.</summary>
    [Parameter(ParameterSetName = OfEndpoint)]
    [ValidateNotNullOrEmpty]
    public string? AdminKey { get; set; }

    /// <summary>The file of the certificate to trust where it serves https. Without it, that of SSL_CERT_FILE.</summary>
    [Parameter(ParameterSetName = OfEndpoint)]
    [ValidateNotNullOrEmpty]
    public string? CertificateAuthorityPath { get; set; }

    private protected override void Process()
    {
        if (Endpoint is not null)
        {
            var authority = CertificateAuthorityPath is null ? null : FilePath(nameof(CertificateAuthorityPath), CertificateAuthorityPath);
            WriteObject(Complete(EmulatorElsewhere(Endpoint, AdminKey, authority)));
        }
        else if (ArmEmulator.Running is { } running)
        {
            WriteObject(running);
        }
    }

    /// <summary>Asks it for what it has; what is not an emulator, or has another key, ends the cmdlet.</summary>
    private ArmEmulator Complete(ArmEmulator emulator)
    {
        var about = (PSObject)CallEmulator(emulator, "GET", "", null)!;
        emulator.SubscriptionId = ResourceReference.Text(about, "subscriptionId") ?? "";
        emulator.TenantId = ResourceReference.Text(about, "tenantId") ?? "";
        emulator.StartTime = EmulatorReplies.Time(about, "started");
        emulator.Environment = [];
        foreach (var variable in ((PSObject)about.Properties["environment"].Value).Properties)
        {
            emulator.Environment[variable.Name] = variable.Value;
        }

        return emulator;
    }
}
