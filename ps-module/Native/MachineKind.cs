namespace ManagedIdentity.Native;

/// <summary>What identities can be assigned to.</summary>
internal enum MachineKind : uint
{
    /// <summary>A virtual machine.</summary>
    VirtualMachine = NativeMethods.AZMI_MACHINE_VM,

    /// <summary>A virtual machine scale set.</summary>
    ScaleSet = NativeMethods.AZMI_MACHINE_SCALE_SET,
}
