using System.Management.Automation;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gives roles to managed identities, or to people and groups. Who has the role already keeps it, and gets no second
/// assignment.
/// </summary>
[Cmdlet(
    VerbsCommon.New,
    "IdentityRoleAssignment",
    DefaultParameterSetName = ParameterSets.ByIdentity,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(IdentityRoleAssignment))]
public sealed class NewIdentityRoleAssignmentCommand : RoleChangeCmdlet
{
    /// <summary>
    /// Who gets the role: identities, virtual machines or scale sets, which stand for their system-assigned identity,
    /// any objects with a property PrincipalId, or resource ids or names of identities.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Why, for those who look at it later.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>The condition under which the role counts, in Azure's language for conditions.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Condition { get; set; }

    /// <summary>The version of that language. Without it, 2.0.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConditionVersion { get; set; }

    /// <summary>
    /// How long to wait for a principal that is unknown, in seconds. Without it, two minutes for one that is known to
    /// exist, such as an identity that was just created, and 30 seconds for any other -PrincipalId, which may be mistyped.
    /// </summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int? PrincipalWaitSec { get; set; }

    private protected override void Process() => ForEachRole(InputObject, Give);

    private void Give(RolePrincipal principal, RoleScope scope, RoleReference role, object? input)
    {
        var request = new RoleAssignmentCreateRequest(Client, principal, scope, role)
        {
            Description = Description,
            Condition = Condition,
            ConditionVersion = ConditionVersion,
            PrincipalWaitSec = PrincipalWaitSec,
        };
        Change(request, "Assign a role", input);
    }
}
