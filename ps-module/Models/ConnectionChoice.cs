using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ManagedIdentity.Models;

/// <summary>The connection that the cmdlets of a runspace use when they are given none.</summary>
/// <remarks>
/// A runspace has a choice of its own once Connect-ManagedIdentityService or Disconnect-ManagedIdentityService ran in it,
/// also when that failed. Any other runspace, such as those of ForEach-Object -Parallel and of thread jobs, takes the
/// connection of the first runspace that has one, and keeps it. Only a process in which no runspace has a choice may sign
/// in by itself, and only once.
/// </remarks>
internal sealed class ConnectionChoice
{
    private static readonly object s_lock = new();

    private static ConditionalWeakTable<Runspace, ConnectionChoice> s_byRunspace = new();

    /// <summary>The choices that were made in a runspace and not taken from another, in the order of the first.</summary>
    private static readonly List<ConnectionChoice> s_made = [];

    private static ConnectionChoice? s_automatic;

    private readonly WeakReference<Runspace?> _runspace;
    private ManagedIdentityConnection? _connection;
    private ConnectionEnd _end;

    private ConnectionChoice(Runspace? runspace) => _runspace = new WeakReference<Runspace?>(runspace);

    /// <summary>The open connection that a cmdlet of this runspace would use now, if there is one.</summary>
    public static ManagedIdentityConnection? Current
    {
        get
        {
            lock (s_lock)
            {
                return Here() is { HasOpen: true } choice ? choice._connection : null;
            }
        }
    }

    private bool HasOpen => _connection is { IsConnected: true };

    private bool IsOfOpenRunspace =>
        _runspace.TryGetTarget(out var runspace) &&
        runspace?.RunspaceStateInfo.State is RunspaceState.Opened or RunspaceState.Opening;

    /// <summary>The connection for a cmdlet of this runspace, which keeps it.</summary>
    /// <param name="missing">Why there is none; null when there is one, and when the process may sign in by itself.</param>
    public static ManagedIdentityConnection? Take(out ConnectionEnd? missing)
    {
        missing = null;
        lock (s_lock)
        {
            if (Here() is not { } choice)
            {
                return null;
            }

            if (!choice.HasOpen)
            {
                missing = choice._connection?.End ?? choice._end;
                return null;
            }

            OfRunspace()._connection = choice._connection;
            return choice._connection;
        }
    }

    /// <summary>The cmdlets of this runspace use the connection from now on.</summary>
    public static void Make(ManagedIdentityConnection connection)
    {
        lock (s_lock)
        {
            Own()._connection = connection;
        }
    }

    /// <summary>The cmdlets of this runspace have no connection from now on.</summary>
    public static void MakeNone(ConnectionEnd end)
    {
        lock (s_lock)
        {
            var choice = Own();
            choice._connection = null;
            choice._end = end;
        }
    }

    /// <summary>The same, unless a connection was made or closed before, which says more.</summary>
    public static void MakeNoneIfNever(ConnectionEnd end)
    {
        lock (s_lock)
        {
            if (Here() is null)
            {
                MakeNone(end);
            }
        }
    }

    /// <summary>No runspace of the process has chosen.</summary>
    public static void ForgetAll()
    {
        lock (s_lock)
        {
            s_byRunspace = new();
            s_made.Clear();
            s_automatic = null;
        }
    }

    /// <summary>This runspace and all without a choice use the connection, which the process made by itself.</summary>
    public static void MakeAutomatic(ManagedIdentityConnection connection)
    {
        lock (s_lock)
        {
            s_automatic = new ConnectionChoice(null) { _connection = connection };
            OfRunspace()._connection = connection;
        }
    }

    /// <summary>The choice that counts in this runspace; null when there is none in the whole process.</summary>
    private static ConnectionChoice? Here()
    {
        var known = Runspace.DefaultRunspace is { } runspace && s_byRunspace.TryGetValue(runspace, out var own) ? own : null;
        return known ?? First() ?? s_automatic;
    }

    /// <summary>The first that was made, where one of a runspace that is still there goes before others.</summary>
    private static ConnectionChoice? First() =>
        s_made.Find(choice => choice.IsOfOpenRunspace) ?? s_made.Find(choice => choice.HasOpen) ?? s_made.LastOrDefault();

    /// <summary>What this runspace has chosen or taken.</summary>
    private static ConnectionChoice OfRunspace() =>
        Runspace.DefaultRunspace is { } runspace
            ? s_byRunspace.GetValue(runspace, key => new ConnectionChoice(key))
            : new ConnectionChoice(null);

    /// <summary>What this runspace has chosen, which counts for others from now on.</summary>
    private static ConnectionChoice Own()
    {
        var choice = OfRunspace();
        if (!s_made.Contains(choice))
        {
            s_made.RemoveAll(other => !other.IsOfOpenRunspace && !other.HasOpen);
            s_made.Add(choice);
        }

        return choice;
    }
}
