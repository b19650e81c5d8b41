using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>The version of the module that a session has imported.</summary>
internal static class LoadedModule
{
    private const string Name = "ManagedIdentity";

    /// <summary>
    /// Why commands can't run in a session: another version of the module was imported, too. Which one a command is of
    /// can't be told then. Null when they can.
    /// </summary>
    public static ManagedIdentityException? Refusal(CommandInvocationIntrinsics invoke)
    {
        // To ask the session takes a fifth of what a command takes.
        if (!ModuleAssembly.HasOthers)
        {
            return null;
        }

        var imported = invoke.InvokeScript($"Microsoft.PowerShell.Core\\Get-Module -Name {Name}");
        var other = imported.Select(one => one.BaseObject).OfType<PSModuleInfo>().FirstOrDefault(IsOther);
        return other is null ? null : Failures.TwoVersions(other.Version.ToString(), other.ModuleBase);
    }

    /// <summary>Whether a module is another version. One of the assembly itself, without a manifest, is in its folder.</summary>
    private static bool IsOther(PSModuleInfo module) =>
        module.Version.ToString() != ModuleAssembly.Version &&
        !Path.GetFullPath(module.ModuleBase).Equals(ModuleAssembly.Folder, StringComparison.OrdinalIgnoreCase);
}
