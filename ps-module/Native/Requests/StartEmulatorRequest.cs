using System;

namespace ManagedIdentity.Native.Requests;

/// <summary>The start of an emulator in this process.</summary>
internal sealed unsafe class StartEmulatorRequest : Request
{
    public ushort Port { get; set; }

    public TimeSpan Latency { get; set; }

    public TimeSpan OperationTime { get; set; }

    public string? StatePath { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new MiEmulatorOptions
        {
            port = Port,
            latency_ms = checked((uint)Latency.TotalMilliseconds),
            operation_ms = checked((uint)OperationTime.TotalMilliseconds),
            state_path = scope.Text(StatePath),
        };
        return NativeMethods.mi_emulator_start(&request, queue, tag);
    }
}
