using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets user-assigned managed identities.</summary>
[Cmdlet(VerbsCommon.Get, "UserAssignedIdentity", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(UserAssignedIdentity))]
public class GetUserAssignedIdentityCommand : FleetCmdlet
{
    /// <summary>
    /// The names of the identities. Wildcards are allowed: a pattern that matches nothing is no error, a name is.
    /// Without it, all identities of the place.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = OfAllSubscriptions, Position = 0)]
    [Alias("IdentityName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>
    /// Objects that stand for identities: of this module or of Azure PowerShell, any with a property Id or
    /// ResourceId or with ResourceGroupName and Name, or resource ids.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Gets those alone that no resource refers to and that hold no role and no federated credential. Names only filter
    /// then: one that is in use is no error.
    /// </summary>
    [Parameter(ParameterSetName = ParameterSets.ByName)]
    [Parameter(ParameterSetName = OfAllSubscriptions)]
    public SwitchParameter Unused { get; set; }

    private protected override string Label => "user-assigned identity";

    private protected override string[]? Names => Name;

    private protected override PSObject? Input => InputObject;

    private protected override bool NamesOnlyFilter => Unused || base.NamesOnlyFilter;

    private protected override Request Get(ResourceTarget target) => new IdentityGetRequest(Client, target);

    private protected override Request List(Fleet fleet) => new IdentityListRequest(Client, fleet) { Unused = Unused };

    private protected override string NameOf(object item) => ((UserAssignedIdentity)item).Name;

    private protected override string? GroupOf(object item) => ((UserAssignedIdentity)item).ResourceGroupName;
}
