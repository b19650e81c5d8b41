using System;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the federated credentials of user-assigned managed identities.</summary>
[Cmdlet(VerbsCommon.Get, "FederatedIdentityCredential")]
[OutputType(typeof(FederatedIdentityCredential))]
public sealed class GetFederatedIdentityCredentialCommand : ConnectedCmdlet
{
    /// <summary>The resource group of the identity.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? ResourceGroupName { get; set; }

    /// <summary>The name of the identity.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? IdentityName { get; set; }

    /// <summary>
    /// The id of the identity, or the identity itself, in place of its names; or the id of a credential.
    /// </summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "ResourceId", "InputObject")]
    [AllowEmptyString]
    public string? IdentityId { get; set; }

    /// <summary>
    /// The names of the credentials. Wildcards are allowed: a pattern that matches nothing is no error, a name is.
    /// Without it, all of the identity.
    /// </summary>
    [Parameter(Position = 2)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    private protected override void Process()
    {
        if (IdentityId?.IndexOf("/federatedIdentityCredentials/", StringComparison.OrdinalIgnoreCase) >= 0 && Name is null)
        {
            Find(new CredentialTarget { ResourceId = IdentityId });
            return;
        }

        var identity = new ResourceTarget
        {
            ResourceId = IdentityId,
            SubscriptionId = SubscriptionId,
            ResourceGroupName = ResourceGroupName,
            Name = IdentityName,
        };
        foreach (var name in Name ?? ["*"])
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                List(identity, Invariant.Pattern(name));
            }
            else
            {
                Find(new CredentialTarget { Identity = identity, Name = name });
            }
        }
    }

    private void Find(CredentialTarget target) =>
        Submit(new GetFederatedCredentialRequest(Client, target), new Operation(target.ToString()) { OnItem = WriteObject });

    private void List(ResourceTarget identity, WildcardPattern pattern)
    {
        void Write(object item)
        {
            if (pattern.IsMatch(((FederatedIdentityCredential)item).Name))
            {
                WriteObject(item);
            }
        }

        Submit(new ListFederatedCredentialsRequest(Client, identity), new Operation(identity.ToString()) { OnItem = Write });
    }
}
