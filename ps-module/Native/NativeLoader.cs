using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Native;

/// <summary>Sees to it that the native library is there, and the right one, before it is called.</summary>
internal static class NativeLoader
{
    private static bool s_ready;

    /// <summary>Where the library of this platform lies: where PowerShell 7 looks for it, too.</summary>
    public static string ExpectedPath
    {
        get
        {
            var (system, extension) =
                RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? ("win", "dll")
                : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? ("osx", "dylib")
                : ("linux", "so");
            // Of the process and not of the machine: an x86 PowerShell runs on x64 as well.
            var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
            var folder = Path.GetDirectoryName(typeof(NativeLoader).Assembly.Location) ?? "";
            return Path.Combine(folder, $"{system}-{architecture}", $"managed_identity.{extension}");
        }
    }

    /// <summary>To be called before the first native call; importing the module does not come here.</summary>
    /// <exception cref="ManagedIdentityException">There is no library, or it is another version's.</exception>
    public static void Require()
    {
        if (Volatile.Read(ref s_ready))
        {
            return;
        }

        Preload();
        CheckVersion();
        Volatile.Write(ref s_ready, true);
    }

    /// <summary>
    /// Windows PowerShell looks for a library nowhere but beside the assembly. Once one is loaded by its full path,
    /// imports by its bare name find it.
    /// </summary>
    private static void Preload()
    {
        if (!RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal))
        {
            return;
        }

        if (LoadLibrary(ExpectedPath) == IntPtr.Zero)
        {
            var error = Marshal.GetExceptionForHR(Marshal.GetHRForLastWin32Error());
            throw Failures.LibraryMissing(ExpectedPath, error);
        }
    }

    private static void CheckVersion()
    {
        uint found;
        try
        {
            found = NativeMethods.mi_abi_version();
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw Failures.LibraryMissing(ExpectedPath, error);
        }
        catch (EntryPointNotFoundException error)
        {
            throw Failures.LibraryMismatch("none", NativeMethods.MI_ABI_VERSION, error);
        }

        if (found != NativeMethods.MI_ABI_VERSION)
        {
            throw Failures.LibraryMismatch(found.ToString(), NativeMethods.MI_ABI_VERSION);
        }
    }

    [DllImport("kernel32", EntryPoint = "LoadLibraryW", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LoadLibrary(string path);
}
