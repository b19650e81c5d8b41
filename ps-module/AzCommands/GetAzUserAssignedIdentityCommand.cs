using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.AzCommands;

/// <summary>Gets user-assigned identities under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(VerbsCommon.Get, "AzUserAssignedIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(UserAssignedIdentity))]
public sealed class GetAzUserAssignedIdentityCommand : GetUserAssignedIdentityCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
