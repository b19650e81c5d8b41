using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Inputs;

/// <summary>The parameters by which a cmdlet is told its resources: names in a group, resource ids, or objects.</summary>
/// <typeparam name="T">What stands for a resource.</typeparam>
/// <param name="names">Finds out which resource is meant.</param>
internal sealed class TargetParameters<T>(INames<T> names)
{
    /// <summary>The name of the parameter set in use: ByName, ByResourceId, or another, in which the object is meant.</summary>
    public string ParameterSet { get; set; } = "";

    public string[]? Names { get; set; }

    public string[]? ResourceIds { get; set; }

    /// <summary>The object, or several.</summary>
    public PSObject? Object { get; set; }

    /// <summary>The name of the parameter that takes the object.</summary>
    public string ObjectParameter { get; set; } = "InputObject";

    /// <summary>What was given, one by one, and how to find out which resource it stands for.</summary>
    public IEnumerable<(object? Input, Func<T> Target)> Each() => ParameterSet switch
    {
        "ByName" => Texts("Name", Names, names.Named),
        "ByResourceId" => Texts("ResourceId", ResourceIds, id => names.WithId("ResourceId", id)),
        _ => ResourceReference.Each(Object)
            .Select(one => ((object?)one, new Func<T>(() => names.Of(ObjectParameter, one)))),
    };

    private static IEnumerable<(object? Input, Func<T> Target)> Texts(
        string parameter, string[]? texts, Func<string, T> target) =>
        texts is { Length: > 0 }
            ? texts.Select(text => ((object?)text, new Func<T>(() => target(text))))
            : [(null, () => throw Failures.Null(parameter))];
}
