using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gives this module's cmdlets the names that Azure PowerShell has for them, in this session, so that scripts written
/// for Azure PowerShell run as they are.
/// </summary>
[Cmdlet(VerbsLifecycle.Enable, "AzIdentityAlias", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(AliasInfo))]
public sealed class EnableAzIdentityAliasCommand : AzIdentityAliasCmdlet
{
    /// <summary>Goes over commands of those names that are there, such as those of an Az module that is loaded.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the aliases.</summary>
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

        if (!ShouldProcess($"{AzAliases.Names.Count()} aliases under Azure PowerShell's names", "Set in this session"))
        {
            return;
        }

        foreach (var name in AzAliases.Names)
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
}
