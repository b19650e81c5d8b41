using System;
using System.IO;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Inputs;

/// <summary>Files that a user names by a path of PowerShell.</summary>
internal static class UserFile
{
    /// <summary>The path in the file system.</summary>
    /// <exception cref="ManagedIdentityException">It is none.</exception>
    public static string Resolve(PathIntrinsics paths, string parameter, string path)
    {
        try
        {
            var full = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return provider.Name == "FileSystem" ? full : throw Invalid(parameter, path, "it must be a file in the file system.");
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ArgumentException or NotSupportedException)
        {
            throw Invalid(parameter, path, error.Message);
        }
    }

    /// <summary>The text of a file.</summary>
    /// <exception cref="ManagedIdentityException">There is none, or it can't be read.</exception>
    public static string Read(PathIntrinsics paths, string parameter, string path) =>
        Use(parameter, path, () => File.ReadAllText(Resolve(paths, parameter, path)));

    /// <summary>The name of a file without its folder and its extension.</summary>
    /// <exception cref="ManagedIdentityException">No file can have it.</exception>
    public static string Name(string parameter, string path) =>
        Use(parameter, path, () => Path.GetFileNameWithoutExtension(path));

    /// <summary>
    /// What a function of .NET returns of a path. The path itself is refused by different functions in .NET and .NET
    /// Framework, and with different exceptions.
    /// </summary>
    /// <exception cref="ManagedIdentityException">It does not work with this path.</exception>
    public static T Use<T>(string parameter, string path, Func<T> function)
    {
        try
        {
            return function();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Invalid(parameter, path, error.Message);
        }
    }

    private static ManagedIdentityException Invalid(string parameter, string path, string rule) =>
        Failures.Invalid($"Invalid{parameter}", parameter, path, rule);
}
