using System;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ManagedIdentity.Native;

/// <summary>
/// Loads native libraries by their full paths and binds the imports to them. Windows looks for a bare name in the
/// current directory and on the PATH too, Linux on LD_LIBRARY_PATH, and PowerShell 7 in the folder of the module only
/// after those.
/// </summary>
internal static class NativeResolver
{
    /// <summary>LOAD_WITH_ALTERED_SEARCH_PATH: what the library needs is looked for beside it, not beside the host.</summary>
    private const uint AlteredSearchPath = 8;

    /// <summary>Functions of .NET that .NET Standard 2.0, for which this is compiled, and .NET Framework do not have.</summary>
    private static readonly Type? s_nativeLibrary = OfRuntime("NativeLibrary");

    private static readonly Func<string, IntPtr>? s_load = (Func<string, IntPtr>?)s_nativeLibrary
        ?.GetMethod("Load", [typeof(string)])
        ?.CreateDelegate(typeof(Func<string, IntPtr>));

    private static readonly object s_lock = new();
    private static Func<string, string>? s_pathOf;

    /// <summary>
    /// Says where the library of a name is, and binds the imports to that. The first call counts: the tests, whose
    /// libraries are elsewhere, come before the module.
    /// </summary>
    public static void Use(Func<string, string> pathOf)
    {
        lock (s_lock)
        {
            if (s_pathOf is null)
            {
                s_pathOf = pathOf;
                Bind();
            }
        }
    }

    /// <summary>The handle of a library, which is loaded once.</summary>
    /// <exception cref="NativeException">The system does not load it, and says why.</exception>
    public static IntPtr Load(string name)
    {
        var handle = LoadFile(s_pathOf!(name));
        // .NET Framework binds an import to the library of its name that is loaded already: so that must be this one.
        return s_load is not null || GetModuleHandle($"{name}.dll") == handle
            ? handle
            : throw new OtherLibraryLoadedException(s_pathOf(name));
    }

    /// <summary>The handle of a library in a file.</summary>
    /// <exception cref="LibraryNotLoadedException">The system does not load it, and says why.</exception>
    internal static IntPtr LoadFile(string path)
    {
        if (!File.Exists(path))
        {
            throw Refused(path, LoadFailure.NoFile);
        }

        return RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? LoadOnWindows(path) : LoadOnUnix(path);
    }

    /// <summary>.NET asks this before it looks anywhere.</summary>
    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name.StartsWith(NativeLoader.Prefix, StringComparison.Ordinal) ? Load(name) : IntPtr.Zero;

    private static void Bind()
    {
        if (s_nativeLibrary is null)
        {
            return;
        }

        var resolve = typeof(NativeResolver).GetMethod(nameof(Resolve), BindingFlags.Static | BindingFlags.NonPublic)!;
        var resolver = Delegate.CreateDelegate(OfRuntime("DllImportResolver")!, resolve);
        s_nativeLibrary.GetMethod("SetDllImportResolver")!.Invoke(null, [typeof(NativeResolver).Assembly, resolver]);
    }

    /// <summary>Not by .NET, which on Windows does not say the number of the error.</summary>
    private static IntPtr LoadOnWindows(string path)
    {
        var loaded = LoadLibraryEx(path, IntPtr.Zero, AlteredSearchPath);
        return loaded != IntPtr.Zero
            ? loaded
            : throw Refused(path, LoadFailure.OfWindows(Marshal.GetLastWin32Error()));
    }

    private static IntPtr LoadOnUnix(string path)
    {
        try
        {
            return s_load!(path);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw Refused(path, LoadFailure.OfUnix(path, error.Message), error);
        }
    }

    private static LibraryNotLoadedException Refused(string path, LoadFailure failure, Exception? cause = null) =>
        new(NativePlatform.Current, path, failure, cause);

    private static Type? OfRuntime(string name) =>
        Type.GetType($"System.Runtime.InteropServices.{name}, System.Runtime.InteropServices");

    [DllImport("kernel32", EntryPoint = "LoadLibraryExW", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LoadLibraryEx(string path, IntPtr reserved, uint flags);

    [DllImport("kernel32", EntryPoint = "GetModuleHandleW", CharSet = CharSet.Unicode, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr GetModuleHandle(string name);
}
