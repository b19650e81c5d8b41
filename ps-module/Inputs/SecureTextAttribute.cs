using System;
using System.Management.Automation;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Refuses plain text for a parameter of the type SecureString, and says how to give it. PowerShell's own error would
/// show the text.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SecureTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is string)
        {
            throw new ArgumentTransformationMetadataException(
                "It is a SecureString, so that no secret is in a command line or the history: use " +
                "(Get-AzAccessToken -AsSecureString).Token, or ConvertTo-SecureString for a string.");
        }

        return inputData;
    }
}
