using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace ManagedIdentity.Inputs;

/// <summary>The names of Azure PowerShell that Enable-AzIdentityAlias gives to this module's cmdlets.</summary>
internal static class AzAliases
{
    private const string Module = "ManagedIdentity\\";

    private static readonly Dictionary<string, string> s_cmdlets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["New-AzUserAssignedIdentity"] = "New-UserAssignedIdentity",
        ["Get-AzUserAssignedIdentity"] = "Get-UserAssignedIdentity",
        ["Update-AzUserAssignedIdentity"] = "Update-UserAssignedIdentity",
        ["Remove-AzUserAssignedIdentity"] = "Remove-UserAssignedIdentity",
        ["New-AzFederatedIdentityCredential"] = "New-FederatedIdentityCredential",
        ["Get-AzFederatedIdentityCredential"] = "Get-FederatedIdentityCredential",
        ["Update-AzFederatedIdentityCredential"] = "Update-FederatedIdentityCredential",
        ["Remove-AzFederatedIdentityCredential"] = "Remove-FederatedIdentityCredential",
        // Their names until Az.ManagedServiceIdentity 1.2.
        ["New-AzFederatedIdentityCredentials"] = "New-FederatedIdentityCredential",
        ["Get-AzFederatedIdentityCredentials"] = "Get-FederatedIdentityCredential",
        ["Update-AzFederatedIdentityCredentials"] = "Update-FederatedIdentityCredential",
        ["Remove-AzFederatedIdentityCredentials"] = "Remove-FederatedIdentityCredential",
        ["Get-AzSystemAssignedIdentity"] = "Get-SystemAssignedIdentity",
        ["Get-AzVM"] = "Get-AzStyleVm",
        ["Update-AzVM"] = "Update-AzStyleVm",
        ["Get-AzVmss"] = "Get-AzStyleVmss",
        ["Update-AzVmss"] = "Update-AzStyleVmss",
    };

    /// <summary>Azure PowerShell's names.</summary>
    public static IEnumerable<string> Names => s_cmdlets.Keys;

    /// <summary>Whether it is one of them.</summary>
    public static bool Has(string name) => s_cmdlets.ContainsKey(name);

    /// <summary>The cmdlet that such a name stands for, by its module: another of the same name is not meant.</summary>
    public static string CmdletOf(string name) => Module + s_cmdlets[name];

    /// <summary>Whether a command is one of these aliases.</summary>
    public static bool IsOurs(CommandInfo command) =>
        command is AliasInfo alias &&
        Has(alias.Name) &&
        alias.Definition.StartsWith(Module, StringComparison.OrdinalIgnoreCase);
}
