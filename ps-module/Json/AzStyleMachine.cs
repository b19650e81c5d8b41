using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using ManagedIdentity.Models;

namespace ManagedIdentity.Json;

/// <summary>
/// Virtual machines and scale sets in the shape that Azure PowerShell gives them: what Azure keeps under "properties"
/// lies beside the rest, and identities and tags are dictionaries.
/// </summary>
internal static class AzStyleMachine
{
    /// <summary>What each object was when it was read, to tell whether a script has changed it.</summary>
    private static readonly ConditionalWeakTable<PSObject, string> s_read = new();

    /// <summary>The machine that Azure describes.</summary>
    public static PSObject Read(string json)
    {
        var wire = (PSObject)JsonReader.Read(json)!;
        var machine = new PSObject();
        Add(machine, "ResourceGroupName", Text(wire, "id")?.Split('/').ElementAtOrDefault(4));
        foreach (var member in wire.Properties.Where(member => member.Name != "properties"))
        {
            Add(machine, member.Name, Shaped(member));
        }

        foreach (var member in (wire.Properties["properties"]?.Value as PSObject)?.Properties.ToArray() ?? [])
        {
            Add(machine, member.Name, member.Value);
        }

        s_read.Add(machine, JsonWriter.Write("VM", machine));
        return machine;
    }

    /// <summary>Whether somebody has changed an object since it was read. Of others' objects nobody knows.</summary>
    public static bool IsChanged(PSObject machine) =>
        s_read.TryGetValue(machine, out var before) && JsonWriter.Write("VM", machine) != before;

    /// <summary>Adds a property that is not Azure's. It is no change of the machine.</summary>
    public static void Annotate(PSObject machine, string name, object value)
    {
        machine.Properties.Add(new PSNoteProperty(name, value));
        s_read.Remove(machine);
        s_read.Add(machine, JsonWriter.Write("VM", machine));
    }

    private static void Add(PSObject to, string name, object? value)
    {
        if (to.Properties[name] is null)
        {
            to.Properties.Add(new PSNoteProperty(char.ToUpperInvariant(name[0]) + name.Substring(1), value));
        }
    }

    private static object? Shaped(PSPropertyInfo member) => (member.Name, member.Value) switch
    {
        ("identity", PSObject identity) => Identity(identity),
        ("tags", PSObject tags) => tags.Properties.ToDictionary(tag => tag.Name, tag => tag.Value as string),
        _ => member.Value,
    };

    private static PSObject Identity(PSObject wire)
    {
        var identity = new PSObject();
        Add(identity, "PrincipalId", Text(wire, "principalId"));
        Add(identity, "TenantId", Text(wire, "tenantId"));
        Add(identity, "Type", Kind(Text(wire, "type")));
        Add(identity, "UserAssignedIdentities", Assigned(wire.Properties["userAssignedIdentities"]?.Value as PSObject));
        return identity;
    }

    /// <summary>Azure separates the two kinds by a comma, as the names of flags are.</summary>
    private static object? Kind(string? text) => Enum.TryParse<ResourceIdentityType>(text, ignoreCase: true, out var kind) ? kind : text;

    private static Dictionary<string, PSObject>? Assigned(PSObject? wire)
    {
        if (wire is null)
        {
            return null;
        }

        var assigned = new Dictionary<string, PSObject>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in wire.Properties)
        {
            var value = new PSObject();
            var ids = member.Value as PSObject;
            Add(value, "PrincipalId", ids is null ? null : Text(ids, "principalId"));
            Add(value, "ClientId", ids is null ? null : Text(ids, "clientId"));
            assigned[member.Name] = value;
        }

        return assigned;
    }

    private static string? Text(PSObject from, string name) => from.Properties[name]?.Value as string;
}
