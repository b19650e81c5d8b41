using ManagedIdentity.Errors;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>The connection of a cmdlet that is given none.</summary>
internal static class DefaultConnection
{
    /// <summary>The connection, which this runspace keeps; null when the process may sign in by itself.</summary>
    /// <exception cref="ManagedIdentityException">NotConnected, which says why there is none.</exception>
    public static ManagedIdentityConnection? Take()
    {
        var connection = ConnectionChoice.Take(out var missing);
        return missing is { } end ? throw Failures.NotConnected(end) : connection;
    }
}
