using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.AzCommands;

/// <summary>Deletes user-assigned identities under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "AzUserAssignedIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public sealed class RemoveAzUserAssignedIdentityCommand : RemoveUserAssignedIdentityCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
