using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Linq;

namespace ManagedIdentity.Native;

/// <summary>Why the system does not load a library.</summary>
internal enum LoadFailureKind
{
    /// <summary>There is no file.</summary>
    FileMissing,

    /// <summary>The file is damaged, or made for another platform.</summary>
    NotALibrary,

    /// <summary>A library that it needs is missing, or lacks what it needs.</summary>
    DependencyMissing,

    /// <summary>Any other reason, such as a permission.</summary>
    Refused,
}

/// <summary>Why the system does not load a library, with the system's own words for it.</summary>
internal sealed class LoadFailure
{
    /// <summary>
    /// What dynamic linkers (of glibc, musl and macOS) say, and what it means. The first that is found counts.
    /// </summary>
    private static readonly (string Said, LoadFailureKind Kind)[] s_signs =
    [
        ("required by", LoadFailureKind.DependencyMissing),
        ("needed by", LoadFailureKind.DependencyMissing),
        ("undefined symbol", LoadFailureKind.DependencyMissing),
        ("symbol not found", LoadFailureKind.DependencyMissing),
        ("Symbol not found", LoadFailureKind.DependencyMissing),
        ("Library not loaded", LoadFailureKind.DependencyMissing),
        ("ELF", LoadFailureKind.NotALibrary),
        ("file too short", LoadFailureKind.NotALibrary),
        ("Exec format error", LoadFailureKind.NotALibrary),
        ("incompatible architecture", LoadFailureKind.NotALibrary),
        ("not a mach-o file", LoadFailureKind.NotALibrary),
        ("slice is not valid mach-o file", LoadFailureKind.NotALibrary),
    ];

    /// <summary>What the linker of glibc says of a file that is not there.</summary>
    private const string CannotOpen = "cannot open shared object file: No such file";

    private LoadFailure(LoadFailureKind kind, string reason)
    {
        Kind = kind;
        Reason = reason;
    }

    public LoadFailureKind Kind { get; }

    /// <summary>The reason in the words of the system, without a full stop.</summary>
    public string Reason { get; }

    /// <summary>Of a library whose file is not there.</summary>
    public static LoadFailure NoFile { get; } = new(LoadFailureKind.FileMissing, "the file does not exist");

    /// <summary>From the number of a Win32 error. The file is there.</summary>
    public static LoadFailure OfWindows(int code)
    {
        var kind = code switch
        {
            // ERROR_FILE_NOT_FOUND, ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND
            2 or 126 or 127 => LoadFailureKind.DependencyMissing,
            // ERROR_BAD_FORMAT, ERROR_BAD_EXE_FORMAT, ERROR_EXE_MACHINE_TYPE_MISMATCH, ERROR_FILE_INVALID
            11 or 193 or 216 or 1006 => LoadFailureKind.NotALibrary,
            _ => LoadFailureKind.Refused,
        };
        // Of some texts the first word is a placeholder, which nothing fills.
        var text = new Win32Exception(code).Message.TrimEnd('.', ' ').Replace("%1", "the file");
        return new(kind, $"{text} (Win32 error {code})");
    }

    /// <summary>
    /// From what .NET says where it is not Windows: a line of its own, and after it what the dynamic linker said. The
    /// file is there.
    /// </summary>
    public static LoadFailure OfUnix(string path, string message)
    {
        var lines = message.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var said = lines.Count > 1 ? lines.Skip(1).Distinct() : lines;
        var reason = string.Join(" ", said).TrimEnd('.');
        return new(KindOf(path, reason), reason);
    }

    private static LoadFailureKind KindOf(string path, string reason)
    {
        if (reason.Contains(CannotOpen))
        {
            // The linker of glibc says the same of a library that is there, when that is for another architecture.
            return reason.StartsWith(path, StringComparison.Ordinal)
                ? LoadFailureKind.NotALibrary
                : LoadFailureKind.DependencyMissing;
        }

        IEnumerable<LoadFailureKind> found = s_signs.Where(sign => reason.Contains(sign.Said)).Select(sign => sign.Kind);
        return found.DefaultIfEmpty(LoadFailureKind.Refused).First();
    }
}
