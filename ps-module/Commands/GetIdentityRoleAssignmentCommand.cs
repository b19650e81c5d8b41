using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gets the roles that managed identities have, or people and groups, or everybody: those on a place, above it and below
/// it.
/// </summary>
[Cmdlet(VerbsCommon.Get, "IdentityRoleAssignment", DefaultParameterSetName = ParameterSets.OfAll)]
[OutputType(typeof(IdentityRoleAssignment))]
public sealed class GetIdentityRoleAssignmentCommand : FindByPrincipalCmdlet
{
    private IReadOnlyList<RoleReference> _roles = [];
    private IReadOnlyList<RoleScope> _scopes = [];

    /// <summary>Includes the roles that they have as members of groups.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal)]
    public SwitchParameter ExpandPrincipalGroups { get; set; }

    /// <summary>The names of the roles, such as Reader. Without it, all roles.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RoleDefinitionNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] RoleDefinitionName { get; set; } = [];

    /// <summary>The ids of the roles: GUIDs, or full ids. Without it, all roles.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] RoleDefinitionId { get; set; } = [];

    /// <summary>
    /// The places to look at: the ids of subscriptions, resource groups, resources or management groups, or objects with
    /// a property Id or ResourceId. Without it, the whole subscription.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public PSObject?[]? Scope { get; set; }

    /// <summary>The resource group to look at. Without it, the whole subscription.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNull]
    public string? ResourceGroupName { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var parameters = new RoleParameters
        {
            Names = RoleDefinitionName,
            Ids = RoleDefinitionId,
            Scopes = Scope,
            HasScopes = Given.IsOnCommandLine(nameof(Scope)),
            ResourceGroup = Given.Name(nameof(ResourceGroupName), ResourceGroupName),
            SubscriptionId = NamedSubscriptionId,
        };
        _roles = parameters.Roles();
        try
        {
            _scopes = parameters.RoleScopes();
        }
        catch (ManagedIdentityException error)
        {
            Fail(error);
        }
    }

    private protected override void Process()
    {
        if (ParameterSetName == ParameterSets.OfAll)
        {
            Find(new RolePrincipal(), null);
            return;
        }

        ForEach(Principals(), Find);
    }

    private void Find(RolePrincipal principal, object? input)
    {
        foreach (var scope in _scopes)
        {
            foreach (var role in _roles)
            {
                var request = new RoleAssignmentListRequest(Client, principal, scope, role) { ThroughGroups = ExpandPrincipalGroups };
                Submit(request, new Operation(input) { OnItem = WriteObject });
            }
        }
    }
}
