using System;
using System.Text;

namespace ManagedIdentity.Native;

/// <summary>
/// The strings of texts that come again and again, such as the resource group of listed resources. It remembers a few:
/// a text takes the place of another that falls on the same one.
/// </summary>
internal static unsafe class SharedTexts
{
    private const int Places = 1024;
    private const int Longest = 256;

    // Threads may write the same place at the same time: each then has a string with its text, whichever stays.
    private static readonly Known?[] s_known = new Known?[Places];

    /// <summary>The string of a text in UTF-8.</summary>
    public static string Take(byte* text, int length)
    {
        if (length is 0 or > Longest)
        {
            return Encoding.UTF8.GetString(text, length);
        }

        var place = PlaceOf(text, length);
        var known = s_known[place];
        if (known is null || !known.Is(text, length))
        {
            s_known[place] = known = new Known(text, length);
        }

        return known.Text;
    }

    /// <summary>Where a text belongs, by its length and its last bytes, in which ids and names differ if at all.</summary>
    private static int PlaceOf(byte* text, int length)
    {
        var hash = (uint)length;
        for (var at = Math.Max(0, length - 32); at < length; at++)
        {
            hash = (hash ^ text[at]) * 16777619;
        }

        return (int)((hash ^ (hash >> 16)) % Places);
    }

    private sealed class Known
    {
        public readonly string Text;
        private readonly byte[] _bytes;

        public Known(byte* text, int length)
        {
            Text = Encoding.UTF8.GetString(text, length);
            _bytes = new byte[length];
            fixed (byte* bytes = _bytes)
            {
                Buffer.MemoryCopy(text, bytes, length, length);
            }
        }

        public bool Is(byte* text, int length)
        {
            if (_bytes.Length != length)
            {
                return false;
            }

            fixed (byte* bytes = _bytes)
            {
                var at = 0;
                for (; at + sizeof(ulong) <= length; at += sizeof(ulong))
                {
                    if (*(ulong*)(bytes + at) != *(ulong*)(text + at))
                    {
                        return false;
                    }
                }

                for (; at < length; at++)
                {
                    if (bytes[at] != text[at])
                    {
                        return false;
                    }
                }
            }

            return true;
        }
    }
}
