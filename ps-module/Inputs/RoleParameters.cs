using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>The parameters by which a cmdlet is told which roles, and where they count.</summary>
internal sealed class RoleParameters
{
    public string[] Names { get; set; } = [];

    public string[] Ids { get; set; } = [];

    /// <summary>The scopes: their ids, or objects that stand for them.</summary>
    public PSObject?[]? Scopes { get; set; }

    /// <summary>The resource group, and whether the command line names it: else it does not count beside a scope.</summary>
    public GivenName ResourceGroup { get; set; } = GivenName.ByObject("ResourceGroupName");

    /// <summary>Whether scopes are given, be they null.</summary>
    public bool HasScopes { get; set; }

    /// <summary>
    /// The subscription that the command line names. One that an object of the pipeline brings does not belong here: it
    /// would stand for the whole subscription.
    /// </summary>
    public string? SubscriptionId { get; set; }

    /// <summary>Whether any of them is given that says which role or where.</summary>
    public bool IsAnyGiven => Names.Length + Ids.Length > 0 || HasScopes || ResourceGroup.OnCommandLine is not null;

    /// <summary>The roles. Where none is given, or where they are given in both ways, the library says the rule.</summary>
    public IReadOnlyList<RoleReference> Roles()
    {
        if (Names.Length > 0 && Ids.Length > 0)
        {
            return [new RoleReference { Name = Names[0], Id = Ids[0] }];
        }

        var byName = Names.Select(name => new RoleReference { Name = name });
        var roles = byName.Concat(Ids.Select(id => new RoleReference { Id = id })).ToArray();
        return roles.Length > 0 ? roles : [new RoleReference()];
    }

    /// <summary>The scopes on which the roles count.</summary>
    /// <exception cref="ManagedIdentityException">They contradict each other, or an object stands for no scope.</exception>
    public IReadOnlyList<RoleScope> RoleScopes()
    {
        if (!HasScopes)
        {
            return [new RoleScope { SubscriptionId = SubscriptionId, ResourceGroupName = ResourceGroup.WithoutObject }];
        }

        if (ResourceGroup.OnCommandLine is not null)
        {
            throw Failures.Invalid(
                "InvalidScope", "-Scope and -ResourceGroupName can't be combined: each is a scope.");
        }

        return (Scopes ?? []).DefaultIfEmpty().Select(scope => new RoleScope { Scope = ResourceReference.Id("Scope", scope) }).ToArray();
    }
}
