using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Inputs;

/// <summary>
/// The names of Azure PowerShell that Enable-AzIdentityAlias sets. Cmdlets of these names are in a module of their own.
/// Where Azure PowerShell is there, too, aliases to them keep the names theirs.
/// </summary>
internal static class AzAliases
{
    /// <summary>The module of the cmdlets, which has the assembly of this one.</summary>
    public const string Module = "ManagedIdentity.Az";

    private static readonly Dictionary<string, string> s_cmdlets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["New-AzUserAssignedIdentity"] = "New-AzUserAssignedIdentity",
        ["Get-AzUserAssignedIdentity"] = "Get-AzUserAssignedIdentity",
        ["Update-AzUserAssignedIdentity"] = "Update-AzUserAssignedIdentity",
        ["Remove-AzUserAssignedIdentity"] = "Remove-AzUserAssignedIdentity",
        ["New-AzFederatedIdentityCredential"] = "New-AzFederatedIdentityCredential",
        ["Get-AzFederatedIdentityCredential"] = "Get-AzFederatedIdentityCredential",
        ["Update-AzFederatedIdentityCredential"] = "Update-AzFederatedIdentityCredential",
        ["Remove-AzFederatedIdentityCredential"] = "Remove-AzFederatedIdentityCredential",
        // Their names until Az.ManagedServiceIdentity 1.2, and aliases there since.
        ["New-AzFederatedIdentityCredentials"] = "New-AzFederatedIdentityCredential",
        ["Get-AzFederatedIdentityCredentials"] = "Get-AzFederatedIdentityCredential",
        ["Update-AzFederatedIdentityCredentials"] = "Update-AzFederatedIdentityCredential",
        ["Remove-AzFederatedIdentityCredentials"] = "Remove-AzFederatedIdentityCredential",
        ["Get-AzSystemAssignedIdentity"] = "Get-AzSystemAssignedIdentity",
        ["Get-AzVM"] = "Get-AzVM",
        ["Update-AzVM"] = "Update-AzVM",
        ["Get-AzVmss"] = "Get-AzVmss",
        ["Update-AzVmss"] = "Update-AzVmss",
    };

    /// <summary>Azure PowerShell's names.</summary>
    public static IEnumerable<string> Names => s_cmdlets.Keys;

    /// <summary>The manifest of the module of the cmdlets.</summary>
    public static string Manifest => Path.Combine(ModuleAssembly.Folder, "Az", $"{Module}.psd1");

    /// <summary>Whether it is one of them.</summary>
    public static bool Has(string name) => s_cmdlets.ContainsKey(name);

    /// <summary>Whether there is a cmdlet of that name.</summary>
    public static bool IsCmdlet(string name) => s_cmdlets[name] == name;

    /// <summary>The cmdlet that such a name stands for, by its module: another of the same name is not meant.</summary>
    public static string CmdletOf(string name) => $"{Module}\\{s_cmdlets[name]}";

    /// <summary>Whether a command is one of these aliases, or one of the cmdlets.</summary>
    public static bool IsOurs(CommandInfo command) =>
        command is AliasInfo alias
            ? Has(alias.Name) && alias.Definition.StartsWith($"{Module}\\", StringComparison.OrdinalIgnoreCase)
            : command.ModuleName == Module;
}
