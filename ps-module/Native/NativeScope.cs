using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace ManagedIdentity.Native;

/// <summary>
/// Owns all memory that is passed to one native call, which copies what it needs. The memory is outside the managed
/// heap, where nothing moves it, and is overwritten at the end: some of it may be a secret.
/// </summary>
internal sealed unsafe class NativeScope : IDisposable
{
    private Block? _last;

    /// <summary>A text; null is "not given", which differs from an empty one.</summary>
    public AzmiStr Text(string? text)
    {
        if (text is null)
        {
            return default;
        }

        fixed (char* characters = text)
        {
            return Encode(characters, text.Length);
        }
    }

    /// <summary>A secret, which never becomes a string.</summary>
    public AzmiStr Secret(SecureString? secret)
    {
        if (secret is null)
        {
            return default;
        }

        var clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            return Encode((char*)clear, secret.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }

    /// <summary>Bytes, in base64; null is "not given".</summary>
    public AzmiStr Base64(byte[]? bytes) => Text(bytes is null ? null : Convert.ToBase64String(bytes));

    /// <summary>An array of texts; null is "not given".</summary>
    public AzmiStr* Texts(IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            return null;
        }

        var array = (AzmiStr*)Allocate(texts.Count * sizeof(AzmiStr));
        for (var i = 0; i < texts.Count; i++)
        {
            array[i] = Text(texts[i]);
        }

        return array;
    }

    /// <summary>An array of tags; null is "not given".</summary>
    public AzmiTag* Tags(IReadOnlyList<KeyValuePair<string, string>>? tags)
    {
        if (tags is null)
        {
            return null;
        }

        var array = (AzmiTag*)Allocate(tags.Count * sizeof(AzmiTag));
        for (var i = 0; i < tags.Count; i++)
        {
            array[i] = new AzmiTag { name = Text(tags[i].Key), value = Text(tags[i].Value) };
        }

        return array;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (; _last is { } block; _last = block.Before)
        {
            var bytes = (byte*)block.Address;
            for (var i = 0; i < block.Length; i++)
            {
                bytes[i] = 0;
            }

            Marshal.FreeHGlobal(block.Address);
        }
    }

    private AzmiStr Encode(char* characters, int count)
    {
        var length = Encoding.UTF8.GetByteCount(characters, count);
        var bytes = (byte*)Allocate(length);
        Encoding.UTF8.GetBytes(characters, count, bytes, length);
        return new AzmiStr { ptr = bytes, len = (nuint)length };
    }

    private IntPtr Allocate(int length)
    {
        // Never null, also for nothing: a null pointer means "not given".
        var address = Marshal.AllocHGlobal(Math.Max(length, 1));
        _last = new Block(address, length, _last);
        return address;
    }

    /// <summary>A block of memory, and that which was allocated before it.</summary>
    private sealed class Block(IntPtr address, int length, Block? before)
    {
        public readonly IntPtr Address = address;
        public readonly int Length = length;
        public readonly Block? Before = before;
    }
}
