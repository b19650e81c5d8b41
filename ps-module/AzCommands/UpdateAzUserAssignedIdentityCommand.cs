using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.AzCommands;

/// <summary>Changes user-assigned identities under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(
    VerbsData.Update,
    "AzUserAssignedIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(UserAssignedIdentity))]
public sealed class UpdateAzUserAssignedIdentityCommand : UpdateUserAssignedIdentityCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
