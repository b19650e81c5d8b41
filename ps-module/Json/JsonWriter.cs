using System;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;

namespace ManagedIdentity.Json;

/// <summary>
/// Makes JSON of what PowerShell users have: tables, objects, lists. Unlike ConvertTo-Json it cuts nothing off that lies
/// deep, and takes a SecureString for its text.
/// </summary>
internal sealed class JsonWriter
{
    /// <summary>How deep objects and lists may lie in each other. What is deeper goes in circles.</summary>
    private const int Deepest = 100;

    private readonly StringBuilder _json = new();
    private readonly string _parameter;
    private int _depth;

    private JsonWriter(string parameter) => _parameter = parameter;

    /// <summary>The value as JSON.</summary>
    /// <param name="parameter">The parameter that it was given by, for errors.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ManagedIdentityException">There is something in it that JSON can't express.</exception>
    public static string Write(string parameter, object? value)
    {
        var writer = new JsonWriter(parameter);
        writer.Value(value);
        return writer._json.ToString();
    }

    private static object? Unwrapped(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private void Value(object? value)
    {
        var bare = Unwrapped(value);
        switch (bare)
        {
            case null:
            case DBNull:
                _json.Append("null");
                break;
            case bool flag:
                _json.Append(flag ? "true" : "false");
                break;
            case SwitchParameter flag:
                _json.Append(flag.IsPresent ? "true" : "false");
                break;
            case SecureString secret:
                Secret(secret);
                break;
            case string or char or Uri or Guid or Version or Enum:
                Text(bare.ToString()!);
                break;
            case DateTime or DateTimeOffset:
                Text(((IFormattable)bare).ToString("o", CultureInfo.InvariantCulture));
                break;
            case double or float:
                Real(Convert.ToDouble(bare, CultureInfo.InvariantCulture), (IFormattable)bare);
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal or BigInteger:
                _json.Append(((IFormattable)bare).ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                Nested(value!, bare);
                break;
        }
    }

    private void Nested(object value, object bare)
    {
        if (++_depth > Deepest)
        {
            throw Impossible($"it is nested more than {Deepest} levels deep, or refers to itself.");
        }

        switch (bare)
        {
            case IDictionary table:
                Table(table);
                break;
            case IEnumerable list:
                List(list);
                break;
            default:
                Object(PSObject.AsPSObject(value));
                break;
        }

        _depth--;
    }

    private void Table(IDictionary table)
    {
        var separator = '{';
        foreach (DictionaryEntry member in table)
        {
            Member(separator, Invariant.Text(Unwrapped(member.Key)) ?? "", member.Value);
            separator = ',';
        }

        _json.Append(separator == '{' ? "{}" : "}");
    }

    private void Object(PSObject value)
    {
        var separator = '{';
        foreach (var property in value.Properties)
        {
            if (property.IsGettable)
            {
                Member(separator, property.Name, property.Value);
                separator = ',';
            }
        }

        _json.Append(separator == '{' ? "{}" : "}");
    }

    private void Member(char separator, string name, object? value)
    {
        _json.Append(separator);
        Text(name);
        _json.Append(':');
        Value(value);
    }

    private void List(IEnumerable list)
    {
        var separator = '[';
        foreach (var item in list)
        {
            _json.Append(separator);
            Value(item);
            separator = ',';
        }

        _json.Append(separator == '[' ? "[]" : "]");
    }

    private void Real(double value, IFormattable source)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            throw Impossible($"JSON has no number {source}.");
        }

        _json.Append(source.ToString("R", CultureInfo.InvariantCulture));
    }

    private void Secret(SecureString secret)
    {
        var clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Text(Marshal.PtrToStringUni(clear, secret.Length)!);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }

    private void Text(string text)
    {
        _json.Append('"');
        foreach (var character in text)
        {
            switch (character)
            {
                case '"' or '\\':
                    _json.Append('\\').Append(character);
                    break;
                case < ' ':
                    _json.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    _json.Append(character);
                    break;
            }
        }

        _json.Append('"');
    }

    // The value may hold secrets, and is not repeated.
    private ManagedIdentityException Impossible(string rule) =>
        Failures.Invalid($"Invalid{_parameter}", _parameter, "(not shown)", rule);
}
