using System;
using System.Collections;
using System.Threading;

namespace ManagedIdentity.Models;

/// <summary>An emulator of Azure Resource Manager, in this process or in another.</summary>
public sealed class ArmEmulator
{
    private static ArmEmulator? s_running;

    internal ArmEmulator(ulong handle = 0) => Handle = handle;

    /// <summary>The emulator of this process, or null when none runs.</summary>
    internal static ArmEmulator? Running => Volatile.Read(ref s_running);

    /// <summary>The library's handle; 0 of one in another process.</summary>
    internal ulong Handle { get; }

    /// <summary>Its URL.</summary>
    public string Endpoint { get; internal set; } = "";

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; internal set; }

    /// <summary>The key for calls of the emulator's own interface, /_emulator, in the header x-emulator-key.</summary>
    public string AdminKey { get; internal set; } = "";

    /// <summary>The subscription that it starts with.</summary>
    public string SubscriptionId { get; internal set; } = "";

    /// <summary>Its tenant.</summary>
    public string TenantId { get; internal set; } = "";

    /// <summary>The file that keeps its state; null when the state goes with the emulator.</summary>
    public string? StatePath { get; internal set; }

    /// <summary>The state file that it started with, and goes back to on a reset; null without one.</summary>
    public string? SeedPath { get; internal set; }

    /// <summary>The file of the certificate to trust, where it serves https.</summary>
    public string? CertificateAuthorityPath { get; internal set; }

    /// <summary>
    /// The environment variables by which programs sign in to it, such as Azure's clients: for
    /// <c>Start-Process -Environment</c>.
    /// </summary>
    public VariableTable Environment { get; internal set; } = [];

    /// <summary>When it was started.</summary>
    public DateTime StartTime { get; internal set; } = DateTime.Now;

    /// <summary>Makes this the process's emulator, unless there is one.</summary>
    internal bool TryBecomeRunning() => Interlocked.CompareExchange(ref s_running, this, null) is null;

    /// <summary>Takes the process's emulator away, if it is this one: whoever succeeds must stop it.</summary>
    internal bool TryRetire() => ReferenceEquals(Interlocked.CompareExchange(ref s_running, null, this), this);

    /// <inheritdoc/>
    public override string ToString() => Endpoint;
}
