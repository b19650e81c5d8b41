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
    public static string Read(PathIntrinsics paths, string parameter, string path)
    {
        try
        {
            return File.ReadAllText(Resolve(paths, parameter, path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Invalid(parameter, path, error.Message);
        }
    }

    private static ManagedIdentityException Invalid(string parameter, string path, string rule) =>
        Failures.Invalid($"Invalid{parameter}", parameter, path, rule);
}
