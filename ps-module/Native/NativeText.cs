using System.Text;

namespace ManagedIdentity.Native;

/// <summary>Texts of the native library as strings.</summary>
internal static unsafe class NativeText
{
    /// <summary>The text, or null when it is not given.</summary>
    public static string? Read(this AzmiStr text) =>
        text.ptr is null ? null : Encoding.UTF8.GetString(text.ptr, checked((int)text.len));

    /// <summary>
    /// The text, or null when it is not given: as a string that objects share which have the same text, so that a long
    /// list takes less memory.
    /// </summary>
    public static string? ReadShared(this AzmiStr text) => text.ptr is null ? null : SharedTexts.Take(text.ptr, checked((int)text.len));

    /// <summary>The text; empty when it is not given.</summary>
    public static string ReadOrEmpty(this AzmiStr text) => text.Read() ?? "";

    /// <summary>What a status means.</summary>
    public static string OfStatus(int status)
    {
        // A status of the emulator's library may come before the other is loaded.
        NativeLoader.Library.Require();
        return NativeMethods.azmi_status_text(status).ReadOrEmpty();
    }
}
