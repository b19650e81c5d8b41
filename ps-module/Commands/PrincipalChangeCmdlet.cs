using System;
using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that changes what managed identities and other principals may do.</summary>
public abstract class PrincipalChangeCmdlet : ChangeCmdlet
{
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

    /// <summary>The object ids of people, groups or identities.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal, Mandatory = true)]
    [Alias("ObjectId")]
    [AllowEmptyString]
    [AllowNull]
    public string[]? PrincipalId { get; set; }

    /// <summary>Who was given, one by one.</summary>
    /// <param name="given">The object that was given, if any.</param>
    /// <param name="principalType">What -PrincipalId is the id of; a managed identity when it is null.</param>
    private protected IEnumerable<(object? Input, Func<RolePrincipal> Principal)> Principals(PSObject? given, string? principalType)
    {
        var principals = new PrincipalParameters(
            NamedSubscriptionId, Given.Name(nameof(IdentityResourceGroupName), IdentityResourceGroupName));
        return ParameterSetName switch
        {
            ParameterSets.ByIdentity => principals.Each(nameof(IdentityId), IdentityId is null ? null : PSObject.AsPSObject(IdentityId)),
            ParameterSets.ByPrincipal => PrincipalParameters.Each(nameof(PrincipalId), PrincipalId, principalType),
            _ => principals.Each("InputObject", given),
        };
    }
}
