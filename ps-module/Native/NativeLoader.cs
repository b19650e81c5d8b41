using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;

namespace ManagedIdentity.Native;

/// <summary>Sees to it that a native library is there, and the right one, before it is called.</summary>
internal sealed class NativeLoader
{
    /// <summary>What the names of the module's native libraries begin with.</summary>
    public const string Prefix = "managed_identity";

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
        new(Prefix, NativeMethods.AZMI_ABI_VERSION, NativeMethods.azmi_abi_version);

    /// <summary>The library that is the emulator.</summary>
    public static NativeLoader Emulator { get; } = new(
        $"{Prefix}_emulator",
        EmulatorMethods.AZMI_EMULATOR_ABI_VERSION,
        EmulatorMethods.azmi_emulator_abi_version);

    /// <summary>To be called before the library's first call; importing the module does not come here.</summary>
    /// <exception cref="NativeException">There is no library, or it is another version's.</exception>
    public void Require()
    {
        if (Volatile.Read(ref _ready))
        {
            return;
        }

        NativeResolver.Use(ExpectedPath);
        Load();
        CheckVersion();
        Volatile.Write(ref _ready, true);
    }

    /// <summary>Where a library for this platform lies in the folder of the module.</summary>
    private static string ExpectedPath(string name)
    {
        var (system, extension) =
            RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? ("win", "dll")
            : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? ("osx", "dylib")
            : ("linux", "so");
        // Of the process and not of the machine: an x86 PowerShell runs on x64 as well.
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        var folder = Path.GetDirectoryName(typeof(NativeLoader).Assembly.Location) ?? "";
        return Path.Combine(folder, $"{system}-{architecture}", $"{name}.{extension}");
    }

    private void Load()
    {
        try
        {
            NativeResolver.Load(_name);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            var path = ExpectedPath(_name);
            throw new LibraryNotLoadedException(path, File.Exists(path), error);
        }
    }

    private void CheckVersion()
    {
        uint found;
        try
        {
            found = _version();
        }
        catch (EntryPointNotFoundException error)
        {
            throw new LibraryMismatchException("none", _wanted, error);
        }

        if (found != _wanted)
        {
            throw new LibraryMismatchException(found.ToString(), _wanted);
        }
    }
}
