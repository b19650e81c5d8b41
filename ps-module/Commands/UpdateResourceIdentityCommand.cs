using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>
/// Changes the managed identity of resources of any type. With -AddIdentityId, -RemoveIdentityId, -RemoveMissing,
/// -EnableSystemAssigned and -DisableSystemAssigned, what is not named stays. With -IdentityType and -IdentityId, what
/// is not named goes.
/// </summary>
[Cmdlet(
    VerbsData.Update,
    "ResourceIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ResourceIdentity))]
public sealed class UpdateResourceIdentityCommand : ResourceIdentityChangeCmdlet
{
    /// <summary>
    /// The names of the resources; that of a resource in another one begins with the other's, as in <c>app/staging</c>.
    /// Where one is given beside an object, it must be the object's own.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? Name { get; set; }

    /// <summary>
    /// The type of the resources, such as <c>Microsoft.Web/sites</c> or <c>Microsoft.Web/sites/slots</c>. Where it is given
    /// beside an id or an object, it must be the resource's own.
    /// </summary>
    [Parameter(Position = 2)]
    [ArgumentCompleter(typeof(ResourceTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResourceType { get; set; }

    /// <summary>
    /// Objects that stand for resources: of this module, of Azure PowerShell or of any other tool, with a property Id or
    /// ResourceId, or with ResourceGroupName, Name and ResourceType, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("Resource")]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// The api-version to read and write the resource with. Without it, the one that is known to have all of the type's
    /// identity, or the newest stable one of the resource provider.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ApiVersion { get; set; }

    private protected override ResourceKind Kind => ResourceKind.Any;

    private protected override string Label => "resource";

    private protected override GivenName Type => Given.Name(nameof(ResourceType), ResourceType);

    private protected override string? Version => ApiVersion;

    private protected override string[]? Names => Name;

    private protected override (string Parameter, PSObject? Value) Resource => (nameof(InputObject), InputObject);
}
