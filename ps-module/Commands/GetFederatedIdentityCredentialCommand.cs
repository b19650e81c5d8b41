using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the federated credentials of user-assigned managed identities.</summary>
[Cmdlet(VerbsCommon.Get, "FederatedIdentityCredential")]
[OutputType(typeof(FederatedIdentityCredential))]
public class GetFederatedIdentityCredentialCommand : SubscriptionCmdlet
{
    /// <summary>
    /// An identity, a credential, an id of either, or a row of a table with the columns ResourceGroupName and IdentityName,
    /// or IdentityId.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The resource group of the identity. Where it is given beside an object, it must be the object's own.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string? ResourceGroupName { get; set; }

    /// <summary>The name of the identity.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IdentityNameCompleter))]
    [AllowEmptyString]
    public string? IdentityName { get; set; }

    /// <summary>
    /// The id of the identity, or the identity itself, in place of its names; or the id of a credential.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "ResourceId")]
    [ArgumentCompleter(typeof(IdentityIdCompleter))]
    [AllowEmptyString]
    public PSObject? IdentityId { get; set; }

    /// <summary>
    /// The names of the credentials. Wildcards are allowed: a pattern that matches nothing is no error, a name is.
    /// Without it, all of the identity.
    /// </summary>
    [Parameter(Position = 2)]
    [ArgumentCompleter(typeof(FederatedCredentialNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    private protected override void Process() => Try(Find, InputObject);

    private void Find()
    {
        var names = new CredentialNames(
            Subscription,
            Given.Name(nameof(ResourceGroupName), ResourceGroupName),
            Given.Name(nameof(IdentityName), IdentityName),
            Given.Name(nameof(Name), Name));
        var target = MyInvocation.ExpectingInput || InputObject is not null ? names.OfOrUnder(nameof(InputObject), InputObject)
            : !Given.IsOnCommandLine(nameof(IdentityId)) ? names.Named("")
            : CredentialNames.IsCredential(IdentityId) && Name is null ? names.OfOrUnder(nameof(IdentityId), IdentityId)
            : new CredentialTarget { Identity = names.Owner(nameof(IdentityId), IdentityId) };
        if (target.ResourceId is not null)
        {
            Find(target);
            return;
        }

        foreach (var name in Name ?? [target.Name is { Length: > 0 } own ? own : "*"])
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                List(target.Identity, Invariant.Pattern(name));
            }
            else
            {
                Find(new CredentialTarget { Identity = target.Identity, Name = name });
            }
        }
    }

    private void Find(CredentialTarget target) =>
        Submit(new FederatedCredentialGetRequest(Client, target), new Operation(target.ToString()) { OnItem = WriteObject });

    private void List(ResourceTarget identity, WildcardPattern pattern)
    {
        void Write(object item)
        {
            if (pattern.IsMatch(((FederatedIdentityCredential)item).Name))
            {
                WriteObject(item);
            }
        }

        Submit(new FederatedCredentialListRequest(Client, identity), new Operation(identity.ToString()) { OnItem = Write });
    }
}
