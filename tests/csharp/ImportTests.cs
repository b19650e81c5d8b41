using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>The generated imports against the libraries and their headers.</summary>
public sealed class ImportTests
{
    private static readonly MethodInfo[] s_imports = new[] { typeof(NativeMethods), typeof(EmulatorMethods) }
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
        .Where(method => method.GetCustomAttribute<DllImportAttribute>() is not null)
        .ToArray();

    private static readonly Type[] s_records = typeof(NativeMethods).Assembly.GetTypes()
        .Where(type => type.IsValueType && !type.IsEnum && type.Namespace == typeof(NativeMethods).Namespace)
        .Where(type => type.Name.StartsWith("Azmi", StringComparison.Ordinal))
        .ToArray();

    public static TheoryData<string> Imports => [.. s_imports.Select(import => import.Name)];

    public static TheoryData<string> Records => [.. s_records.Select(record => record.Name)];

    [Theory]
    [MemberData(nameof(Imports))]
    public void Import_is_exported(string name)
    {
        var method = s_imports.Single(method => method.Name == name);
        var import = method.GetCustomAttribute<DllImportAttribute>()!;
        Assert.Equal(method.DeclaringType == typeof(EmulatorMethods) ? "managed_identity_emulator" : "managed_identity", import.Value);
        Assert.Equal(CallingConvention.Cdecl, import.CallingConvention);
        Assert.NotEqual(IntPtr.Zero, Library.Load(import.Value));
        // Binds it, and calls nothing.
        Marshal.Prelink(method);
    }

    [Fact]
    public void Every_function_of_the_header_is_imported()
    {
        var declared = Found(Checkout.Headers, @"\b(azmi_\w+)\(");
        Assert.Equal(declared.Distinct().Order(), s_imports.Select(import => import.Name).Order());
    }

    [Fact]
    public void Every_record_of_the_header_is_declared()
    {
        var declared = Found(Checkout.Headers, @"typedef struct (Azmi\w+)").ToArray();
        Assert.NotEmpty(declared);
        Assert.Equal(declared.Distinct().Order(), s_records.Select(record => record.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Record_has_the_header_s_members_in_their_order(string name)
    {
        var body = Regex.Match(Checkout.Headers, $@"typedef struct {name} \{{(.*?)\n\}} {name};", RegexOptions.Singleline);
        var declared = Found(body.Groups[1].Value, @"(?m)^(?! *//).*\b(\w+);");
        Assert.Equal(declared, Fields(Record(name)).Select(field => field.Name));
    }

    /// <summary>C aligns each member to its own size, and the whole to its largest member.</summary>
    [Theory]
    [MemberData(nameof(Records))]
    public void Record_is_laid_out_as_in_C(string name)
    {
        var record = Record(name);
        var offset = 0;
        foreach (var field in Fields(record))
        {
            offset = RoundUp(offset, Alignment(field.FieldType));
            Assert.Equal(offset, (int)Marshal.OffsetOf(record, field.Name));
            offset += Size(field.FieldType);
        }

        Assert.Equal(RoundUp(offset, Alignment(record)), Marshal.SizeOf(record));
        Assert.Equal(Marshal.SizeOf(record), ManagedSize(record));
    }

    /// <summary>What the group of a pattern is in each of its matches.</summary>
    private static IEnumerable<string> Found(string text, string pattern)
    {
        foreach (Match match in Regex.Matches(text, pattern))
        {
            yield return match.Groups[1].Value;
        }
    }

    private static Type Record(string name) => s_records.Single(record => record.Name == name);

    private static FieldInfo[] Fields(Type record) =>
        record.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .OrderBy(field => field.MetadataToken)
            .ToArray();

    private static int RoundUp(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private static int Size(Type type) => type switch
    {
        { IsPointer: true } => IntPtr.Size,
        _ when type == typeof(nuint) => IntPtr.Size,
        { IsPrimitive: true } => Marshal.SizeOf(type),
        _ => Fields(type).Aggregate(0, (end, field) => RoundUp(end, Alignment(field.FieldType)) + Size(field.FieldType)) is var end
            ? RoundUp(end, Alignment(type))
            : 0,
    };

    private static int Alignment(Type type) =>
        type.IsPointer || type.IsPrimitive ? Size(type) : Fields(type).Max(field => Alignment(field.FieldType));

    private static int ManagedSize(Type type) =>
        (int)typeof(ImportTests).GetMethod(nameof(SizeOf), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(null, null)!;

    private static unsafe int SizeOf<T>() where T : unmanaged => sizeof(T);
}
