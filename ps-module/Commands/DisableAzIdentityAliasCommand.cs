using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>Removes the aliases that Enable-AzIdentityAlias has set. What was there before counts again.</summary>
[Cmdlet(VerbsLifecycle.Disable, "AzIdentityAlias", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class DisableAzIdentityAliasCommand : AzIdentityAliasCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var ours = Known().Where(AzAliases.IsOurs).ToList();
        if (ours.Count == 0 || !ShouldProcess($"{ours.Count} names of Azure PowerShell", "Remove from this session"))
        {
            return;
        }

        foreach (var alias in ours.OfType<AliasInfo>())
        {
            Run("param($name) Remove-Item -Path Alias:\\$name -Force -WhatIf:$false -Confirm:$false", alias.Name);
        }

        Run("param($module) Remove-Module -Name $module -Force -WhatIf:$false -Confirm:$false -Verbose:$false", AzAliases.Module);
    }
}
