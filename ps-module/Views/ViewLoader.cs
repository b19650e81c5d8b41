using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ManagedIdentity.Views;

/// <summary>Gives a session the tables of the module when it imports it.</summary>
/// <remarks>
/// A format file would be a script to the execution policy: under Restricted and AllSigned it blocks the import, unless it
/// is signed by a publisher that the machine trusts. These tables are part of the assembly.
/// </remarks>
public sealed class ViewLoader : IModuleAssemblyInitializer
{
    /// <summary>
    /// The cmdlet that makes a session read its views again. It is called by its type: its name may be hidden in the
    /// session, or mean something else. .NET takes the newer version that PowerShell 7 has.
    /// </summary>
    private const string UpdateFormatData =
        "Microsoft.PowerShell.Commands.UpdateFormatDataCommand, Microsoft.PowerShell.Commands.Utility, " +
        "Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35";

    /// <inheritdoc/>
    public void OnImport()
    {
        // A host may have a session without views, or one whose views must stay as they are.
        if (Runspace.DefaultRunspace?.InitialSessionState is not { DisableFormatUpdates: false, Formats: var views } ||
            Type.GetType(UpdateFormatData) is not { } cmdlet ||
            views.Any(view => ReferenceEquals(view.FormatData, Tables.All[0])))
        {
            return;
        }

        var before = views.ToArray();
        views.Add(Tables.All.Select(table => new SessionStateFormatEntry(table)));
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
