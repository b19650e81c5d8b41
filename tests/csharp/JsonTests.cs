using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Numerics;
using System.Security;
using ManagedIdentity.Errors;
using ManagedIdentity.Json;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>What goes out as JSON, and what comes in. Objects need a PowerShell: Json.Tests.ps1 has them.</summary>
public sealed class JsonTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("[[1,[2]],[]]")]
    [InlineData("\"2024-05-01T10:00:00Z\"")]
    [InlineData("[0,-1,2147483648,9223372036854775807,123456789012345678901234567890]")]
    [InlineData("[1.10,0.1]")]
    [InlineData("\"\\u0000\\u001f \\\\ \\\" / é 世界 🔑\"")]
    [InlineData("{\"a\":1,\"A\":2,\"\":3}")]
    public void What_is_read_is_written_as_it_was(string json) =>
        Assert.Equal(json, JsonWriter.Write("Body", JsonReader.Read(json)));

    [Fact]
    public void Escapes_and_space_are_read()
    {
        var list = Assert.IsType<object[]>(JsonReader.Read(" [\t\"a\\u0062\\/\\\\\" ,\r\n \"\\ud83d\\udd11\\b\\f\\n\\r\\t\" , 1e3 ] "));
        Assert.Equal(["ab/\\", "🔑\b\f\n\r\t", 1000.0], list);
    }

    [Fact]
    public void Numbers_are_as_wide_as_they_need()
    {
        Assert.IsType<int>(JsonReader.Read("1"));
        Assert.IsType<long>(JsonReader.Read("4294967296"));
        Assert.Equal(BigInteger.Parse("99999999999999999999"), JsonReader.Read("99999999999999999999"));
        Assert.Equal(1.10m, JsonReader.Read("1.10"));
        Assert.Equal(1e300, JsonReader.Read("1e300"));
    }

    [Fact]
    public void Names_that_differ_in_casing_alone_are_both_there()
    {
        var table = Assert.IsType<OrderedDictionary>(JsonReader.Read("{\"a\":1,\"A\":2}"));
        Assert.Equal([1, 2], table.Values.Cast<int>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\"}")]
    [InlineData("\"a")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("tru")]
    [InlineData("1 2")]
    [InlineData("-")]
    public void What_is_no_json_is_an_error(string text) =>
        Assert.Equal("UnexpectedContent", Assert.Throws<ManagedIdentityException>(() => JsonReader.Read(text)).Code);

    [Fact]
    public void Depth_without_end_is_an_error_and_no_crash()
    {
        Assert.Throws<ManagedIdentityException>(() => JsonReader.Read(new string('[', 100_000)));
        var circle = new Hashtable();
        circle["self"] = circle;
        Assert.Equal("InvalidBody", Assert.Throws<ManagedIdentityException>(() => JsonWriter.Write("Body", circle)).Code);
    }

    [Fact]
    public void Tables_and_lists_become_json()
    {
        var secret = new SecureString();
        secret.AppendChar('s');
        var value = new OrderedDictionary
        {
            ["secret"] = secret,
            ["day"] = new DateTime(2024, 5, 1, 10, 0, 0, DateTimeKind.Utc),
            ["list"] = new List<object> { DayOfWeek.Friday, 1.5, (byte)2 },
        };
        // With the indexer, a number would be a position.
        value.Add(3, new Hashtable());
        const string Expected =
            "{\"secret\":\"s\",\"day\":\"2024-05-01T10:00:00.0000000Z\"," +
            "\"list\":[\"Friday\",1.5,2],\"3\":{}}";
        Assert.Equal(Expected, JsonWriter.Write("Body", value));
    }

    [Fact]
    public void What_json_has_no_number_for_is_an_error_that_does_not_repeat_the_value()
    {
        var error = Assert.Throws<ManagedIdentityException>(() => JsonWriter.Write("Body", new object[] { "marked", double.NaN }));
        Assert.Contains("-Body", error.Message);
        Assert.DoesNotContain("marked", error.Message);
    }
}
