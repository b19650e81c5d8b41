using System;
using System.IO;
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

    /// <summary>Whether the library is there and was called, or is about to be.</summary>
    public bool IsReady => Volatile.Read(ref _ready);

    /// <summary>To be called before the library's first call; importing the module does not come here.</summary>
    /// <exception cref="NativeException">There is no library, it does not load, or it is another version's.</exception>
    public void Require()
    {
        if (IsReady)
        {
            return;
        }

        NativeResolver.Use(ExpectedPath);
        NativeResolver.Load(_name);
        CheckVersion();
        Volatile.Write(ref _ready, true);
    }

    /// <summary>Where a library for this platform lies in the folder of the module.</summary>
    private static string ExpectedPath(string name) =>
        PathIn(Path.GetDirectoryName(typeof(NativeLoader).Assembly.Location) ?? "", NativePlatform.Current, name);

    /// <summary>Where a library for a platform lies in a folder of a module.</summary>
    /// <exception cref="UnknownPlatformException">The module has none for it.</exception>
    internal static string PathIn(string folder, NativePlatform platform, string name) =>
        platform.Floor is null
            ? throw new UnknownPlatformException(platform)
            : Path.Combine(folder, platform.Identifier, platform.FileName(name));

    private void CheckVersion()
    {
        uint found;
        try
        {
            found = _version();
        }
        catch (EntryPointNotFoundException error)
        {
            throw new LibraryMismatchException(ExpectedPath(_name), "none", _wanted, error);
        }

        if (found != _wanted)
        {
            throw new LibraryMismatchException(ExpectedPath(_name), found.ToString(), _wanted);
        }
    }
}
