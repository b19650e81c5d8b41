using System;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Takes a connection. One of another version of the module, and a copy that came from another process, are taken, too, so
/// that the cmdlet can say what to do; of anything else it says what is expected.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ConnectionArgumentAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] s_foreign =
        [typeof(ManagedIdentityConnection).FullName!, $"Deserialized.{typeof(ManagedIdentityConnection).FullName}"];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is null or ManagedIdentityConnection)
        {
            return inputData;
        }

        if (PSObject.AsPSObject(inputData!) is var copy && copy.TypeNames.Intersect(s_foreign).Any())
        {
            return ManagedIdentityConnection.CopiedFrom(name => copy.Properties[name]?.Value as string);
        }

        throw new ArgumentTransformationMetadataException(
            $"It is a connection, as Connect-ManagedIdentityService returns it, and not {Kind(value)}: to use the sign-in of " +
            "Azure PowerShell, run Connect-ManagedIdentityService -UseAzContext.");
    }

    private static string Kind(object value) => value is string ? "a string" : $"an object of the type {value.GetType().Name}";
}
