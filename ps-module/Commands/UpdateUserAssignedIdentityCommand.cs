using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Changes the tags, the isolation scope or the assignment restriction of user-assigned managed identities.
/// </summary>
[Cmdlet(
    VerbsData.Update,
    "UserAssignedIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(UserAssignedIdentity))]
public class UpdateUserAssignedIdentityCommand : IdentityChangeCmdlet
{
    /// <summary>
    /// The tags that replace all that the identity has; an empty table clears them. A table, an object, or a text such
    /// as team=shop;env=test. From the pipeline they are taken from rows without an id.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    public object? Tag { get; set; }

    /// <summary>Whether the identity serves its own region only: Regional, or None.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(IsolationScopeCompleter))]
    public string? IsolationScope { get; set; }

    /// <summary>
    /// The resource providers and the resource types whose resources it can be assigned to, such as Microsoft.Compute and
    /// Microsoft.Web/sites. They replace those it has; with an empty array, @(), it can be assigned to resources of all
    /// types.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ResourceProviderCompleter))]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[]? AssignmentRestriction { get; set; }

    private protected override void Change(ResourceTarget target, object? input)
    {
        var request = new IdentityUpdateRequest(Client, target)
        {
            IsolationScope = IsolationScope,
            AssignmentRestriction = TextList.Read(AssignmentRestriction),
            Tags = NewTags(target),
        };
        Change(request, "Update user-assigned identity", input);
    }

    /// <summary>An object with an id brings the tags that it had when it was read: they are not what is wanted.</summary>
    private IReadOnlyList<KeyValuePair<string, string>>? NewTags(ResourceTarget target)
    {
        if (!Given.IsOnCommandLine(nameof(Tag)))
        {
            return target.ResourceId is null ? Tags.Read(Tag) : null;
        }

        const string Rule = "it must be a hashtable, an object or a string; an empty hashtable, @{}, clears the tags.";
        return Tags.Read(Tag) ?? throw Failures.Invalid("InvalidTag", nameof(Tag), Tag, Rule);
    }
}
