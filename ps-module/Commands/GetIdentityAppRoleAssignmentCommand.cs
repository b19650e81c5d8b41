using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the application permissions that managed identities have, or who has those of an API.</summary>
[Cmdlet(VerbsCommon.Get, "IdentityAppRoleAssignment", DefaultParameterSetName = OnResource)]
[OutputType(typeof(IdentityAppRoleAssignment))]
public sealed class GetIdentityAppRoleAssignmentCommand : FindByPrincipalCmdlet
{
    private const string OnResource = "OnResource";

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

        ForEach(Principals(), Find);
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
