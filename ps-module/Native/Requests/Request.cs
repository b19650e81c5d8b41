namespace ManagedIdentity.Native.Requests;

/// <summary>An operation that can be submitted.</summary>
internal abstract class Request
{
    /// <summary>Submits it.</summary>
    /// <returns>The native status.</returns>
    public abstract int Submit(NativeScope memory, ulong queue, ulong tag);
}
