using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Takes roles away from managed identities, or from people and groups.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "IdentityRoleAssignment",
    DefaultParameterSetName = ParameterSets.ByIdentity,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public sealed class RemoveIdentityRoleAssignmentCommand : RoleChangeCmdlet
{
    private const string ById = "ById";
    private const string Action = "Remove a role assignment";

    /// <summary>
    /// Role assignments, as Get-IdentityRoleAssignment returns them, or their ids. With a role and a place, who has the
    /// role: identities, virtual machines or scale sets, objects with a property PrincipalId, or resource ids or names
    /// of identities.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The ids of the role assignments.</summary>
    [Parameter(ParameterSetName = ById, Mandatory = true)]
    [AllowEmptyString]
    [AllowNull]
    public string[]? Id { get; set; }

    /// <summary>Returns true for each role assignment that was removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == ById)
        {
            ForEach(Ids(), (id, input) => Remove(new RoleAssignmentDeleteRequest(Client, id), input));
            return;
        }

        foreach (var one in ParameterSetName == ParameterSets.ByInputObject ? ResourceReference.Each(InputObject) : [null])
        {
            if (one is not null && ResourceReference.RoleAssignmentId(one) is { } id)
            {
                RemoveAssignment(id, one);
            }
            else
            {
                RemoveAsGiven(one);
            }
        }
    }

    private IEnumerable<(object? Input, Func<string> Id)> Ids() =>
        Id is { Length: > 0 }
            ? Id.Select(id => ((object?)id, new Func<string>(() => id)))
            : [(null, () => throw Failures.Null(nameof(Id)))];

    private void RemoveAsGiven(PSObject? given) => ForEachRole(
        given,
        (principal, scope, role, input) => Remove(new RoleAssignmentDeleteRequest(Client, principal, scope, role), input));

    private void RemoveAssignment(string id, PSObject input)
    {
        if (NamesRoleOrScope)
        {
            // Whoever names a role wants that one taken away, and not whatever this assignment is of.
            const string Rule = "a role assignment has a role and a scope of its own. Omit -RoleDefinitionName, " +
                "-RoleDefinitionId, -Scope and -ResourceGroupName, or specify the principal instead.";
            Report(Failures.Invalid("InvalidInputObject", nameof(InputObject), id, Rule), input);
            return;
        }

        Remove(new RoleAssignmentDeleteRequest(Client, id), input);
    }

    private void Remove(RoleAssignmentDeleteRequest request, object? input) => Change(request, Action, input, Removed);

    private void Removed()
    {
        if (PassThru)
        {
            WriteObject(true);
        }
    }
}
