namespace ManagedIdentity.Native.Requests;

/// <summary>The end of an emulator.</summary>
internal sealed class StopEmulatorRequest(ulong emulator) : Request
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag) =>
        NativeMethods.mi_emulator_stop(emulator, queue, tag);
}
