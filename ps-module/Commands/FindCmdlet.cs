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

    /// <summary>The listing of a group's, or of a whole subscription's.</summary>
    private protected abstract Request List(ListScope scope);

    /// <summary>The name of one.</summary>
    private protected abstract string NameOf(object item);

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
            Submit(List(Scope(resourceGroupName)), new Operation(resourceGroupName) { OnItem = Write });
            return;
        }

        foreach (var name in names)
        {
            FindName(resourceGroupName, name);
        }
    }

    private void FindObject(ResourceTarget target, PSObject one)
    {
        if (target.Name is { } name && target.ResourceId is null && (one.BaseObject is string || target.ResourceGroupName is null))
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
        else if (resourceGroupName is not null && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            var target = new ResourceTarget
            {
                SubscriptionId = SubscriptionId,
                ResourceGroupName = resourceGroupName,
                Name = name,
            };
            Find(target, name);
        }
        else
        {
            FindPattern(resourceGroupName, name);
        }
    }

    /// <summary>Where to list: a group, or the whole subscription when the group is null.</summary>
    private protected ListScope Scope(string? resourceGroupName) => new() { SubscriptionId = SubscriptionId, ResourceGroupName = resourceGroupName };

    private void FindPattern(string? resourceGroupName, string name) =>
        FindAmong(List(Scope(resourceGroupName)), [name], $"subscription {SubscriptionId ?? Connection!.SubscriptionId}");

    /// <summary>Reads those of a listing that have one of the names or match one of the patterns; all without any.</summary>
    /// <param name="list">The listing.</param>
    /// <param name="names">The names and patterns.</param>
    /// <param name="place">
    /// Where a name is meant to be, as errors call it: that it is not there is an error. Null where it need not be.
    /// </param>
    private protected void FindAmong(Request list, string[]? names, string? place)
    {
        var patterns = names?.Select(Invariant.Pattern).ToArray() ?? [];
        // A pattern may match nothing; a name is meant to be there.
        var missing = new List<string>(
            names?.Where(name => place is not null && !WildcardPattern.ContainsWildcardCharacters(name)) ?? []);
        var operation = new Operation(names?.Length == 1 ? names[0] : null)
        {
            OnItem = item =>
            {
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
                    Report(Failures.NotFound(Label, name, place!), name);
                }
            },
        };
        Submit(list, operation);
    }
}
