using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Gets the connection that cmdlets use when they are given none, or nothing when there is none.</summary>
[Cmdlet(VerbsCommon.Get, "ManagedIdentityConnection")]
[OutputType(typeof(ManagedIdentityConnection))]
public sealed class GetManagedIdentityConnectionCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ManagedIdentityConnection.Default is { } connection)
        {
            WriteObject(connection);
        }
    }
}
