using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ManagedIdentity.Native;

/// <summary>Starts the user's browser.</summary>
internal static class BrowserAnswers
{
    /// <summary>
    /// Runs a program without the terminal: what it prints is not the cmdlet's, and Ctrl+C, which ends the cmdlet, must
    /// not end the browser. A shell starts programs in the background so.
    /// </summary>
    private const string InBackground = "\"$@\" >/dev/null 2>&1 </dev/null &";

    /// <summary>What opens a page in the user's browser on Linux.</summary>
    private static readonly string[] s_openers = ["xdg-open", "gnome-open", "wslview"];

    /// <summary>Starts the browser with a page, or says why it can't.</summary>
    public static HostAnswer Open(string url)
    {
        try
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                Process.Start(new ProcessStartInfo(url) { UseShellExecute = true })?.Dispose();
                return new HostAnswer { Outcome = AnswerOutcome.Opened };
            }

            if (Command(url, Environment.GetEnvironmentVariable) is not { } command)
            {
                return Failed("there is no browser, or no display");
            }

            Start(command);
            return new HostAnswer { Outcome = AnswerOutcome.Opened };
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or IOException)
        {
            return Failed(error.Message);
        }
    }

    /// <summary>
    /// The command that opens a page: the first of $env:BROWSER that is there, or else the system's. Null when there is
    /// none, as on a machine without a display.
    /// </summary>
    internal static string[]? Command(string url, Func<string, string?> variable)
    {
        var named = (variable("BROWSER") ?? "").Split(':')
            .Select(entry => Words(entry, url))
            .FirstOrDefault(words => words.Length > 0 && Find(words[0], variable) is not null);
        if (named is not null)
        {
            named[0] = Find(named[0], variable)!;
            return named;
        }

        if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
        {
            return ["/usr/bin/open", url];
        }

        var isSet = (string name) => !string.IsNullOrEmpty(variable(name));
        if (!isSet("DISPLAY") && !isSet("WAYLAND_DISPLAY") && !isSet("WSL_DISTRO_NAME"))
        {
            return null;
        }

        var opener = s_openers.Select(name => Find(name, variable)).FirstOrDefault(path => path is not null);
        return opener is null ? null : [opener, url];
    }

    /// <summary>
    /// The words of an entry of $env:BROWSER. The page takes the place of %s, or comes last. Every browser runs in the
    /// background, which an ampersand at the end asks for.
    /// </summary>
    private static string[] Words(string entry, string url)
    {
        var words = entry.TrimEnd(' ', '&').Split([' '], StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 || words.Any(word => word.Contains("%s"))
            ? words.Select(word => word.Replace("%s", url)).ToArray()
            : [.. words, url];
    }

    /// <summary>A program by its full path, or in the full paths of the PATH.</summary>
    private static string? Find(string program, Func<string, string?> variable)
    {
        if (Path.IsPathRooted(program))
        {
            return File.Exists(program) ? program : null;
        }

        return program.Contains("/")
            ? null
            : (variable("PATH") ?? "").Split(Path.PathSeparator)
                .Where(Path.IsPathRooted)
                .Select(folder => Path.Combine(folder, program))
                .FirstOrDefault(File.Exists);
    }

    private static void Start(IEnumerable<string> command)
    {
        var arguments = new[] { "-c", InBackground, "sh" }.Concat(command).Select(Quoted);
        var shell = new ProcessStartInfo("/bin/sh", string.Join(" ", arguments)) { UseShellExecute = false };
        using var started = Process.Start(shell);
        started?.WaitForExit();
    }

    /// <summary>A word of a command line, as .NET reads it on every platform: backslashes count before quotes alone.</summary>
    private static string Quoted(string word) =>
        $"\"{Regex.Replace(Regex.Replace(word, @"(\\*)""", @"$1$1\"""), @"(\\+)$", "$1$1")}\"";

    private static HostAnswer Failed(string why) => new() { Outcome = AnswerOutcome.Failed, Message = why };
}
