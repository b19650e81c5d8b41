using System.Collections.Generic;
using System.Linq;
using ManagedIdentity.Models;

namespace ManagedIdentity.Native.Requests;

/// <summary>A change to a machine's identity.</summary>
internal sealed unsafe class UpdateVmIdentityRequest(ulong client, MachineKind kind, ResourceTarget target)
    : ChangeRequest(client, target)
{
    /// <summary>The kinds that there shall be, and nothing else than named; null when what is not named stays.</summary>
    public VmIdentityType? ExactType { get; set; }

    /// <summary>One of <c>AZMI_SYSTEM_ASSIGNED_*</c>.</summary>
    public uint SystemAssigned { get; set; }

    /// <summary>The identities to add, or all that there shall be.</summary>
    public IReadOnlyList<string> Add { get; set; } = [];

    public IReadOnlyList<string> Remove { get; set; } = [];

    /// <summary>Whether to drop references to identities that do not exist any more.</summary>
    public bool RemoveMissing { get; set; }

    /// <summary>The instances of a scale set that take the change, "*" for all; empty for none.</summary>
    public IReadOnlyList<string> UpgradeInstance { get; set; } = [];

    public bool NoWait { get; set; }

    private uint Upgrade =>
        UpgradeInstance.Count == 0 ? NativeMethods.AZMI_UPGRADE_NONE
        : UpgradeInstance.Contains("*") ? NativeMethods.AZMI_UPGRADE_ALL
        : NativeMethods.AZMI_UPGRADE_LISTED;

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiVmIdentityUpdateRequest
        {
            machine = (uint)kind,
            target = scope.Target(Target),
            change = ExactType is null ? NativeMethods.AZMI_CHANGE_MERGE : NativeMethods.AZMI_CHANGE_EXACT,
            identity_type = (uint)ExactType.GetValueOrDefault(),
            system_assigned = SystemAssigned,
            add = scope.Texts(Add),
            add_len = (nuint)Add.Count,
            remove = scope.Texts(Remove),
            remove_len = (nuint)Remove.Count,
            remove_missing = RemoveMissing ? (byte)1 : (byte)0,
            upgrade = Upgrade,
            instances = scope.Texts(UpgradeInstance),
            instances_len = (nuint)UpgradeInstance.Count,
            no_wait = NoWait ? (byte)1 : (byte)0,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_vm_identity_update(Client, &request, queue, tag);
    }
}
