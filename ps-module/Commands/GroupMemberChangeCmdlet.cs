using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that changes who is in a group of the directory.</summary>
public abstract class GroupMemberChangeCmdlet : ChangeCmdlet
{
    /// <summary>The name of the parameter set that takes object ids.</summary>
    protected const string ByPrincipalId = "ByPrincipalId";

    /// <summary>The group: its object id, or its display name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("GroupId", "GroupName")]
    [ArgumentCompleter(typeof(DirectoryGroupCompleter))]
    [AllowEmptyString]
    public string Group { get; set; } = "";

    /// <summary>
    /// The members: user-assigned identities, system-assigned identities, virtual machines or scale sets, which stand
    /// for their system-assigned identity, or any objects with a property PrincipalId.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [Alias("Member")]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The object ids of the members.</summary>
    [Parameter(ParameterSetName = ByPrincipalId, Mandatory = true)]
    [AllowEmptyString]
    [AllowNull]
    public string[]? PrincipalId { get; set; }

    /// <summary>Changes that one is in the group, or is not.</summary>
    private protected abstract void Change(string principalId, object? input);

    private protected sealed override void Process()
    {
        var given = ParameterSetName == ByPrincipalId ? PSObject.AsPSObject(PrincipalId ?? []) : InputObject;
        var parameter = ParameterSetName == ByPrincipalId ? nameof(PrincipalId) : nameof(InputObject);
        foreach (var one in ResourceReference.Each(given).DefaultIfEmpty())
        {
            Try(() => Change(ResourceReference.PrincipalId(parameter, one, Subscription), one), one);
        }
    }
}
