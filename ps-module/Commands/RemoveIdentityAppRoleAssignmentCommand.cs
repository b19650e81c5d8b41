using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Takes application permissions of an API away from managed identities.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "IdentityAppRoleAssignment",
    DefaultParameterSetName = ParameterSets.ByIdentity,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public sealed class RemoveIdentityAppRoleAssignmentCommand : PrincipalChangeCmdlet
{
    private const string Action = "Remove an application permission";

    /// <summary>The permissions: their values, such as User.Read.All, or the ids of the app roles.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity, Position = 0, Mandatory = true)]
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal, Position = 0, Mandatory = true)]
    [ArgumentCompleter(typeof(AppRoleCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? Permission { get; set; }

    /// <summary>The API: its display name, application id or object id. Without it, Microsoft Graph.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ApiCompleter))]
    [ValidateNotNull]
    public string? Resource { get; set; }

    /// <summary>
    /// App role assignments, as Get-IdentityAppRoleAssignment returns them. With a permission, who has it: identities,
    /// virtual machines or scale sets, objects with a property PrincipalId, or resource ids or names of identities.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Returns true for each permission that was removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName != ParameterSets.ByInputObject)
        {
            ForEach(Principals(null, principalType: null), RemoveNamed);
            return;
        }

        foreach (var one in ResourceReference.Each(InputObject))
        {
            ForEach(
                Principals(one, principalType: null),
                (principal, input) =>
                {
                    if (one is not null && ResourceReference.AppRoleAssignmentId(one) is { } id)
                    {
                        RemoveAssignment(principal, id, input);
                    }
                    else
                    {
                        RemoveNamed(principal, input);
                    }
                });
        }
    }

    private void RemoveNamed(RolePrincipal principal, object? input)
    {
        if (Permission is null && Given.IsOnCommandLine(nameof(Permission)))
        {
            throw Failures.Null(nameof(Permission));
        }

        // Without any, the library says the rule.
        foreach (var permission in Permission ?? new string?[] { null })
        {
            var request = new AppRoleAssignmentDeleteRequest(Client, principal) { Resource = Resource, Permission = permission };
            Change(request, Action, input, Removed);
        }
    }

    private void RemoveAssignment(RolePrincipal principal, string id, object? input)
    {
        if (Permission is not null || Resource is not null)
        {
            // Whoever names a permission wants that one taken away, and not whatever this assignment is of.
            const string Rule = "an app role assignment has a permission and an API of its own. Omit -Permission and -Resource, " +
                "or specify the principal instead.";
            throw Failures.Invalid("InvalidInputObject", nameof(InputObject), id, Rule);
        }

        Change(new AppRoleAssignmentDeleteRequest(Client, principal) { Id = id }, Action, input, Removed);
    }

    private void Removed()
    {
        if (PassThru)
        {
            WriteObject(true);
        }
    }
}
