using System.IO;
using System.Linq;
using System.Reflection;

namespace ManagedIdentity.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Checkout
{
    public static string Path(params string[] parts) =>
        System.IO.Path.Combine([Root, .. parts]);

    /// <summary>The C headers, as committed.</summary>
    public static string Headers =>
        string.Concat(Directory.GetFiles(Path("bindings"), "*.h").Select(File.ReadAllText));

    private static string Root { get; } = typeof(Checkout).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Checkout").Value!;
}
