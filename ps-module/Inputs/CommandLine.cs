using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using ManagedIdentity.Models;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Inputs;

/// <summary>What an unfinished command line says.</summary>
/// <param name="command">The name of the cmdlet.</param>
/// <param name="line">The command.</param>
/// <param name="bound">The arguments so far, as far as they can be known without running anything.</param>
internal sealed class CommandLine(string? command, CommandAst? line, IDictionary? bound)
{
    private const string ConnectionParameter = "Connection";

    /// <summary>The names of that parameter: its own, and those of Azure PowerShell.</summary>
    private static readonly string[] s_connectionNames =
        [ConnectionParameter, "DefaultProfile", "AzContext", "AzureRmContext", "AzureCredential"];

    // Fewer letters would be ambiguous.
    private const int FewestLetters = 4;

    private static readonly Dictionary<string, string> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UserAssignedIdentity"] = IdentityType,
        ["AzUserAssignedIdentity"] = IdentityType,
        ["VmIdentity"] = "Microsoft.Compute/virtualMachines",
        ["AzVM"] = "Microsoft.Compute/virtualMachines",
        ["VmssIdentity"] = "Microsoft.Compute/virtualMachineScaleSets",
        ["AzVmss"] = "Microsoft.Compute/virtualMachineScaleSets",
    };

    /// <summary>The type of user-assigned identities.</summary>
    public const string IdentityType = "Microsoft.ManagedIdentity/userAssignedIdentities";

    /// <summary>
    /// The open connection that the command would use, if there is one: the named one, as far as it is known, or else the
    /// one that is there. None is made.
    /// </summary>
    public ManagedIdentityConnection? Connection
    {
        get
        {
            var connection = NamesConnection
                ? s_connectionNames.Select(Value).OfType<ManagedIdentityConnection>().FirstOrDefault()
                : ConnectionChoice.Current;
            return connection is { IsConnected: true } ? connection : null;
        }
    }

    /// <summary>The types of the resources that the command is about, or patterns; none when the line does not say.</summary>
    public string[] ResourceTypes =>
        Texts("ResourceType") is { Length: > 0 } given ? given
        : s_types.TryGetValue(Noun, out var type) ? [type]
        : [];

    /// <summary>Whether all subscriptions are meant.</summary>
    public bool IsEverywhere => IsOn("AllSubscriptions");

    private string Noun => command?.Split('-').Last() ?? "";

    private bool NamesConnection =>
        (bound is not null && s_connectionNames.Any(bound.Contains)) ||
        line?.CommandElements.OfType<CommandParameterAst>().Any(IsConnectionParameter) == true;

    /// <summary>The first text of a parameter; null when it has none that is known.</summary>
    public string? Text(string parameter) => Texts(parameter).FirstOrDefault();

    /// <summary>
    /// The texts of these parameters, as far as they are known: an object stands for its id. An empty text says nothing.
    /// </summary>
    public string[] Texts(params string[] parameters) => parameters
        .Select(Value)
        .Where(value => value is not null)
        .SelectMany(value => ResourceReference.Each(PSObject.AsPSObject(value!)))
        .Select(one => one is null ? null : Text(one))
        .OfType<string>()
        .Where(text => text.Length > 0)
        .ToArray();

    /// <summary>Says which resources the command is about. An object of the pipeline may be an id, and so may a name.</summary>
    public CompleteRequest Named(CompleteRequest request)
    {
        var named = Texts("Name", "VMScaleSetName", "ResourceId", "Id", "InputObject", "VM", "Vmss", "VirtualMachineScaleSet");
        request.Ids = named.Where(IsId).ToArray();
        request.Names = named.Except(request.Ids).ToArray();
        request.ResourceGroupName = Text("ResourceGroupName");
        return request;
    }

    /// <summary>Whether a text is an id: no name begins with a slash.</summary>
    public static bool IsId(string text) => text.StartsWith("/", StringComparison.Ordinal);

    private static string? Text(PSObject one) =>
        ResourceReference.IdOrName(one) ?? (one.BaseObject is IConvertible ? Invariant.Text(one.BaseObject) : null);

    private bool IsConnectionParameter(CommandParameterAst parameter) =>
        parameter.ParameterName.Length >= FewestLetters &&
        s_connectionNames.Any(name => name.StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase));

    private bool IsOn(string parameter) => bound?.Contains(parameter) == true && Value(parameter) is not false;

    private object? Value(string parameter)
    {
        var value = bound?[parameter];
        return value is PSObject wrapped ? wrapped.BaseObject : value;
    }
}
