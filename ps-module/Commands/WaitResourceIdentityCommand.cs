using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Waits until Azure is done with resources, such as after a change with -NoWait, also one that another process made.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "ResourceIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(ResourceIdentity))]
public sealed class WaitResourceIdentityCommand : WaitCmdlet
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
    /// The api-version to read the resource with. Without it, the one that is known to have all of the type's identity,
    /// or the newest stable one of the resource provider.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ApiVersion { get; set; }

    private protected override string[]? Names => Name;

    private protected override PSObject? Input => InputObject;

    private protected override GivenName Type => Given.Name(nameof(ResourceType), ResourceType);

    private protected override Request Wait(ResourceTarget target) =>
        new ResourceIdentityWaitRequest(Client, ResourceKind.Any, target) { ApiVersion = ApiVersion };
}
