using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedIdentity.Native;

namespace ManagedIdentity.Tests;

/// <summary>
/// The native libraries under test: those of the folder in MI_NATIVE_DIR, or the ones that <c>cargo build</c> made.
/// </summary>
internal static class Library
{
    /// <summary>The module would look in its folder; here there is none.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The tests are no library: for .NET Framework they are only built as one.")]
    internal static void Resolve() => NativeResolver.Use(PathOf);

    /// <summary>The handle of a library. The system loads it once, however often it is asked to.</summary>
    public static IntPtr Load(string name) => NativeResolver.Load(name);

    /// <summary>Where the library of a name is.</summary>
    public static string PathOf(string name)
    {
        var (prefix, extension) =
            RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? ("", "dll")
            : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? ("lib", "dylib")
            : ("lib", "so");
        return Environment.GetEnvironmentVariable("MI_NATIVE_DIR") is { Length: > 0 } folder
            ? Path.Combine(folder, $"{name}.{extension}")
            : Checkout.Path("target", "debug", $"{prefix}{name}.{extension}");
    }
}
