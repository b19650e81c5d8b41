using System;
using System.ComponentModel;
using System.Net;
using System.Net.Http;
using System.Reflection;

namespace ManagedIdentity.Native;

/// <summary>
/// Answers which proxy is on the way to a service: .NET knows the system's settings, with an entry for each scheme and
/// with scripts (PAC).
/// </summary>
internal static class ProxyAnswers
{
    /// <summary>What .NET made of environment variables when it first looked; the library reads those of now.</summary>
    private const string OfEnvironment = "HttpEnvironmentProxy";

    /// <summary>
    /// The proxy of PowerShell 7's own web requests, which .NET Standard does not name. Windows PowerShell has none.
    /// </summary>
    private static readonly PropertyInfo? s_default = typeof(HttpClient).GetProperty("DefaultProxy");

    /// <summary>Finds the proxy for the URL of a service, or that there is none on the way.</summary>
    public static HostAnswer Find(string url)
    {
        try
        {
            return Find(new Uri(url), Default());
        }
        catch (Exception error) when (error is WebException or Win32Exception or InvalidOperationException or NotSupportedException)
        {
            // Settings that .NET can't read: the library reads what it can of them.
            return new HostAnswer { Outcome = AnswerOutcome.Missing };
        }
    }

    /// <summary>Finds what a proxy says of the way to a service.</summary>
    public static HostAnswer Find(Uri service, IWebProxy? proxy)
    {
        if (proxy is null)
        {
            return new HostAnswer { Outcome = AnswerOutcome.Proxy };
        }

        if (proxy.GetType().Name == OfEnvironment)
        {
            return new HostAnswer { Outcome = AnswerOutcome.Missing };
        }

        // A proxy that is bypassed may give the service itself, or nothing.
        var server = proxy.IsBypassed(service) ? null : proxy.GetProxy(service);
        if (server is null || server == service)
        {
            return new HostAnswer { Outcome = AnswerOutcome.Proxy };
        }

        // The credential of the Windows session has no name here: it is no user name and password.
        var credential = proxy.Credentials?.GetCredential(server, "Basic");
        var hasName = !string.IsNullOrEmpty(credential?.UserName);
        return new HostAnswer
        {
            Outcome = AnswerOutcome.Proxy,
            Proxy = server.AbsoluteUri,
            ProxyUser = hasName ? credential!.UserName : null,
            ProxyPassword = hasName ? credential!.SecurePassword : null,
        };
    }

    private static IWebProxy? Default() => s_default is null
        ? WebRequest.DefaultWebProxy
        : (IWebProxy?)s_default.GetValue(null);
}
