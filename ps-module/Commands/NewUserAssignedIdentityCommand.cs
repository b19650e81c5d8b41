using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Creates a user-assigned managed identity. One that exists keeps what is not named; its tags are added to.
/// </summary>
[Cmdlet(
    VerbsCommon.New,
    "UserAssignedIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(UserAssignedIdentity))]
public class NewUserAssignedIdentityCommand : ChangeCmdlet
{
    /// <summary>
    /// The resource group of the identity. Where it is given beside an object of the pipeline that names one, it must be
    /// the same.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>
    /// The name of the identity: 3 to 128 letters, digits, '-' or '_', the first a letter or a digit.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("IdentityName")]
    [AllowEmptyString]
    public string Name { get; set; } = "";

    /// <summary>
    /// Names, or rows of a table with the columns ResourceGroupName, Name, Location, Tag, IsolationScope,
    /// AssignmentRestriction and SubscriptionId; what a row does not say the parameters do. An identity stands for itself: to make the same
    /// elsewhere, select the properties that are to be the same.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The region, such as eastus. Without it, the resource group's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LocationCompleter))]
    public string? Location { get; set; }

    /// <summary>
    /// The tags: a table, an object, or a text such as team=shop;env=test. An identity that exists keeps those it has
    /// besides.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    public object? Tag { get; set; }

    /// <summary>Whether the identity serves its own region only. Without it, Azure's default, None.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IsolationScopeCompleter))]
    public string? IsolationScope { get; set; }

    /// <summary>
    /// The resource providers and the resource types whose resources it can be assigned to, such as Microsoft.Compute and
    /// Microsoft.Web/sites. Without it, an identity that exists keeps those it has, and a new one can be assigned to
    /// resources of all types; with an empty array, @(), both can.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ResourceProviderCompleter))]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [AllowNull]
    public string[]? AssignmentRestriction { get; set; }

    private protected override void Process()
    {
        var names = new ResourceNames(
            Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name(nameof(Name), Name));
        var given = new TargetParameters<ResourceTarget>(names) { ParameterSet = ParameterSetName, Names = [Name], Object = InputObject };
        ForEach(given, Create);
    }

    private void Create(ResourceTarget target, object? input)
    {
        var request = new IdentityCreateRequest(Client, target)
        {
            // An empty cell of a table says nothing.
            Location = Location is "" ? null : Location,
            IsolationScope = IsolationScope is "" ? null : IsolationScope,
            AssignmentRestriction = TextList.Cell(AssignmentRestriction),
            Tags = Tags.Read(Tag) ?? [],
        };
        Change(request, "Create user-assigned identity", input);
    }
}
