using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.AzCommands;

/// <summary>Changes federated credentials under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(
    VerbsData.Update,
    "AzFederatedIdentityCredential",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FederatedIdentityCredential))]
public sealed class UpdateAzFederatedIdentityCredentialCommand : UpdateFederatedIdentityCredentialCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
