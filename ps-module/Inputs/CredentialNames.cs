using System;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Finds out which federated credential is meant, by the rules of <see cref="ResourceNames"/>: a credential by its id or
/// by its names, or the credential of a given name of an identity.
/// </summary>
internal sealed class CredentialNames(GivenName subscription, GivenName group, GivenName identityName, GivenName name) : INames<CredentialTarget>
{
    private const string Part = "/federatedIdentityCredentials/";

    private const string Rule =
        "it must be the id of a federated credential, or an object with a property Id or ResourceId, or one with " +
        "ResourceGroupName, IdentityName and Name.";

    /// <summary>Finds out which identity is meant.</summary>
    public ResourceNames Identity { get; } = new(subscription, group, identityName);

    /// <summary>The credential that an object stands for; a text is an id, or the name of one.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none, or contradicts the command line.</exception>
    public CredentialTarget Of(string parameter, PSObject? one)
    {
        if (one is null)
        {
            throw Failures.Null(parameter);
        }

        if (ResourceReference.IdOrName(one) is { } id)
        {
            return one.BaseObject is not string || id.StartsWith("/", StringComparison.Ordinal)
                ? WithId(parameter, id)
                : new CredentialTarget { Identity = Owner(parameter), Name = id };
        }

        if (identityName.Of(one) is null || name.Of(one) is null)
        {
            throw Failures.Invalid("InvalidInputObject", parameter, one, Rule);
        }

        return new CredentialTarget { Identity = Identity.Of(parameter, one), Name = name.For(one) };
    }

    /// <summary>
    /// The credential that an object stands for, or the one with the name that the parameters give of the identity that
    /// the object stands for; its name is null where they give none.
    /// </summary>
    /// <exception cref="ManagedIdentityException">It stands for neither, or contradicts the command line.</exception>
    public CredentialTarget OfOrUnder(string parameter, PSObject? one)
    {
        if (one is null)
        {
            throw Failures.Null(parameter);
        }

        if (IsCredential(one) && ResourceReference.IdOrName(one) is { } id)
        {
            return WithId(parameter, id);
        }

        return ResourceReference.IdOrName(one) is null
            ? OfRow(parameter, one)
            : new CredentialTarget { Identity = Identity.Of(parameter, one), Name = name.WithoutObject };
    }

    /// <summary>The credential of a row, which may leave either the identity or the name open.</summary>
    private CredentialTarget OfRow(string parameter, PSObject row)
    {
        if (ResourceReference.Type(row) is { } type && !type.EndsWith(Part.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
        {
            // A row that says that it is a resource is called what the identity is to be called.
            var owned = new ResourceNames(subscription, group, identityName.WithColumns("Name"));
            return new CredentialTarget { Identity = owned.Of(parameter, row), Name = name.WithoutObject };
        }

        var target = new CredentialTarget { Name = name.For(row) };
        if (ResourceReference.Text(row, "IdentityId") is { } owner)
        {
            target.Identity = Identity.WithId("IdentityId", owner);
        }
        else if (identityName.Of(row) is null && name.Of(row) is not null)
        {
            target.Identity = Owner(parameter);
        }
        else
        {
            target.Identity = Identity.Of(parameter, row);
        }

        return target;
    }

    /// <summary>The identity that a parameter for identities gives, as an object or an id.</summary>
    /// <exception cref="ManagedIdentityException">It gives none.</exception>
    public ResourceTarget Owner(string parameter, PSObject? owner) =>
        owner?.BaseObject is string id ? Identity.WithId(parameter, id) : Identity.Of(parameter, owner);

    /// <summary>
    /// The credential with a name of the identity that the command line gives as an object or an id. An object of the
    /// pipeline, where there is one, is that identity, a credential to be copied, or a row.
    /// </summary>
    /// <exception cref="ManagedIdentityException">They contradict each other.</exception>
    public CredentialTarget Under(string parameter, PSObject? owner, PSObject? one, string own)
    {
        var target = new CredentialTarget { Identity = Owner(parameter, owner), Name = own };
        if (one is not null && !IsCredential(one) && ResourceReference.IdOrName(one) is { } id)
        {
            new GivenName(parameter, [], target.Identity.ResourceId, ValueSource.CommandLine).CheckBeside(id);
            target.Name = name.WithoutObject;
        }

        return target;
    }

    /// <summary>The credential with an id.</summary>
    public CredentialTarget WithId(string parameter, string id) => new()
    {
        ResourceId = id,
        Identity = new ResourceTarget
        {
            SubscriptionId = subscription.OnCommandLine,
            ResourceGroupName = group.OnCommandLine,
            Name = identityName.OnCommandLine,
            Parameter = parameter,
        },
        Name = name.OnCommandLine,
    };

    /// <summary>The credential with a name, of the identity that the parameters name.</summary>
    public CredentialTarget Named(string own) => new() { Identity = Owner(null), Name = own };

    /// <summary>Whether an object is a credential that has an id.</summary>
    public static bool IsCredential(PSObject? one) =>
        one is not null && ResourceReference.IdOrName(one)?.IndexOf(Part, StringComparison.OrdinalIgnoreCase) >= 0;

    private ResourceTarget Owner(string? parameter) => new()
    {
        SubscriptionId = subscription.WithoutObject,
        ResourceGroupName = group.WithoutObject,
        Name = identityName.WithoutObject,
        Parameter = parameter,
    };
}
