using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.AzCommands;

/// <summary>Creates federated credentials under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(
    VerbsCommon.New,
    "AzFederatedIdentityCredential",
    DefaultParameterSetName = BySubject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FederatedIdentityCredential))]
public sealed class NewAzFederatedIdentityCredentialCommand : NewFederatedIdentityCredentialCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
