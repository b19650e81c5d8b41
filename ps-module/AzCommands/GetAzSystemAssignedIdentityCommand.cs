using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.AzCommands;

/// <summary>Gets the system-assigned identity of resources under Azure PowerShell's name. Enable-AzIdentityAlias makes it available.</summary>
[Cmdlet(VerbsCommon.Get, "AzSystemAssignedIdentity")]
[OutputType(typeof(SystemAssignedIdentity))]
public sealed class GetAzSystemAssignedIdentityCommand : GetSystemAssignedIdentityCommand, IAzCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];
}
