using System.IO;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>The emulator's own library.</summary>
public sealed class EmulatorTests
{
    [Fact]
    public void An_emulator_says_where_it_listens_and_stops_once()
    {
        var seed = NativeEmulator.Seed();
        Assert.All([seed.SubscriptionId, seed.TenantId, seed.ClientId, seed.ClientSecret], Assert.NotEmpty);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var emulator = NativeEmulator.Start(new() { StatePath = path });
        Assert.Equal($"http://127.0.0.1:{emulator.Port}", emulator.Endpoint);
        Assert.Equal(seed.SubscriptionId, emulator.SubscriptionId);
        Assert.Equal(seed.TenantId, emulator.TenantId);
        Assert.Equal(path, emulator.StatePath);
        NativeEmulator.Stop(emulator);
        Assert.True(File.Exists(path));
        File.Delete(path);
        var error = Failures.Of(Assert.Throws<CallRefusedException>(() => NativeEmulator.Stop(emulator)));
        Assert.Equal("NativeCallFailed", error.Code);
        Assert.Contains("status 17", error.Message);
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error_that_says_so()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var port = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port;
        var error = Failures.Of(Assert.Throws<CallFailedException>(() => NativeEmulator.Start(new() { Port = port })));
        Assert.Equal("EmulatorStartFailed", error.Code);
        Assert.Equal(ErrorCategory.InvalidOperation, error.Category);
        Assert.Equal("emulator", error.Target);
        Assert.Contains($":{port}", error.Message);
    }
}
