using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Gives managed identities application permissions of an API. Who has the permission already keeps it, and gets no second
/// assignment.
/// </summary>
[Cmdlet(
    VerbsCommon.New,
    "IdentityAppRoleAssignment",
    DefaultParameterSetName = ParameterSets.ByIdentity,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(IdentityAppRoleAssignment))]
public sealed class NewIdentityAppRoleAssignmentCommand : PrincipalChangeCmdlet
{
    /// <summary>The permissions: their values, such as User.Read.All, or the ids of the app roles.</summary>
    [Parameter(Mandatory = true, Position = 0)]
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
    /// Who gets the permissions: identities, virtual machines or scale sets, which stand for their system-assigned
    /// identity, any objects with a property PrincipalId, or resource ids or names of identities.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// How long to wait for a principal that is unknown, in seconds. Without it, two minutes for one that is known to
    /// exist, such as an identity that was just created, and 30 seconds for any other -PrincipalId, which may be mistyped.
    /// </summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int? PrincipalWaitSec { get; set; }

    private protected override void Process() => ForEach(Principals(InputObject, principalType: null), Give);

    private void Give(RolePrincipal principal, object? input)
    {
        foreach (var permission in Permission ?? throw Failures.Null(nameof(Permission)))
        {
            var request = new AppRoleAssignmentCreateRequest(Client, principal, permission)
            {
                Resource = Resource,
                PrincipalWaitSec = PrincipalWaitSec,
            };
            Change(request, "Assign an application permission", input);
        }
    }
}
