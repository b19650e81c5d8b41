using System;
using System.Globalization;
using System.Management.Automation;

namespace ManagedIdentity.Inputs;

/// <summary>
/// Lets a parameter of the type TimeSpan take a number, too, which counts milliseconds. PowerShell alone takes it for
/// units of 100 nanoseconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class MillisecondsAttribute : ArgumentTransformationAttribute
{
    private const string Rule = "it must be a number of milliseconds or a time span, from 0 to 49 days.";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var time = Read(inputData is PSObject wrapped ? wrapped.BaseObject : inputData);
        if (time < TimeSpan.Zero || time.TotalMilliseconds > uint.MaxValue)
        {
            throw new ArgumentTransformationMetadataException($"'{inputData}' is not valid: {Rule}");
        }

        return time;
    }

    private static TimeSpan Read(object value)
    {
        if (value is TimeSpan time)
        {
            return time;
        }

        try
        {
            return LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double milliseconds)
                ? TimeSpan.FromMilliseconds(milliseconds)
                : (TimeSpan)LanguagePrimitives.ConvertTo(value, typeof(TimeSpan), CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is PSInvalidCastException or OverflowException or ArgumentException)
        {
            throw new ArgumentTransformationMetadataException($"'{value}' is not valid: {Rule}", error);
        }
    }
}
