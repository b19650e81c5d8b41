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

/// <summary>There is no native library where it is expected, or the system does not load it.</summary>
internal sealed class LibraryNotLoadedException(string path, bool exists, Exception cause) : NativeException(cause.Message, cause)
{
    public string Path { get; } = path;

    public bool Exists { get; } = exists;
}

/// <summary>The native library that is loaded is of another version of the module.</summary>
internal sealed class LibraryMismatchException(string found, uint wanted, Exception? cause = null)
    : NativeException($"version {found} in place of {wanted}", cause)
{
    public string Found { get; } = found;

    public uint Wanted { get; } = wanted;
}
