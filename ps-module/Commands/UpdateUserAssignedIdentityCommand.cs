using System.Collections;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Changes the tags or the isolation scope of user-assigned managed identities.</summary>
[Cmdlet(
    VerbsData.Update,
    "UserAssignedIdentity",
    DefaultParameterSetName = ByInputObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(UserAssignedIdentity))]
public sealed class UpdateUserAssignedIdentityCommand : IdentityChangeCmdlet
{
    /// <summary>The tags that replace all that the identity has; an empty table clears them.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Tag { get; set; }

    /// <summary>Whether the identity serves its own region only: Regional, or None.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(IsolationScopeCompleter))]
    public string? IsolationScope { get; set; }

    private protected override void Change(ResourceTarget target, object input)
    {
        var request = new UpdateIdentityRequest(Client, target)
        {
            IsolationScope = IsolationScope,
            Tags = Tag is null ? null : Tags.Read(Tag),
        };
        Change(request, "Update user-assigned identity", input);
    }
}
