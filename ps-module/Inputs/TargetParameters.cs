using System;
using System.Collections.Generic;
using System.Management.Automation;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>The parameters by which a cmdlet is told its resources: names in a group, resource ids, or objects.</summary>
internal sealed class TargetParameters
{
    public string? SubscriptionId { get; set; }

    public string ResourceGroupName { get; set; } = "";

    public string[] Names { get; set; } = [];

    public string[] ResourceIds { get; set; } = [];

    /// <summary>The object, or several.</summary>
    public PSObject? Object { get; set; }

    /// <summary>The name of the parameter that takes the object.</summary>
    public string ObjectParameter { get; set; } = "InputObject";

    /// <summary>What was given, one by one, and how to find out which resource it stands for.</summary>
    public IEnumerable<(object Input, Func<ResourceTarget> Target)> Each()
    {
        if (Object is not null)
        {
            foreach (var one in ResourceReference.Each(Object))
            {
                yield return (one, () => Of(one));
            }
        }
        else if (ResourceIds.Length > 0)
        {
            foreach (var id in ResourceIds)
            {
                yield return (id, () => new ResourceTarget { ResourceId = id });
            }
        }
        else
        {
            foreach (var name in Names)
            {
                yield return (name, () => Named(name));
            }
        }
    }

    /// <summary>A text is a name where a group is given with it, and else an id.</summary>
    private ResourceTarget Of(PSObject one) =>
        one.BaseObject is string name && ResourceGroupName.Length > 0 && !name.StartsWith("/", StringComparison.Ordinal)
            ? Named(name)
            : ResourceReference.Target(ObjectParameter, one, SubscriptionId);

    private ResourceTarget Named(string name) => new()
    {
        SubscriptionId = SubscriptionId,
        ResourceGroupName = ResourceGroupName,
        Name = name,
    };
}
