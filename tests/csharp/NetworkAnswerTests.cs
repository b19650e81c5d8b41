using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Runtime.InteropServices;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>What the library asks about proxies and browsers.</summary>
public sealed class NetworkAnswerTests : IDisposable
{
    private const string Page = "https://login.example/authorize?a=b&c=%20d";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_settings_decide_for_each_host()
    {
        var settings = new Settings();
        var through = ProxyAnswers.Find(new Uri("https://far.example/"), settings);
        Assert.Equal((AnswerOutcome.Proxy, "http://proxy.example:3128/"), (through.Outcome, through.Proxy));
        Assert.Null(through.ProxyUser);
        foreach (var direct in new[] { "https://near.example/", "https://itself.example/", "https://none.example/" })
        {
            var answer = ProxyAnswers.Find(new Uri(direct), settings);
            Assert.Equal((AnswerOutcome.Proxy, null), (answer.Outcome, answer.Proxy));
        }

        Assert.Null(ProxyAnswers.Find(new Uri("https://far.example/"), null).Proxy);
    }

    [Fact]
    public void The_credential_of_the_settings_counts_where_it_has_a_name()
    {
        var settings = new Settings { Credentials = new NetworkCredential("ann", "marked") };
        using var known = ProxyAnswers.Find(new Uri("https://far.example/"), settings);
        Assert.Equal("ann", known.ProxyUser);
        Assert.Equal("marked", new NetworkCredential("", known.ProxyPassword).Password);
        settings.Credentials = CredentialCache.DefaultNetworkCredentials;
        using var session = ProxyAnswers.Find(new Uri("https://far.example/"), settings);
        Assert.Null(session.ProxyUser);
        Assert.Null(session.ProxyPassword);
    }

    [Fact]
    public void A_browser_is_the_first_that_is_there()
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
        {
            return;
        }

        foreach (var name in new[] { "mine", "xdg-open" })
        {
            File.WriteAllText(Path.Combine(_folder, name), "");
        }

        var mine = Path.Combine(_folder, "mine");
        var opener = Path.Combine(_folder, "xdg-open");
        Assert.Equal(new[] { mine, Page }, Command(("BROWSER", "mine %s &")));
        Assert.Equal(new[] { mine, $"--url={Page}", "-x" }, Command(("BROWSER", $"/nowhere/it:{mine} --url=%s -x:other")));
        Assert.Equal(new[] { opener, Page }, Command(("DISPLAY", ":0")));
        Assert.Equal(new[] { opener, Page }, Command(("BROWSER", "bin/mine:nowhere::"), ("WAYLAND_DISPLAY", "w")));
        Assert.Null(Command());
        Assert.Null(Command(("BROWSER", "nowhere")));
        Assert.Null(Command(("PATH", ".:"), ("BROWSER", "mine"), ("DISPLAY", ":0")));
    }

    private string[]? Command(params (string Name, string Value)[] variables)
    {
        var all = new Dictionary<string, string> { ["PATH"] = $"relative:{_folder}" };
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        return BrowserAnswers.Command(Page, name => all.TryGetValue(name, out var value) ? value : null);
    }

    /// <summary>Settings as a script makes them: another answer for each host.</summary>
    private sealed class Settings : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => destination.Host switch
        {
            "far.example" => new Uri("http://proxy.example:3128"),
            "none.example" => null,
            _ => destination,
        };

        public bool IsBypassed(Uri host) => host.Host == "near.example";
    }
}
