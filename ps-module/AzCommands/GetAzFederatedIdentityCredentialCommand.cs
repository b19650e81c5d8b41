using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.AzCommands;

/// <summary>Gets federated credentials under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(VerbsCommon.Get, "AzFederatedIdentityCredential")]
[OutputType(typeof(FederatedIdentityCredential))]
public sealed class GetAzFederatedIdentityCredentialCommand : GetFederatedIdentityCredentialCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
