using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Each folder of the module uses those before it alone.</summary>
public sealed class LayerTests
{
    /// <summary>The order: none uses a later one.</summary>
    private static readonly string[] s_order = ["Certificates", "Models", "Views", "Native", "Errors", "Inputs", "Json", "Commands", "AzCommands"];

    private static readonly string s_module = Checkout.Path("ps-module");

    public static TheoryData<string> Layers => [.. s_order];

    [Fact]
    public void Every_folder_is_in_the_order()
    {
        string[] notCode = ["bin", "obj", "help", "en-US"];
        var folders = Directory.GetDirectories(s_module).Select(folder => Path.GetFileName(folder)!).Except(notCode);
        Assert.Equal(s_order.Order(), folders.Order());
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_uses_earlier_ones_alone(string layer)
    {
        var later = s_order.SkipWhile(one => one != layer).Skip(1).ToArray();
        var sources = Sources(layer).ToArray();
        Assert.NotEmpty(sources);
        Assert.Empty(sources.SelectMany(source => Uses(source.Text, later).Select(used => $"{source.Name} uses {used}")));
    }

    [Fact]
    public void A_use_is_found_in_each_form()
    {
        Assert.Equal(["Errors"], Uses("using ManagedIdentity.Errors;", s_order));
        Assert.Equal(["Native"], Uses("using static ManagedIdentity.Native.Requests.Request;", s_order));
        Assert.Equal(["Commands"], Uses("_ = new Commands.Operation(null);", s_order));
        Assert.Equal(["Inputs"], Uses("global::ManagedIdentity.Inputs.Tags.Read();", s_order));
        Assert.Empty(Uses("// using ManagedIdentity.Errors;\nusing System.Collections; command.Commands.Count();", s_order));
    }

    /// <summary>The layers that a text names: in a using, or before the name of a type.</summary>
    private static IEnumerable<string> Uses(string text, string[] layers)
    {
        var code = Regex.Replace(text, "//.*", "");
        return layers.Where(layer => Regex.IsMatch(code, $@"(\bManagedIdentity\.|(?<![\w.])){layer}[.;]"));
    }

    /// <summary>The texts of a layer's namespace: its files, and what is generated into it.</summary>
    private static IEnumerable<(string Name, string Text)> Sources(string layer)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(s_module, layer), "*.cs", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            Assert.Matches($@"(?m)^namespace ManagedIdentity\.{layer}[.;]", text);
            yield return (Path.GetFileName(file), text);
        }

        foreach (var file in Directory.GetFiles(Checkout.Path("bindings"), "*.g.cs"))
        {
            var parts = Regex.Split(File.ReadAllText(file), @"(?m)^(?=namespace )");
            foreach (var part in parts.Where(part => Regex.IsMatch(part, $@"^namespace ManagedIdentity\.{layer}\b")))
            {
                yield return (Path.GetFileName(file), part);
            }
        }
    }
}
