using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ManagedIdentity.Views;

/// <summary>Gives a session the tables of the module.</summary>
/// <remarks>
/// A format file would be a script to the execution policy: under Restricted and AllSigned it blocks the import, unless it
/// is signed by a publisher that the machine trusts. These tables are part of the assembly. PowerShell takes longer to read
/// the views of a session again than to import the module, so a session gets them with the first object, or while the first
/// answer is on its way.
/// </remarks>
internal static class ViewLoader
{
    /// <summary>
    /// The cmdlet that makes a session read its views again. It is called by its type: its name may be hidden in the
    /// session, or mean something else. .NET takes the newer version that PowerShell 7 has.
    /// </summary>
    private const string UpdateFormatData =
        "Microsoft.PowerShell.Commands.UpdateFormatDataCommand, Microsoft.PowerShell.Commands.Utility, " +
        "Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35";

    /// <summary>The sessions that were given the tables, or can't have them.</summary>
    private static readonly ConditionalWeakTable<InitialSessionState, object> s_sessions = new();

    /// <summary>Gives this thread's session the tables, if it has not been tried.</summary>
    public static void Load()
    {
        // A host may have a session without views, or one whose views must stay as they are.
        if (Runspace.DefaultRunspace?.InitialSessionState is not { DisableFormatUpdates: false } session ||
            s_sessions.TryGetValue(session, out _))
        {
            return;
        }

        s_sessions.Add(session, s_sessions);
        if (Type.GetType(UpdateFormatData) is { } cmdlet)
        {
            Add(session.Formats, cmdlet);
        }
    }

    private static void Add(InitialSessionStateEntryCollection<SessionStateFormatEntry> views, Type cmdlet)
    {
        var before = views.ToArray();
        foreach (var table in Tables.All)
        {
            views.Add(new SessionStateFormatEntry(table));
        }

        if (!TryRefresh(cmdlet))
        {
            views.Clear();
            views.Add(before);
        }
    }

    /// <summary>Makes the session read its views again. It fails where another module's file of views is gone.</summary>
    private static bool TryRefresh(Type cmdlet)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        try
        {
            shell.AddCommand(new CmdletInfo("Update-FormatData", cmdlet)).Invoke();
            return !shell.HadErrors;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }
}
