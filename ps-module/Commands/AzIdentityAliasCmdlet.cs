using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that sets or removes the aliases under Azure PowerShell's names.</summary>
public abstract class AzIdentityAliasCmdlet : PSCmdlet
{
    /// <summary>
    /// What this session runs under Azure PowerShell's names, and is loaded already. All that is loaded is listed once:
    /// with names, Get-Command searches the disk for each.
    /// </summary>
    private protected List<CommandInfo> Known() =>
        Run("Get-Command -CommandType Alias, Function, Cmdlet -ListImported")
            .Select(found => found.BaseObject)
            .OfType<CommandInfo>()
            .Where(command => AzAliases.Has(command.Name))
            // An alias runs before a function, and a function before a cmdlet.
            .GroupBy(command => command.Name, StringComparer.OrdinalIgnoreCase)
            .Select(same => same.OrderBy(command => command.CommandType).First())
            .ToList();

    /// <summary>Runs a script in the session of the caller, in a scope of its own: its variables are not the caller's.</summary>
    private protected IEnumerable<PSObject> Run(string script, params object[] arguments) =>
        InvokeCommand.InvokeScript(true, InvokeCommand.NewScriptBlock(script), null, arguments);
}
