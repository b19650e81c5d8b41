using System;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Finds out which resource is meant. An object with an id means that id. The names beside it on the command line go
/// with it, and the library checks that they agree; names of <c>$PSDefaultParameterValues</c> do not count then. An
/// object without an id is what its own names say; what it leaves open the parameters say.
/// </summary>
internal sealed class ResourceNames(
    GivenName subscription, GivenName group, GivenName name, GivenName? type = null) : INames<ResourceTarget>
{
    private const string Rule =
        "it must be a resource id, or an object with a property Id or ResourceId, or one with ResourceGroupName and Name.";

    /// <summary>The resource that an object stands for.</summary>
    /// <param name="parameter">The parameter that took the object.</param>
    /// <param name="one">The object; null when there is none.</param>
    /// <exception cref="ManagedIdentityException">It stands for none, or contradicts the command line.</exception>
    public ResourceTarget Of(string parameter, PSObject? one) =>
        Find(parameter, one ?? throw Failures.Null(parameter))
        ?? throw Failures.Invalid("InvalidInputObject", parameter, one, Rule);

    /// <summary>The same; null when it stands for none.</summary>
    public ResourceTarget? Find(string parameter, PSObject one)
    {
        if (ResourceReference.IdOrName(one) is { } id)
        {
            if (id.Length == 0)
            {
                throw Failures.Null(parameter);
            }

            return id.StartsWith("/", StringComparison.Ordinal) || one.BaseObject is not string
                ? WithId(parameter, id)
                : Named(parameter, id);
        }

        if (name.Of(one) is not { } own)
        {
            return null;
        }

        name.CheckBeside(own);
        return new ResourceTarget
        {
            SubscriptionId = subscription.For(one),
            ResourceGroupName = group.For(one),
            Name = own,
            Type = TypeOf(one),
            Parameter = parameter,
        };
    }

    /// <summary>The resource with an id.</summary>
    public ResourceTarget WithId(string parameter, string id) => new()
    {
        ResourceId = id,
        SubscriptionId = subscription.OnCommandLine,
        ResourceGroupName = group.OnCommandLine,
        Name = name.OnCommandLine,
        Type = type?.OnCommandLine,
        Parameter = parameter,
    };

    /// <summary>The resource with a name, in the place that the parameters say.</summary>
    public ResourceTarget Named(string own) => new()
    {
        SubscriptionId = subscription.WithoutObject,
        ResourceGroupName = group.WithoutObject,
        Name = own,
        Type = type?.WithoutObject,
    };

    /// <summary>The type that an object says it is of, or else the parameter.</summary>
    private string? TypeOf(PSObject one)
    {
        var own = ResourceReference.Type(one);
        type?.CheckBeside(own);
        return own ?? type?.WithoutObject;
    }

    /// <summary>The same for a name that was piped.</summary>
    private ResourceTarget Named(string parameter, string own)
    {
        name.CheckBeside(own);
        var target = Named(own);
        target.Parameter = parameter;
        return target;
    }
}
