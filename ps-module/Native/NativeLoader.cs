using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Native;

/// <summary>Sees to it that a native library is there, and the right one, before it is called.</summary>
internal sealed class NativeLoader
{
    private readonly string _name;
    private readonly uint _wanted;
    private readonly Func<uint> _version;
    private bool _ready;

    private NativeLoader(string name, uint wanted, Func<uint> version)
    {
        _name = name;
        _wanted = wanted;
        _version = version;
    }

    /// <summary>The library that manages identities.</summary>
    public static NativeLoader Library { get; } =
        new("managed_identity", NativeMethods.MI_ABI_VERSION, NativeMethods.mi_abi_version);

    /// <summary>The library that is the emulator.</summary>
    public static NativeLoader Emulator { get; } = new(
        "managed_identity_emulator",
        EmulatorMethods.MI_EMULATOR_ABI_VERSION,
        EmulatorMethods.mi_emulator_abi_version);

    /// <summary>Where the library of this platform lies: where PowerShell 7 looks for it, too.</summary>
    private string ExpectedPath
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
            return Path.Combine(folder, $"{system}-{architecture}", $"{_name}.{extension}");
        }
    }

    /// <summary>To be called before the library's first call; importing the module does not come here.</summary>
    /// <exception cref="ManagedIdentityException">There is no library, or it is another version's.</exception>
    public void Require()
    {
        if (Volatile.Read(ref _ready))
        {
            return;
        }

        Preload();
        CheckVersion();
        Volatile.Write(ref _ready, true);
    }

    /// <summary>
    /// Windows PowerShell looks for a library nowhere but beside the assembly. Once one is loaded by its full path,
    /// imports by its bare name find it.
    /// </summary>
    private void Preload()
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

    private void CheckVersion()
    {
        uint found;
        try
        {
            found = _version();
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw Failures.LibraryMissing(ExpectedPath, error);
        }
        catch (EntryPointNotFoundException error)
        {
            throw Failures.LibraryMismatch("none", _wanted, error);
        }

        if (found != _wanted)
        {
            throw Failures.LibraryMismatch(found.ToString(), _wanted);
        }
    }

    [DllImport("kernel32", EntryPoint = "LoadLibraryW", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LoadLibrary(string path);
}
