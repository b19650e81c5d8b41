using System;
using System.Threading;

namespace ManagedIdentity.Models;

/// <summary>Owns a client of the native library. Its handles are numbers that are never given out twice.</summary>
internal sealed class ClientHandle : IDisposable
{
    private readonly Action<ulong> _free;
    private long _value;

    public ClientHandle(ulong value, Action<ulong> free)
    {
        _value = unchecked((long)value);
        _free = free;
    }

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
            _free(value);
        }
    }
}
