using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Json;

/// <summary>
/// Makes objects of JSON, exactly: a text stays a text, also where it looks like a date; a list of one stays a list;
/// a whole number of any size stays whole. ConvertFrom-Json does not hold to that, and differs between versions.
/// </summary>
internal sealed class JsonReader
{
    /// <summary>How deep objects and lists may lie in each other.</summary>
    private const int Deepest = 512;

    private readonly string _text;
    private int _at;
    private int _depth;

    private JsonReader(string text) => _text = text;

    /// <summary>Reads a JSON text.</summary>
    /// <exception cref="ManagedIdentityException">It is none.</exception>
    public static object? Read(string text)
    {
        var reader = new JsonReader(text);
        var value = reader.Value();
        reader.SkipSpace();
        return reader._at == text.Length ? value : throw reader.Unexpected();
    }

    private object? Value()
    {
        SkipSpace();
        switch (Peek())
        {
            case '{':
                return Nested(Object);
            case '[':
                return Nested(List);
            case '"':
                return Text();
            case 't':
                return Word("true", true);
            case 'f':
                return Word("false", false);
            case 'n':
                return Word("null", null);
            default:
                return Number();
        }
    }

    private object Nested(Func<object> read)
    {
        if (++_depth > Deepest)
        {
            throw Unreadable($"The response nests objects and lists more than {Deepest} deep.");
        }

        _at++;
        var value = read();
        _depth--;
        return value;
    }

    private object Object()
    {
        var members = new List<KeyValuePair<string, object?>>();
        if (!Ends('}'))
        {
            do
            {
                SkipSpace();
                var name = Text();
                SkipSpace();
                Expect(':');
                members.Add(new KeyValuePair<string, object?>(name, Value()));
            }
            while (Continues('}'));
        }

        return Object(members);
    }

    /// <summary>
    /// A PowerShell object; where names differ in casing alone, or one is empty, a table, which can have both.
    /// </summary>
    private static object Object(List<KeyValuePair<string, object?>> members)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (members.TrueForAll(member => member.Key.Length > 0 && names.Add(member.Key)))
        {
            var made = new PSObject();
            foreach (var member in members)
            {
                made.Properties.Add(new PSNoteProperty(member.Key, member.Value), preValidated: true);
            }

            return made;
        }

        var table = new OrderedDictionary(StringComparer.Ordinal);
        foreach (var member in members)
        {
            table[member.Key] = member.Value;
        }

        return table;
    }

    private object List()
    {
        var items = new List<object?>();
        if (!Ends(']'))
        {
            do
            {
                items.Add(Value());
            }
            while (Continues(']'));
        }

        return items.ToArray();
    }

    private bool Ends(char end)
    {
        SkipSpace();
        if (Peek() != end)
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool Continues(char end)
    {
        if (Ends(end))
        {
            return false;
        }

        Expect(',');
        return true;
    }

    private string Text()
    {
        Expect('"');
        var text = new StringBuilder();
        while (true)
        {
            var end = _text.IndexOfAny(['"', '\\'], _at);
            if (end < 0)
            {
                throw Unexpected();
            }

            text.Append(_text, _at, end - _at);
            _at = end + 1;
            if (_text[end] == '"')
            {
                return text.ToString();
            }

            text.Append(Escaped());
        }
    }

    private char Escaped()
    {
        var sign = Peek();
        _at++;
        return sign switch
        {
            '"' or '\\' or '/' => sign,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => Unit(),
            _ => throw Unexpected(),
        };
    }

    private char Unit()
    {
        if (_at + 4 > _text.Length ||
            !ushort.TryParse(_text.Substring(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            throw Unexpected();
        }

        _at += 4;
        return (char)unit;
    }

    private object? Word(string word, object? value)
    {
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0)
        {
            throw Unexpected();
        }

        _at += word.Length;
        return value;
    }

    /// <summary>The narrowest of int, long and BigInteger for whole numbers; decimal for others while it is exact.</summary>
    private object Number()
    {
        var start = _at;
        while (_at < _text.Length && "+-0123456789.eE".IndexOf(_text[_at]) >= 0)
        {
            _at++;
        }

        var text = _text.Substring(start, _at - start);
        var invariant = CultureInfo.InvariantCulture;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out var small))
        {
            return small;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out var large))
        {
            return large;
        }

        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out var huge))
        {
            return huge;
        }

        if (text.Length <= 28 &&
            decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, invariant, out var exact))
        {
            return exact;
        }

        return double.TryParse(text, NumberStyles.Float, invariant, out var real) ? real : throw Unexpected();
    }

    private void SkipSpace()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }
    }

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private void Expect(char sign)
    {
        if (Peek() != sign)
        {
            throw Unexpected();
        }

        _at++;
    }

    private ManagedIdentityException Unexpected() =>
        Unreadable($"The response is not valid JSON, at character {_at}.");

    private static ManagedIdentityException Unreadable(string why) =>
        new("UnexpectedContent", ErrorCategory.InvalidResult, why);
}
