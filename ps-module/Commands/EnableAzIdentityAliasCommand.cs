using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gives this module's cmdlets the names and the parameters that Azure PowerShell has for them, in this session.
/// </summary>
[Cmdlet(VerbsLifecycle.Enable, "AzIdentityAlias", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(CommandInfo))]
public sealed class EnableAzIdentityAliasCommand : AzIdentityAliasCmdlet
{
    /// <summary>Goes over commands of those names that are there, such as those of an Az module that is loaded.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the commands under these names.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var others = Known().Where(command => !AzAliases.IsOurs(command)).ToList();
        if (others.Count > 0 && !Force)
        {
            ThrowTerminatingError(Failures.AzCommandsLoaded(others).ToErrorRecord(null));
        }

        if (!ShouldProcess($"{AzAliases.Names.Count()} names of Azure PowerShell", "Set in this session"))
        {
            return;
        }

        Run("param($path) Import-Module -Name $path -Global -DisableNameChecking -Verbose:$false", AzAliases.Manifest);
        var mayChange = others.Count > 0 || IsAzInstalled();
        foreach (var name in AzAliases.Names.Where(name => mayChange || !AzAliases.IsCmdlet(name)))
        {
            Run(
                "param($name, $value) Set-Alias -Name $name -Value $value -Scope Global -Force -WhatIf:$false -Confirm:$false",
                name,
                AzAliases.CmdletOf(name));
        }

        if (PassThru)
        {
            WriteObject(Known().Where(AzAliases.IsOurs), enumerateCollection: true);
        }
    }

    /// <summary>
    /// Whether a module of Azure PowerShell could be imported later. An alias runs before its commands; without it, the
    /// cmdlet alone is better, since Get-Help does not follow an alias to a cmdlet of the same name.
    /// </summary>
    private bool IsAzInstalled() =>
        Run("Get-Module -ListAvailable -Name Az.Compute, Az.ManagedServiceIdentity -Verbose:$false").Any();
}
