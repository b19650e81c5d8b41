using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the application permissions that managed identities have, or who has those of an API.</summary>
[Cmdlet(VerbsCommon.Get, "IdentityAppRoleAssignment", DefaultParameterSetName = OnResource)]
[OutputType(typeof(IdentityAppRoleAssignment))]
public sealed class GetIdentityAppRoleAssignmentCommand : SubscriptionCmdlet
{
    private const string OnResource = "OnResource";

    /// <summary>
    /// Who has the permissions: identities, virtual machines or scale sets, which stand for their system-assigned
    /// identity, any objects with a property PrincipalId, or resource ids or names of identities.
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

    /// <summary>The object ids of identities.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal, Mandatory = true)]
    [Alias("ObjectId")]
    [AllowEmptyString]
    [AllowNull]
    public string[]? PrincipalId { get; set; }

    /// <summary>
    /// The API: its display name, application id or object id. Without an identity, whoever has permissions of it.
    /// </summary>
    [Parameter(ParameterSetName = OnResource, Mandatory = true)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject)]
    [Parameter(ParameterSetName = ParameterSets.ByIdentity)]
    [Parameter(ParameterSetName = ParameterSets.ByPrincipal)]
    [ArgumentCompleter(typeof(ApiCompleter))]
    [AllowEmptyString]
    [ValidateNotNull]
    public string? Resource { get; set; }

    /// <summary>The permissions: their values, such as User.Read.All, or the ids of the app roles. Without it, all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AppRoleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Permission { get; set; } = [];

    private protected override void Process()
    {
        if (ParameterSetName == OnResource)
        {
            Try(() => Find(new RolePrincipal(), Resource), Resource);
            return;
        }

        var principals = new PrincipalParameters(
            NamedSubscriptionId, Given.Name(nameof(IdentityResourceGroupName), IdentityResourceGroupName));
        var each = ParameterSetName switch
        {
            ParameterSets.ByIdentity => principals.Each(nameof(IdentityId), IdentityId is null ? null : PSObject.AsPSObject(IdentityId)),
            ParameterSets.ByPrincipal => PrincipalParameters.Each(nameof(PrincipalId), PrincipalId, type: null),
            _ => principals.Each(nameof(InputObject), InputObject),
        };
        ForEach(each, Find);
    }

    private void Find(RolePrincipal principal, object? input)
    {
        foreach (var permission in Permission.Length > 0 ? Permission : new string?[] { null })
        {
            var request = new AppRoleAssignmentListRequest(Client, principal) { Resource = Resource, Permission = permission };
            Submit(request, new Operation(input) { OnItem = WriteObject });
        }
    }
}
