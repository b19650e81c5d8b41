using System;
using System.Collections.Generic;

namespace ManagedIdentity.Native;

/// <summary>How an emulator runs.</summary>
internal sealed class EmulatorOptions
{
    /// <summary>How long an operation on a virtual machine takes when nothing else is said.</summary>
    public static readonly TimeSpan UsualOperationTime = TimeSpan.FromSeconds(1);

    /// <summary>The port on 127.0.0.1; 0 for any free one.</summary>
    public ushort Port { get; set; }

    /// <summary>How much longer every answer takes.</summary>
    public TimeSpan Latency { get; set; }

    public TimeSpan OperationTime { get; set; } = UsualOperationTime;

    /// <summary>The full path of the file that keeps the state.</summary>
    public string? StatePath { get; set; }

    /// <summary>The full path of the state file that it starts with, which is never written.</summary>
    public string? SeedPath { get; set; }

    /// <summary>The full path of the folder that Azure Arc's keys are in.</summary>
    public string? ArcFolder { get; set; }

    /// <summary>The faults that requests meet from the start.</summary>
    public IReadOnlyList<string> Faults { get; set; } = [];
}
