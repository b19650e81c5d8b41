using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that sets or removes the aliases under Azure PowerShell's names.</summary>
public abstract class AzIdentityAliasCmdlet : PSCmdlet
{
    /// <summary>What this session knows under Azure PowerShell's names, and is loaded already.</summary>
    private protected List<CommandInfo> Known() =>
        Run("param($name) Get-Command -Name $name -ListImported -ErrorAction Ignore", [AzAliases.Names.ToArray()])
            .Select(found => found.BaseObject)
            .OfType<CommandInfo>()
            .ToList();

    /// <summary>Runs a script in the session of the caller.</summary>
    private protected IEnumerable<PSObject> Run(string script, params object[] arguments) =>
        InvokeCommand.InvokeScript(false, InvokeCommand.NewScriptBlock(script), null, arguments);
}
