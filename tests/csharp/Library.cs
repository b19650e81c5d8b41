using System;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedIdentity.Native;

namespace ManagedIdentity.Tests;

/// <summary>
/// The native library under test: that of the folder in MI_NATIVE_DIR, or the one that <c>cargo build</c> made.
/// </summary>
internal static class Library
{
    public const string Name = "managed_identity";

    public static IntPtr Handle { get; } = NativeLibrary.Load(FindFile());

    /// <summary>PowerShell would find it in the module's folder; here there is none.</summary>
    [ModuleInitializer]
    internal static void Resolve() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Load);

    private static IntPtr Load(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Name ? Handle : IntPtr.Zero;

    private static string FindFile()
    {
        var (prefix, extension) =
            OperatingSystem.IsWindows() ? ("", "dll")
            : OperatingSystem.IsMacOS() ? ("lib", "dylib")
            : ("lib", "so");
        return Environment.GetEnvironmentVariable("MI_NATIVE_DIR") is { Length: > 0 } folder
            ? Path.Combine(folder, $"{Name}.{extension}")
            : Checkout.Path("target", "debug", $"{prefix}{Name}.{extension}");
    }
}
