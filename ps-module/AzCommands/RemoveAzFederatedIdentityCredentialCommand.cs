using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.AzCommands;

/// <summary>Deletes federated credentials under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "AzFederatedIdentityCredential",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public sealed class RemoveAzFederatedIdentityCredentialCommand : RemoveFederatedIdentityCredentialCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
