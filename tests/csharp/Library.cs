using System;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedIdentity.Native;

namespace ManagedIdentity.Tests;

/// <summary>
/// The native libraries under test: those of the folder in MI_NATIVE_DIR, or the ones that <c>cargo build</c> made.
/// </summary>
internal static class Library
{
    /// <summary>PowerShell would find it in the module's folder; here there is none.</summary>
    [ModuleInitializer]
    internal static void Resolve() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Load);

    /// <summary>The handle of a library. The system loads it once, however often it is asked to.</summary>
    public static IntPtr Load(string name) => NativeLibrary.Load(FindFile(name));

    private static IntPtr Load(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.StartsWith("managed_identity", StringComparison.Ordinal) ? Load(name) : IntPtr.Zero;

    private static string FindFile(string name)
    {
        var (prefix, extension) =
            OperatingSystem.IsWindows() ? ("", "dll")
            : OperatingSystem.IsMacOS() ? ("lib", "dylib")
            : ("lib", "so");
        return Environment.GetEnvironmentVariable("MI_NATIVE_DIR") is { Length: > 0 } folder
            ? Path.Combine(folder, $"{name}.{extension}")
            : Checkout.Path("target", "debug", $"{prefix}{name}.{extension}");
    }
}
