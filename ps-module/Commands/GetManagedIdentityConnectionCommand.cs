using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gets the open connections of this process, the oldest first. The one that the cmdlets of this runspace use when they
/// are given none is marked as the default.
/// </summary>
[Cmdlet(VerbsCommon.Get, "ManagedIdentityConnection")]
[OutputType(typeof(ManagedIdentityConnection))]
public sealed class GetManagedIdentityConnectionCommand : ModuleCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(ManagedIdentityConnection.AllOpen(), enumerateCollection: true);
}
