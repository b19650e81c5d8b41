using System;
using System.IO;
using System.Reflection;

namespace ManagedIdentity.Models;

/// <summary>The assembly of the module, as this process has loaded it.</summary>
internal static class ModuleAssembly
{
    private static readonly Assembly s_assembly = typeof(ModuleAssembly).Assembly;

    /// <summary>The folder that it was loaded from, which is that of the module.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(s_assembly.Location) ?? "";

    /// <summary>The version of the module, without the name of a preview.</summary>
    public static string Version { get; } =
        s_assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('-', '+')[0] ?? "";
}
