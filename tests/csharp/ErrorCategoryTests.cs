using System;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Each category of the library is PowerShell's of the same name.</summary>
public sealed class ErrorCategoryTests
{
    private const string Prefix = "AZMI_CATEGORY_";

    public static TheoryData<string> Categories =>
    [
        .. typeof(NativeMethods).GetFields(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(field => field.Name)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Categories))]
    public void Category_keeps_its_name(string name)
    {
        var field = typeof(NativeMethods).GetField(name, BindingFlags.Static | BindingFlags.NonPublic)!;
        var words = name[Prefix.Length..].ToLowerInvariant().Split('_');
        var wanted = string.Concat(words.Select(word => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(word)));
        Assert.Equal(wanted, ErrorCategories.From((uint)field.GetRawConstantValue()!).ToString());
    }

    [Fact]
    public void An_unknown_category_is_not_specified() =>
        Assert.Equal(ErrorCategory.NotSpecified, ErrorCategories.From(uint.MaxValue));
}
