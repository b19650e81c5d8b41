using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Closes a connection. What it knew of a sign-in is forgotten.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "ManagedIdentityService")]
[OutputType(typeof(void))]
public sealed class DisconnectManagedIdentityServiceCommand : PSCmdlet
{
    /// <summary>The connection to close. Without it, the one that cmdlets use when they are given none.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ConnectionArgument]
    [ValidateNotNull]
    public ManagedIdentityConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Connection is { End: ConnectionEnd.Copied } copy)
        {
            WriteError(Failures.ConnectionClosed(copy).ToErrorRecord(copy));
            return;
        }

        if ((Connection ?? ConnectionChoice.Current) is { } connection)
        {
            connection.Close(ConnectionEnd.Disconnected);
            return;
        }

        ConnectionChoice.MakeNoneIfNever(ConnectionEnd.Disconnected);
        try
        {
            DefaultConnection.Take();
        }
        catch (ManagedIdentityException error)
        {
            WriteError(error.ToErrorRecord(null));
        }
    }
}
