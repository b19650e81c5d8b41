using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace ManagedIdentity.Native;

/// <summary>The platform of a process, by its runtime identifier, and those that the module has native libraries for.</summary>
internal sealed class NativePlatform
{
    /// <summary>The oldest system that the libraries of each platform run on, as <c>xtask/src/platform.rs</c> has it.</summary>
    private static readonly Dictionary<string, string> s_floors = new(StringComparer.Ordinal)
    {
        ["win-x64"] = "Windows 10, Windows Server 2016",
        ["win-arm64"] = "Windows 10",
        ["linux-x64"] = "glibc 2.28",
        ["linux-arm64"] = "glibc 2.28",
        ["linux-musl-x64"] = "musl 1.2.3",
        ["osx-x64"] = "macOS 11.0",
        ["osx-arm64"] = "macOS 11.0",
    };

    private static readonly Lazy<NativePlatform> s_current = new(Detect);

    public NativePlatform(string system, Architecture architecture)
    {
        System = system;
        // Of the process and not of the machine: an x86 PowerShell runs on x64 as well.
        Architecture = architecture;
    }

    /// <summary>The platform of this process.</summary>
    public static NativePlatform Current => s_current.Value;

    /// <summary>The platforms that the module has native libraries for.</summary>
    public static IReadOnlyCollection<string> All => s_floors.Keys;

    /// <summary>The first part of the identifier, such as <c>linux-musl</c>.</summary>
    public string System { get; }

    public Architecture Architecture { get; }

    /// <summary>The runtime identifier: the name of the folder that the libraries are in.</summary>
    public string Identifier => $"{System}-{Architecture.ToString().ToLowerInvariant()}";

    /// <summary>The oldest system that the libraries run on; null when there are none.</summary>
    public string? Floor => s_floors.TryGetValue(Identifier, out var floor) ? floor : null;

    /// <summary>What the file of a library is called.</summary>
    public string FileName(string library)
    {
        var extension = System switch
        {
            "win" => "dll",
            "osx" => "dylib",
            _ => "so",
        };
        return $"{library}.{extension}";
    }

    /// <summary>
    /// Whether a process of Linux runs with the C library musl, as in Alpine, where those for glibc do not load. .NET
    /// names the platform that it is made for, which before .NET 8 is the distribution; the dynamic linker of musl is
    /// part of every process that it has started.
    /// </summary>
    /// <param name="runtimeIdentifier">What .NET says; null before .NET 5.</param>
    /// <param name="maps">Reads <c>/proc/self/maps</c>.</param>
    internal static bool IsMusl(string? runtimeIdentifier, Func<string> maps) =>
        runtimeIdentifier?.Contains("musl") == true
        || runtimeIdentifier?.StartsWith("alpine", StringComparison.Ordinal) == true
        // Made for any distribution with glibc: this .NET does not start with musl. To read the maps takes milliseconds.
        || (runtimeIdentifier?.StartsWith("linux-", StringComparison.Ordinal) != true && maps().Contains("/ld-musl-"));

    private static NativePlatform Detect() => new(DetectSystem(), RuntimeInformation.ProcessArchitecture);

    private static string DetectSystem()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return "win";
        }

        if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
        {
            return "osx";
        }

        if (RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
        {
            return IsMusl(RuntimeIdentifier(), Maps) ? "linux-musl" : "linux";
        }

        return RuntimeInformation.IsOSPlatform(OSPlatform.Create("FREEBSD"))
            ? "freebsd"
            : RuntimeInformation.OSDescription.Split(' ')[0].ToLowerInvariant();
    }

    /// <summary>.NET Standard 2.0, for which this is compiled, does not have it.</summary>
    private static string? RuntimeIdentifier() =>
        typeof(RuntimeInformation).GetProperty("RuntimeIdentifier")?.GetValue(null) as string;

    private static string Maps()
    {
        try
        {
            return File.ReadAllText("/proc/self/maps");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
