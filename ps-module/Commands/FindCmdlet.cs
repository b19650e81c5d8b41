using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that reads resources: by id, by name, by pattern, or all of them.</summary>
public abstract class FindCmdlet : ConnectedCmdlet
{
    /// <summary>What one of the resources is called, such as "virtual machine".</summary>
    private protected abstract string Label { get; }

    /// <summary>What one of the resources is called, by the parameters and by an object of the pipeline.</summary>
    private protected abstract ResourceNames Called { get; }

    /// <summary>The reading of one.</summary>
    private protected abstract Request Get(ResourceTarget target);

    /// <summary>The listing of those that are wanted.</summary>
    private protected abstract Request List(Fleet fleet);

    /// <summary>The name of one.</summary>
    private protected abstract string NameOf(object item);

    /// <summary>The resource group of one.</summary>
    private protected abstract string? GroupOf(object item);

    /// <summary>Where the resources are, as errors call it.</summary>
    private protected virtual string Place => $"subscription {Subscriptions?[0] ?? Connection!.SubscriptionId}";

    /// <summary>Writes one.</summary>
    private protected virtual void Write(object item) => WriteObject(item);

    /// <summary>Reads the resources with these ids.</summary>
    private protected void FindIds(string[]? ids) =>
        ForEach(new TargetParameters<ResourceTarget>(Called) { ParameterSet = "ByResourceId", ResourceIds = ids }, Find);

    /// <summary>Reads the resources that these objects stand for; texts are ids, names or patterns.</summary>
    private protected void FindObjects(string parameter, PSObject? given)
    {
        foreach (var one in ResourceReference.Each(given))
        {
            Try(() => FindObject(Called.Of(parameter, one), one!), one);
        }
    }

    /// <summary>Reads the resources with these names or patterns; without any, all of them.</summary>
    private protected void FindNames(string? resourceGroupName, string[]? names)
    {
        if (names is null)
        {
            Submit(List(Wanted(resourceGroupName, null)), new Operation(resourceGroupName) { OnItem = Write });
            return;
        }

        foreach (var name in names)
        {
            FindName(resourceGroupName, name);
        }
    }

    private void FindObject(ResourceTarget target, PSObject one)
    {
        var isSearch = one.BaseObject is string || ((target.Type is null || IsOneType) && !IsOneGroup(target.ResourceGroupName));
        if (isSearch && target is { ResourceId: null, Name: { } name })
        {
            FindName(target.ResourceGroupName, name);
        }
        else
        {
            Find(target, one);
        }
    }

    private void Find(ResourceTarget target, object? input) => Submit(Get(target), new Operation(input) { OnItem = Write });

    private void FindName(string? resourceGroupName, string name)
    {
        // No name begins with a slash.
        if (name.StartsWith("/", StringComparison.Ordinal))
        {
            FindIds([name]);
        }
        else if (IsOneType && IsOneGroup(resourceGroupName) && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            Find(Named(resourceGroupName!, name), name);
        }
        else
        {
            FindPattern(resourceGroupName, name);
        }
    }

    /// <summary>Whether a resource group is one: named, and of one subscription.</summary>
    private bool IsOneGroup(string? resourceGroupName) =>
        resourceGroupName is not null && Subscriptions is not { Length: > 1 } && !IsPattern(resourceGroupName);

    /// <summary>Whether it is known of which type a resource is.</summary>
    private protected virtual bool IsOneType => true;

    /// <summary>The resource with a name, in a place.</summary>
    private protected virtual ResourceTarget Named(string resourceGroupName, string name) => new()
    {
        SubscriptionId = Subscriptions?[0],
        ResourceGroupName = resourceGroupName,
        Name = name,
    };

    /// <summary>Whether a text is a pattern and no name.</summary>
    private protected static bool IsPattern(string? text) => text is not null && WildcardPattern.ContainsWildcardCharacters(text);

    /// <summary>Which resources to list, and where.</summary>
    /// <param name="resourceGroupName">The resource group, or a pattern; null for all.</param>
    /// <param name="names">Names and patterns; null for all.</param>
    private protected virtual Fleet Wanted(string? resourceGroupName, string[]? names) => new()
    {
        Subscriptions = Subscriptions ?? [],
        ResourceGroupName = resourceGroupName,
        Names = names ?? [],
    };

    private void FindPattern(string? resourceGroupName, string name) => FindAmong(resourceGroupName, [name], mayBeMissing: false);

    /// <summary>Reads those of a listing that have one of the names or match one of the patterns; all without any.</summary>
    /// <param name="resourceGroupName">The resource group, or a pattern; null for all.</param>
    /// <param name="names">The names and patterns.</param>
    /// <param name="mayBeMissing">Whether a name that is not there is no error.</param>
    private protected void FindAmong(string? resourceGroupName, string[]? names, bool mayBeMissing)
    {
        var patterns = names?.Select(Invariant.Pattern).ToArray() ?? [];
        // A pattern may match nothing; a name is meant to be there.
        var missing = new List<string>(
            names?.Where(name => !mayBeMissing && !WildcardPattern.ContainsWildcardCharacters(name)) ?? []);
        var group = IsPattern(resourceGroupName) ? Invariant.Pattern(resourceGroupName!) : null;
        var operation = new Operation(names?.Length == 1 ? names[0] : null)
        {
            OnItem = item =>
            {
                if (group is not null && !group.IsMatch(GroupOf(item) ?? ""))
                {
                    return;
                }

                var found = NameOf(item);
                missing.RemoveAll(name => name.Equals(found, StringComparison.OrdinalIgnoreCase));
                if (names is null || patterns.Any(pattern => pattern.IsMatch(found)))
                {
                    Write(item);
                }
            },
            OnDone = () =>
            {
                foreach (var name in missing)
                {
                    Report(Failures.NotFound(Label, name, Place), name);
                }
            },
        };
        Submit(List(Wanted(resourceGroupName, names)), operation);
    }
}
