using System;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Changes the managed identity of virtual machines. With -AddIdentityId, -RemoveIdentityId, -EnableSystemAssigned and
/// -DisableSystemAssigned, what is not named stays. With -IdentityType and -IdentityId, what is not named goes.
/// </summary>
[Cmdlet(
    VerbsData.Update,
    "VmIdentity",
    DefaultParameterSetName = ByVM,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VmIdentity))]
public sealed class UpdateVmIdentityCommand : ChangeCmdlet
{
    private const string ByName = "ByName";
    private const string ByResourceId = "ByResourceId";
    // The default: with a set of mandatory names, PowerShell would take an object's Name for the input.
    private const string ByVM = "ByVM";

    /// <summary>The resource group of the virtual machines. With objects for -VM it is not needed and does not count.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByVM)]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The names of the virtual machines.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("VMName")]
    [AllowEmptyString]
    public string[] Name { get; set; } = [];

    /// <summary>The resource ids of the virtual machines.</summary>
    [Parameter(ParameterSetName = ByResourceId, Mandatory = true)]
    [AllowEmptyString]
    public string[] ResourceId { get; set; } = [];

    /// <summary>
    /// Objects that stand for virtual machines: those of Get-VmIdentity or of Azure PowerShell's Get-AzVM, any with a
    /// property Id or ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ByVM, Mandatory = true, ValueFromPipeline = true)]
    [Alias("InputObject", "VirtualMachine")]
    public PSObject? VM { get; set; }

    /// <summary>
    /// The identities to add: resource ids, identity objects, or names of identities in the virtual machine's
    /// resource group.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[] AddIdentityId { get; set; } = [];

    /// <summary>
    /// The identities to remove: resource ids, identity objects, or names of identities in the virtual machine's
    /// resource group.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[] RemoveIdentityId { get; set; } = [];

    /// <summary>Turns the system-assigned identity on.</summary>
    [Parameter]
    public SwitchParameter EnableSystemAssigned { get; set; }

    /// <summary>Turns the system-assigned identity off.</summary>
    [Parameter]
    public SwitchParameter DisableSystemAssigned { get; set; }

    /// <summary>
    /// The kinds of identity that there shall be: SystemAssigned, UserAssigned, SystemAssignedUserAssigned or None.
    /// Identities that -IdentityId does not name are removed.
    /// </summary>
    [Parameter]
    public VmIdentityType IdentityType { get; set; }

    /// <summary>
    /// All the user-assigned identities that there shall be: resource ids, identity objects, or names of identities
    /// in the virtual machine's resource group. Goes with -IdentityType.
    /// </summary>
    [Parameter]
    public object[]? IdentityId { get; set; }

    /// <summary>Returns as soon as Azure has accepted the change, and does not wait for its end.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private bool IsExact => IsBound(nameof(IdentityType));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Contradiction() is { } message)
        {
            Fail(Failures.Invalid("InvalidIdentityChange", message));
        }
    }

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case ByResourceId:
                foreach (var id in ResourceId)
                {
                    Update(() => new ResourceTarget { ResourceId = id }, id);
                }

                break;
            case ByVM:
                foreach (var vm in ResourceReference.Each(VM!))
                {
                    Update(() => Target(vm), vm);
                }

                break;
            default:
                foreach (var name in Name)
                {
                    Update(() => Named(name), name);
                }

                break;
        }
    }

    private void Update(Func<ResourceTarget> target, object input)
    {
        UpdateVmIdentityRequest request;
        try
        {
            request = Request(target());
        }
        catch (ManagedIdentityException error)
        {
            Report(error, input);
            return;
        }

        Change(request, "Update the identity of virtual machine", input);
    }

    private UpdateVmIdentityRequest Request(ResourceTarget target) => new(Client, target)
    {
        ExactType = IsExact ? IdentityType : null,
        SystemAssigned =
            EnableSystemAssigned ? NativeMethods.MI_SYSTEM_ASSIGNED_ENABLE
            : DisableSystemAssigned ? NativeMethods.MI_SYSTEM_ASSIGNED_DISABLE
            : NativeMethods.MI_SYSTEM_ASSIGNED_KEEP,
        Add = IsExact ? Identities(nameof(IdentityId), IdentityId ?? []) : Identities(nameof(AddIdentityId), AddIdentityId),
        Remove = Identities(nameof(RemoveIdentityId), RemoveIdentityId),
        NoWait = NoWait,
    };

    private static string[] Identities(string parameter, object?[] values) =>
        values.Select(value => ResourceReference.Identity(parameter, value)).ToArray();

    /// <summary>A text is a name where a group is given with it, and else an id.</summary>
    private ResourceTarget Target(PSObject vm) =>
        vm.BaseObject is string name && IsBound(nameof(ResourceGroupName)) && !name.StartsWith("/", StringComparison.Ordinal)
            ? Named(name)
            : ResourceReference.Target(nameof(VM), vm);

    private ResourceTarget Named(string name) => new()
    {
        SubscriptionId = SubscriptionId,
        ResourceGroupName = ResourceGroupName,
        Name = name,
    };

    /// <summary>Why the two forms can't be made out, or null when they can.</summary>
    private string? Contradiction()
    {
        if (EnableSystemAssigned && DisableSystemAssigned)
        {
            return "-EnableSystemAssigned and -DisableSystemAssigned can't be given together.";
        }

        if (!IsExact)
        {
            return IsBound(nameof(IdentityId))
                ? "-IdentityId names all identities that there shall be, and goes with -IdentityType. To add some and keep the rest, use -AddIdentityId."
                : null;
        }

        string[] merging = [nameof(AddIdentityId), nameof(RemoveIdentityId), nameof(EnableSystemAssigned), nameof(DisableSystemAssigned)];
        return merging.FirstOrDefault(IsBound) is { } other
            ? $"-IdentityType says all that there shall be, and -{other} only what is to change: give one or the other."
            : null;
    }

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
