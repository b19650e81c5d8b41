#if NETFRAMEWORK
using System.Collections.Generic;
using System.Linq;

// What the language and the tests use and .NET Framework does not have.

namespace System.Runtime.CompilerServices
{
    /// <summary>Marks what runs when the assembly is loaded: the compiler looks for the name.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class ModuleInitializerAttribute : Attribute;

    /// <summary>Marks properties that are set with an object's creation alone: the compiler looks for the name.</summary>
    internal static class IsExternalInit;
}

namespace System
{
    /// <summary>A place in a list, counted from its end where it is written with ^.</summary>
    internal readonly struct Index(int value, bool fromEnd = false)
    {
        public static implicit operator Index(int value) => new(value);

        public int GetOffset(int length) => fromEnd ? length - value : value;
    }
}

namespace ManagedIdentity.Tests
{
    internal static class FrameworkExtensions
    {
        public static IEnumerable<T> Order<T>(this IEnumerable<T> items) => items.OrderBy(item => item);
    }
}
#endif
