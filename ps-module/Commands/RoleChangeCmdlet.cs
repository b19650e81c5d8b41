using System;
using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that gives roles or takes them away.</summary>
public abstract class RoleChangeCmdlet : PrincipalChangeCmdlet
{
    private IReadOnlyList<RoleReference> _roles = [];
    private IReadOnlyList<RoleScope>? _scopes;

    /// <summary>
    /// What -PrincipalId is the id of: ServicePrincipal, which managed identities are, User, Group, ForeignGroup or
    /// Device.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal)]
    [Alias("ObjectType")]
    [ArgumentCompleter(typeof(PrincipalTypeCompleter))]
    [ValidateNotNull]
    public string? PrincipalType { get; set; }

    /// <summary>The names of the roles, such as Reader.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal)]
    [ArgumentCompleter(typeof(RoleDefinitionNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] RoleDefinitionName { get; set; } = [];

    /// <summary>The ids of the roles: GUIDs, or full ids.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal)]
    [ValidateNotNullOrEmpty]
    public string[] RoleDefinitionId { get; set; } = [];

    /// <summary>
    /// What the role counts on: the ids of subscriptions, resource groups, resources or management groups, or objects
    /// with a property Id or ResourceId.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal)]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public PSObject?[]? Scope { get; set; }

    /// <summary>The resource group that the role counts on.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal)]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNull]
    public string? ResourceGroupName { get; set; }

    /// <summary>Whether the command line says which role or where.</summary>
    private protected bool NamesRoleOrScope => Parameters().IsAnyGiven;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var parameters = Parameters();
        _roles = parameters.Roles();
        try
        {
            _scopes = parameters.RoleScopes();
        }
        catch (ManagedIdentityException error) when (!(error.Code == Failures.NullInput && OnlyPlans))
        {
            Fail(error);
        }
        catch (ManagedIdentityException)
        {
            // What the role counts on is only planned.
            _scopes = null;
        }
    }

    /// <summary>Does something with each role of each who was given, on each scope.</summary>
    /// <param name="given">The object that was given, if any.</param>
    /// <param name="action">What to do.</param>
    private protected void ForEachRole(PSObject? given, Action<RolePrincipal, RoleScope, RoleReference, object?> action)
    {
        ForEach(
            Principals(given, PrincipalType),
            (principal, input) =>
            {
                foreach (var scope in _scopes ?? throw Failures.Null(nameof(Scope)))
                {
                    foreach (var role in _roles)
                    {
                        action(principal, scope, role, input);
                    }
                }
            });
    }

    private RoleParameters Parameters() => new()
    {
        Names = RoleDefinitionName,
        Ids = RoleDefinitionId,
        Scopes = Scope,
        HasScopes = Given.IsOnCommandLine(nameof(Scope)),
        ResourceGroup = Given.Name(nameof(ResourceGroupName), ResourceGroupName),
        SubscriptionId = NamedSubscriptionId,
    };
}
