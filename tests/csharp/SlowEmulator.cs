using System;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Tests;

/// <summary>An emulator that takes a minute for every answer: what is sent to it is under way for as long as a test wants.</summary>
internal sealed class SlowEmulator : IDisposable
{
    private readonly ArmEmulator _emulator = NativeEmulator.Start(new() { Latency = TimeSpan.FromMinutes(1) });

    public ClientConnectRequest Connect() => EmulatorFixture.ConnectTo(_emulator);

    public void Dispose() => NativeEmulator.Stop(_emulator);
}
