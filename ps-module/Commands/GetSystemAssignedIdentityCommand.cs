using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the system-assigned managed identity of resources of any type.</summary>
[Cmdlet(VerbsCommon.Get, "SystemAssignedIdentity")]
[OutputType(typeof(SystemAssignedIdentity))]
public class GetSystemAssignedIdentityCommand : SubscriptionCmdlet
{
    /// <summary>
    /// The resources: their ids, or objects that stand for them, of this module or of Azure PowerShell, any with a
    /// property Id or ResourceId.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("ResourceId", "InputObject")]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public PSObject?[]? Scope { get; set; }

    private protected override void Process()
    {
        foreach (var one in Scope ?? [null])
        {
            Try(() => Find(one), one);
        }
    }

    private void Find(PSObject? one)
    {
        var id = ResourceReference.Id(nameof(Scope), one, Subscription);
        Submit(new SystemIdentityGetRequest(Client, id), new Operation(one) { OnItem = WriteObject });
    }
}
