using System;
using System.Collections.Generic;
using System.Management.Automation.Runspaces;

namespace ManagedIdentity.Models;

/// <summary>The runspaces of this process that have imported the module.</summary>
internal static class ImportedBy
{
    private static readonly List<WeakReference<Runspace>> s_runspaces = [];

    /// <summary>Counts this runspace.</summary>
    public static void Add()
    {
        lock (s_runspaces)
        {
            if (Runspace.DefaultRunspace is { } here && !s_runspaces.Exists(other => Is(other, here)))
            {
                s_runspaces.Add(new WeakReference<Runspace>(here));
            }
        }
    }

    /// <summary>Counts this runspace no more.</summary>
    /// <returns>Whether another one is left: a runspace that was closed without removing the module is none.</returns>
    public static bool Remove()
    {
        lock (s_runspaces)
        {
            var here = Runspace.DefaultRunspace;
            s_runspaces.RemoveAll(other => Is(other, here) || !IsOpen(other));
            return s_runspaces.Count > 0;
        }
    }

    private static bool Is(WeakReference<Runspace> known, Runspace? runspace) =>
        known.TryGetTarget(out var target) && ReferenceEquals(target, runspace);

    private static bool IsOpen(WeakReference<Runspace> known) =>
        known.TryGetTarget(out var target) && target.RunspaceStateInfo.State is RunspaceState.Opened or RunspaceState.Opening;
}
