using System;

// Each is made in this folder alone, from what it is about.
#pragma warning disable RCS1194

namespace ManagedIdentity.Native;

/// <summary>A native library could not do what it was called for.</summary>
internal abstract class NativeException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A native library refused a call.</summary>
internal sealed class CallRefusedException(int status) : NativeException(NativeText.OfStatus(status))
{
    public int Status { get; } = status;
}

/// <summary>A native library reported why it did not do what it was called for.</summary>
internal sealed class CallFailedException(OperationFailure failure) : NativeException(failure.Message)
{
    public OperationFailure Failure { get; } = failure;
}

/// <summary>The system does not load a native library.</summary>
internal sealed class LibraryNotLoadedException(NativePlatform platform, string path, LoadFailure failure, Exception? cause = null)
    : NativeException(failure.Reason, cause)
{
    public NativePlatform Platform { get; } = platform;

    public string Path { get; } = path;

    public LoadFailure Failure { get; } = failure;
}

/// <summary>The module has no native libraries for the platform of this process.</summary>
internal sealed class UnknownPlatformException(NativePlatform platform)
    : NativeException($"no native library for {platform.Identifier}")
{
    public NativePlatform Platform { get; } = platform;
}

/// <summary>The native library that is loaded is of another version of the module.</summary>
internal sealed class LibraryMismatchException(string path, string found, uint wanted, Exception? cause = null)
    : NativeException($"version {found} in place of {wanted}", cause)
{
    public string Path { get; } = path;

    public string Found { get; } = found;

    public uint Wanted { get; } = wanted;
}

/// <summary>Windows PowerShell has another library of that name, and binds imports to that one.</summary>
internal sealed class OtherLibraryLoadedException(string path)
    : NativeException("another library of that name is loaded in this process")
{
    public string Path { get; } = path;
}
