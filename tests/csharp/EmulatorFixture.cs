using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Runtime.Serialization.Json;
using System.Security;
using System.Xml;
using System.Xml.Linq;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Tests;

/// <summary>An emulator that runs in the library, and a connection to it.</summary>
public sealed class EmulatorFixture : IDisposable
{
    internal const string Group = "myResourceGroup";

    private readonly ArmEmulator _emulator;

    /// <summary>Starts the emulator and connects.</summary>
    public EmulatorFixture()
    {
        _emulator = NativeEmulator.Start(new() { OperationTime = TimeSpan.Zero });
        Connection = Run.Item<ManagedIdentityConnection>(Connect());
    }

    internal ManagedIdentityConnection Connection { get; }

    internal ArmEmulator Emulator => _emulator;

    internal ulong Client => Connection.Client;

    /// <summary>A sign-in to the emulator.</summary>
    internal ClientConnectRequest Connect() => ConnectTo(_emulator);

    /// <summary>A sign-in to an emulator.</summary>
    internal static ClientConnectRequest ConnectTo(ArmEmulator emulator)
    {
        var request = new ClientConnectRequest { Endpoint = emulator.Endpoint };
        request.SignInToEmulator(NativeEmulator.Seed());
        return request;
    }

    /// <summary>A sign-in with an access token of the emulator.</summary>
    internal ClientConnectRequest ConnectWithToken(string? account) => new()
    {
        Credential = CredentialKind.AccessToken,
        Endpoint = _emulator.Endpoint,
        ClientId = account,
        Secret = Secure(Token()),
    };

    internal static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (var character in text)
        {
            secure.AppendChar(character);
        }

        return secure;
    }

    internal static ResourceTarget Target(string name) => new() { ResourceGroupName = Group, Name = name };

    /// <summary>Calls the emulator's own interface.</summary>
    internal void Admin(string method, string path, string? body)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_emulator.Endpoint) };
        using var call = new HttpRequestMessage(new HttpMethod(method), new Uri($"_emulator/{path}", UriKind.Relative))
        {
            Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        call.Headers.Add("x-emulator-key", _emulator.AdminKey);
        http.SendAsync(call).Result.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Connection.Close(ConnectionEnd.Disconnected);
        NativeEmulator.Stop(_emulator);
    }

    /// <summary>An access token, as any client gets one.</summary>
    private string Token()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_emulator.Endpoint) };
        var about = Json(http.GetAsync(new Uri("_emulator", UriKind.Relative)).Result);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = about["clientId"],
            ["client_secret"] = about["clientSecret"],
            ["scope"] = $"{_emulator.Endpoint}/.default",
        });
        var path = new Uri($"{about["tenantId"]}/oauth2/v2.0/token", UriKind.Relative);
        return Json(http.PostAsync(path, form).Result)["access_token"];
    }

    private static Dictionary<string, string> Json(HttpResponseMessage answer)
    {
        using var reader = JsonReaderWriterFactory.CreateJsonReader(answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync().Result, XmlDictionaryReaderQuotas.Max);
        return XElement.Load(reader).Elements().ToDictionary(member => member.Name.LocalName, member => member.Value);
    }
}
