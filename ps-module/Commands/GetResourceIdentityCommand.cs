using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the managed identities of resources of any type.</summary>
[Cmdlet(VerbsCommon.Get, "ResourceIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(ResourceIdentity))]
public sealed class GetResourceIdentityCommand : FleetCmdlet
{
    /// <summary>
    /// The names of the resources; that of a resource in another one begins with the other's, as in <c>app/staging</c>.
    /// Wildcards are allowed: a pattern that matches nothing is no error, a name is. Where one is given beside an object, it
    /// must be the object's own.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = OfAllSubscriptions, Position = 0)]
    [Alias("ResourceName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>
    /// The types of the resources, such as <c>Microsoft.Web/sites</c> or <c>Microsoft.Web/sites/slots</c>. Wildcards are
    /// allowed. Where it is given beside an id or an object, it must be the resource's own.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 2)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 2)]
    [Parameter(ParameterSetName = ParameterSets.ByResourceId)]
    [Parameter(ParameterSetName = OfAllSubscriptions, Position = 1)]
    [ArgumentCompleter(typeof(ResourceTypeCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? ResourceType { get; set; }

    /// <summary>
    /// Objects that stand for resources: of this module, of Azure PowerShell or of any other tool, with a property Id or
    /// ResourceId, or with ResourceGroupName, Name and ResourceType, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [Alias("Resource")]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// The api-version to read a resource with that is named by its group, its name and its type, by its id, or by an
    /// object. Without it, the one that is known to have all of the type's identity, or the newest stable one of the
    /// resource provider.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ApiVersion { get; set; }

    /// <summary>
    /// Looks whether each assigned identity still exists: the property Exists of each tells. A resource that refers to
    /// an identity that was deleted can't be changed until the reference is removed.
    /// </summary>
    [Parameter]
    public SwitchParameter Check { get; set; }

    private protected override string Label => "resource";

    private protected override string[]? Names => Name;

    private protected override PSObject? Input => InputObject;

    private protected override GivenName? Type => Given.Name(nameof(ResourceType), ResourceType);

    private protected override bool IsOneType => ResourceType is { Length: 1 } && !IsPattern(ResourceType[0]);

    private protected override ResourceTarget Named(string resourceGroupName, string name)
    {
        var target = base.Named(resourceGroupName, name);
        target.Type = ResourceType?[0];
        return target;
    }

    private protected override Request Get(ResourceTarget target) =>
        new ResourceIdentityGetRequest(Client, ResourceKind.Any, target) { ApiVersion = ApiVersion, Check = Check };

    private protected override Request List(Fleet fleet) =>
        new ResourceIdentityListRequest(Client, ResourceKind.Any, fleet) { Types = ResourceType ?? [], Check = Check };

    /// <summary>Writes one. Machines among others are in the table of all.</summary>
    private protected override void Write(object item)
    {
        var one = PSObject.AsPSObject(item);
        one.TypeNames.Insert(0, typeof(ResourceIdentity).FullName);
        WriteObject(one);
    }

    private protected override string NameOf(object item) => ((ResourceIdentity)item).Name;

    private protected override string? GroupOf(object item) => ((ResourceIdentity)item).ResourceGroupName;
}
