using System;
using System.Threading;

namespace ManagedIdentity.Native;

/// <summary>Owns a client of the native library. Its handles are numbers that are never given out twice.</summary>
internal sealed class ClientHandle : IDisposable
{
    private long _value;

    public ClientHandle(ulong value) => _value = unchecked((long)value);

    ~ClientHandle() => Free();

    public ulong Value => unchecked((ulong)Interlocked.Read(ref _value));

    public bool IsOpen => Value != 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        var value = unchecked((ulong)Interlocked.Exchange(ref _value, 0));
        if (value != 0)
        {
            NativeMethods.azmi_client_free(value);
        }
    }
}
