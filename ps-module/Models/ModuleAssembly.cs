using System;
using System.IO;
using System.Reflection;

namespace ManagedIdentity.Models;

/// <summary>The assembly of the module, as this process has loaded it.</summary>
internal static class ModuleAssembly
{
    private const string Prefix = "ManagedIdentity-";

    private static readonly Assembly s_assembly = typeof(ModuleAssembly).Assembly;
    private static volatile bool s_hasOthers;

    static ModuleAssembly()
    {
        // First the event, so that none is missed.
        AppDomain.CurrentDomain.AssemblyLoad += static (_, loaded) => Notice(loaded.LoadedAssembly);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            Notice(assembly);
        }
    }

    /// <summary>
    /// Whether this process has loaded another version of the module, which has an assembly of its own name: a session
    /// that has imported one is in such a process.
    /// </summary>
    public static bool HasOthers => s_hasOthers;

    /// <summary>The folder that it was loaded from, which is that of the module.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(s_assembly.Location) ?? "";

    /// <summary>The version of the module, without the name of a preview.</summary>
    public static string Version { get; } =
        s_assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('-', '+')[0] ?? "";

    private static void Notice(Assembly assembly)
    {
        // FullName is at hand, where GetName makes an object.
        if (assembly != s_assembly && assembly.FullName?.StartsWith(Prefix, StringComparison.Ordinal) is true)
        {
            s_hasOthers = true;
        }
    }
}
