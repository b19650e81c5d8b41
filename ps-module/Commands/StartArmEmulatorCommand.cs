using System;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>
/// Starts an emulator of Azure Resource Manager in this process, to rehearse on. It begins with one subscription, the
/// resource group myResourceGroup in eastus, and the virtual machine myVM.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "ArmEmulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ArmEmulator))]
public sealed class StartArmEmulatorCommand : EmulatorCmdlet
{
    /// <summary>The port on 127.0.0.1. 0, the default, takes any that is free.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>How much longer every answer takes: a number of milliseconds, or a time span.</summary>
    [Parameter]
    [Milliseconds]
    public TimeSpan Latency { get; set; }

    /// <summary>
    /// How long a change to a virtual machine takes: a number of milliseconds, or a time span. One second by default.
    /// </summary>
    [Parameter]
    [Milliseconds]
    public TimeSpan OperationTime { get; set; } = EmulatorOptions.UsualOperationTime;

    /// <summary>The file that keeps the state. Without it, the state goes with the emulator.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    /// <summary>
    /// The state file to start with, and to go back to with Reset-ArmEmulator. It is never written. What -StatePath has
    /// already comes before it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SeedPath { get; set; }

    /// <summary>
    /// The faults that requests meet, by name. A number after a colon says how many times, a method after @ which
    /// requests: Throttled, Throttled:2, Conflict:1@PUT. Without a number, a fault happens each time.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(FaultCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Fault { get; set; } = [];

    /// <summary>
    /// The folder in which the emulator, as Azure Arc, puts its keys. Without it, it is a new folder that only this user
    /// can read.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ArcFolder { get; set; }

    private protected override void Process()
    {
        if (ArmEmulator.Running is { } running)
        {
            Fail(Failures.EmulatorRunning(running.Endpoint), running);
        }

        var path = StatePath is null ? null : FilePath(nameof(StatePath), StatePath);
        var seed = SeedPath is null ? null : FilePath(nameof(SeedPath), SeedPath);
        var folder = ArcFolder is null ? null : FilePath(nameof(ArcFolder), ArcFolder);
        if (ShouldProcess(Port == 0 ? "127.0.0.1" : $"127.0.0.1:{Port}", "Start emulator"))
        {
            WriteObject(StartEmulator(new EmulatorOptions
            {
                Port = checked((ushort)Port),
                Latency = Latency,
                OperationTime = OperationTime,
                StatePath = path,
                SeedPath = seed,
                ArcFolder = folder,
                Faults = Fault,
            }));
        }
    }
}
