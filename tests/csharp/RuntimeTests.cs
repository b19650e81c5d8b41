using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>
/// The module against the .NET that the tests run on. The assembly is made for .NET Standard 2.0; whether a .NET has all
/// that a method calls shows when that method is compiled to machine code, which a method without a test would put off.
/// </summary>
public sealed class RuntimeTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public void All_that_the_module_calls_is_there()
    {
        var methods = Methods(typeof(NativeMethods).Assembly).ToArray();
        Assert.True(methods.Length > 1000, $"{methods.Length} methods");
        Assert.Empty(methods.Select(Missing).OfType<string>());
    }

    [Fact]
    public void A_method_that_does_not_compile_is_named()
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Broken"), AssemblyBuilderAccess.Run).DefineDynamicModule("Broken");
        var type = module.DefineType("Broken");
        var code = type.DefineMethod("Pop", MethodAttributes.Static | MethodAttributes.Public).GetILGenerator();
        // From an empty stack.
        code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ret);
        Assert.StartsWith("Broken.Pop: ", Missing(type.CreateType()!.GetMethod("Pop")!), StringComparison.Ordinal);
    }

    /// <summary>All that can be compiled by itself: what is generic needs its types first.</summary>
    private static IEnumerable<MethodBase> Methods(Assembly assembly) =>
        assembly.GetTypes()
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            .Where(method => !method.ContainsGenericParameters && method.GetMethodBody() is not null);

    private static string? Missing(MethodBase method)
    {
        try
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
            return null;
        }
        catch (Exception error) when (error is MissingMemberException or TypeLoadException or InvalidProgramException)
        {
            return $"{method.DeclaringType}.{method.Name}: {error.Message}";
        }
    }
}
