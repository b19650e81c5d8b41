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
/// A cmdlet that changes the managed identity of resources. With -AddIdentityId,
/// -RemoveIdentityId, -RemoveMissing, -EnableSystemAssigned and -DisableSystemAssigned, what is not named stays. With
/// -IdentityType and -IdentityId, what is not named goes.
/// </summary>
public abstract class ResourceIdentityChangeCmdlet : ChangeCmdlet
{
    /// <summary>The resource group of the resources. Where it is given beside an object, it must be the object's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The resource ids of the resources.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [ArgumentCompleter(typeof(ResourceIdCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? ResourceId { get; set; }

    /// <summary>
    /// The identities to add: resource ids, identity objects, or names of identities in the resource's own
    /// resource group. A cell of a table may hold several, with ';' between them.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IdentityCompleter))]
    public object?[]? AddIdentityId { get; set; }

    /// <summary>
    /// The identities to remove: resource ids, identity objects, or names of identities in the resource's own
    /// resource group. A cell of a table may hold several, with ';' between them.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssignedIdentityCompleter))]
    public object?[]? RemoveIdentityId { get; set; }

    /// <summary>
    /// Drops references to identities that do not exist any more. Azure refuses every change of the identity while
    /// there is such a reference.
    /// </summary>
    [Parameter]
    public SwitchParameter RemoveMissing { get; set; }

    /// <summary>Turns the system-assigned identity on.</summary>
    [Parameter]
    public SwitchParameter EnableSystemAssigned { get; set; }

    /// <summary>Turns the system-assigned identity off.</summary>
    [Parameter]
    public SwitchParameter DisableSystemAssigned { get; set; }

    /// <summary>
    /// The kinds of identity after the change: SystemAssigned, UserAssigned, SystemAssignedUserAssigned or None.
    /// Identities that -IdentityId does not name are removed.
    /// </summary>
    [Parameter]
    public ResourceIdentityType IdentityType { get; set; }

    /// <summary>
    /// All user-assigned identities after the change: resource ids, identity objects, or names of identities
    /// in the resource's own resource group. Goes with -IdentityType.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(IdentityCompleter))]
    public object[]? IdentityId { get; set; }

    /// <summary>
    /// Removes an identity although the settings of the resource still name it, such as for its encryption key, its
    /// registry or its secrets. Without it, that is an error which says where.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns as soon as Azure has accepted the change, and does not wait for its end.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected abstract ResourceKind Kind { get; }

    /// <summary>The type of resource that was given, as a part of what a resource is called.</summary>
    private protected virtual GivenName? Type => null;

    /// <summary>The api-version that was given.</summary>
    private protected virtual string? Version => null;

    /// <summary>What one is called, such as "virtual machine".</summary>
    private protected abstract string Label { get; }

    /// <summary>The names that were given.</summary>
    private protected abstract string[]? Names { get; }

    /// <summary>The object that was given, and the parameter that it was given by.</summary>
    private protected abstract (string Parameter, PSObject? Value) Resource { get; }

    /// <summary>The instances of a scale set that take the change.</summary>
    private protected virtual string[] Instances => [];

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

    private protected sealed override void Process()
    {
        var names = new ResourceNames(
            Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name("Name", Names), Type);
        var given = new TargetParameters<ResourceTarget>(names)
        {
            ParameterSet = ParameterSetName,
            Names = Names,
            ResourceIds = ResourceId,
            Object = Resource.Value,
            ObjectParameter = Resource.Parameter,
        };
        ForEach(given, (target, input) => Change(Request(target), $"Update the identity of {Label}", input));
    }

    private ResourceIdentityUpdateRequest Request(ResourceTarget target)
    {
        var added = Identities(nameof(AddIdentityId), AddIdentityId);
        var named = Identities(nameof(IdentityId), IdentityId);
        return new ResourceIdentityUpdateRequest(Client, Kind, target)
        {
            ApiVersion = Version,
            ExactType = IsExact ? IdentityType : null,
            SystemAssigned =
                EnableSystemAssigned ? SystemAssignedChange.Enable
                : DisableSystemAssigned ? SystemAssignedChange.Disable
                : SystemAssignedChange.Keep,
            Add = IsExact ? named : added,
            Remove = Identities(nameof(RemoveIdentityId), RemoveIdentityId),
            RemoveMissing = RemoveMissing,
            UpgradeInstance = Instances,
            Force = Force,
            NoWait = NoWait,
        };
    }

    /// <summary>
    /// The identities that a parameter names. In a plan, an empty text stands for one that is not known yet. A cell of a
    /// table that is empty names none.
    /// </summary>
    private string[] Identities(string parameter, object?[]? values)
    {
        if (Given.IsOnCommandLine(parameter))
        {
            return IdentityList.Read(parameter, values, unknown: OnlyPlans ? "" : null);
        }

        var identities = IdentityList.Read(parameter, values);
        return identities.Length > 0 && IsExact
            ? throw Failures.Invalid("InvalidIdentityChange", ExactBeside(parameter))
            : identities;
    }

    /// <summary>Why the two forms can't be made out, or null when they can.</summary>
    private string? Contradiction()
    {
        if (EnableSystemAssigned && DisableSystemAssigned)
        {
            return "-EnableSystemAssigned and -DisableSystemAssigned can't be combined.";
        }

        if (!IsExact)
        {
            return IsBound(nameof(IdentityId))
                ? "-IdentityId needs -IdentityType and replaces all user-assigned identities. To add some and keep the rest, use -AddIdentityId."
                : null;
        }

        string[] merging =
        [
            nameof(AddIdentityId), nameof(RemoveIdentityId), nameof(RemoveMissing), nameof(EnableSystemAssigned),
            nameof(DisableSystemAssigned),
        ];
        return merging.FirstOrDefault(IsBound) is { } other ? ExactBeside(other) : null;
    }

    private static string ExactBeside(string other) =>
        $"-IdentityType replaces the whole identity, and -{other} changes a part of it: specify one of them.";

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
