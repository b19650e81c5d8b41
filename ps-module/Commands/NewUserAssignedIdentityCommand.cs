using System.Collections;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Creates a user-assigned managed identity. One that exists keeps what is not named; its tags are added to.
/// </summary>
[Cmdlet(VerbsCommon.New, "UserAssignedIdentity", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(UserAssignedIdentity))]
public sealed class NewUserAssignedIdentityCommand : ChangeCmdlet
{
    /// <summary>The resource group of the identity.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>
    /// The name of the identity: 3 to 128 letters, digits, '-' or '_', the first a letter or a digit.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Name { get; set; } = "";

    /// <summary>The region, such as eastus. Without it, the resource group's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Location { get; set; }

    /// <summary>The tags. An identity that exists keeps those it has besides.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public IDictionary? Tag { get; set; }

    /// <summary>Whether the identity serves its own region only. Without it, Azure's default, None.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IsolationScopeCompleter))]
    public string? IsolationScope { get; set; }

    private protected override void Process()
    {
        var target = new ResourceTarget
        {
            SubscriptionId = SubscriptionId,
            ResourceGroupName = ResourceGroupName,
            Name = Name,
        };
        var request = new CreateIdentityRequest(Client, target)
        {
            // An empty cell of a table says nothing.
            Location = Location is "" ? null : Location,
            IsolationScope = IsolationScope is "" ? null : IsolationScope,
            Tags = Tag is null ? [] : Tags.Read(Tag),
        };
        Change(request, "Create user-assigned identity", Name);
    }
}
