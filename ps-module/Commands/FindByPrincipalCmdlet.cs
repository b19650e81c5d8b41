using System;
using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that gets what principals have.</summary>
public abstract class FindByPrincipalCmdlet : SubscriptionCmdlet
{
    /// <summary>
    /// The principals: identities, virtual machines or scale sets, which stand for their system-assigned identity, any
    /// objects with a property PrincipalId, or resource ids or names of identities.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// The identities: resource ids, names, or identity objects. A name is looked for in the whole subscription.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByIdentity, Mandatory = true)]
    [ArgumentCompleter(typeof(IdentityIdCompleter))]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? IdentityId { get; set; }

    /// <summary>The resource group in which an identity's name is looked for.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject)]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNull]
    public string? IdentityResourceGroupName { get; set; }

    /// <summary>The object ids of the principals.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal, Mandatory = true)]
    [Alias("ObjectId")]
    [AllowEmptyString]
    [AllowNull]
    public string[]? PrincipalId { get; set; }

    /// <summary>Who was given, one by one.</summary>
    private protected IEnumerable<(object? Input, Func<RolePrincipal> Principal)> Principals()
    {
        var principals = new PrincipalParameters(
            NamedSubscriptionId, Given.Name(nameof(IdentityResourceGroupName), IdentityResourceGroupName));
        return ParameterSetName switch
        {
            ParameterSets.ByIdentity => principals.Each(nameof(IdentityId), IdentityId is null ? null : PSObject.AsPSObject(IdentityId)),
            ParameterSets.ByPrincipal => PrincipalParameters.Each(nameof(PrincipalId), PrincipalId, type: null),
            _ => principals.Each(nameof(InputObject), InputObject),
        };
    }
}
