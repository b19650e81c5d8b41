using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>What is passed in.</summary>
public sealed unsafe class ScopeTests
{
    public static TheoryData<string> Texts =>
    [
        "",
        "id1",
        "naïve — Grüße, 世界, 🔑",
        "with a \0 inside",
        new string('é', 50_000),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_UTF8_with_its_length(string text)
    {
        using var scope = new NativeScope();
        var passed = scope.Text(text);
        Assert.True(passed.ptr is not null);
        var bytes = new byte[(int)passed.len];
        Marshal.Copy((IntPtr)passed.ptr, bytes, 0, bytes.Length);
        Assert.Equal(Encoding.UTF8.GetBytes(text), bytes);
        Assert.Equal(text, passed.Read());
    }

    [Fact]
    public void No_text_is_not_an_empty_one()
    {
        using var scope = new NativeScope();
        var passed = scope.Text(null);
        Assert.True(passed.ptr is null);
        Assert.Equal((nuint)0, passed.len);
        Assert.Null(passed.Read());
        Assert.Equal("", scope.Text("").Read());
    }

    [Fact]
    public void Half_a_character_does_not_break_the_encoding()
    {
        using var scope = new NativeScope();
        Assert.Equal("a\uFFFDb", scope.Text("a\uD83Db").Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("s3cret-é-世")]
    public void A_secret_is_passed_as_it_is(string text)
    {
        using var scope = new NativeScope();
        using var secret = EmulatorFixture.Secure(text);
        Assert.Equal(text, scope.Secret(secret).Read());
        Assert.True(scope.Secret(null).ptr is null);
    }

    [Fact]
    public void Texts_come_in_their_order()
    {
        using var scope = new NativeScope();
        string[] texts = ["b", "", "ä", "a"];
        var passed = scope.Texts(texts);
        Assert.Equal(texts, Enumerable.Range(0, texts.Length).Select(i => passed[i].Read()));
        Assert.True(scope.Texts([]) is not null);
    }

    [Fact]
    public void Tags_are_pairs()
    {
        using var scope = new NativeScope();
        var passed = scope.Tags([new("env", "prod"), new("größe", "")]);
        Assert.Equal(("env", "prod"), (passed[0].name.Read(), passed[0].value.Read()));
        Assert.Equal(("größe", ""), (passed[1].name.Read(), passed[1].value.Read()));
    }

    [Fact]
    public void A_target_has_what_was_given()
    {
        using var scope = new NativeScope();
        var passed = new ResourceTarget { ResourceGroupName = "rg", Name = "" }.Write(scope);
        Assert.Equal("rg", passed.resource_group.Read());
        Assert.Equal("", passed.name.Read());
        Assert.Null(passed.resource_id.Read());
        Assert.Null(passed.subscription_id.Read());
    }

    [Fact]
    public void A_principal_a_scope_and_a_role_have_what_was_given()
    {
        using var memory = new NativeScope();
        var principal = new RolePrincipal { PrincipalId = "p", PrincipalType = "User", Identity = new ResourceTarget { Name = "id1" } }.Write(memory);
        Assert.Equal(("p", "User", "id1"), (principal.principal_id.Read(), principal.principal_type.Read(), principal.identity.name.Read()));
        Assert.Null(new RolePrincipal().Write(memory).identity.resource_id.Read());
        var scope = new RoleScope { Scope = "/s", SubscriptionId = "sub", ResourceGroupName = "" }.Write(memory);
        Assert.Equal(("/s", "sub", ""), (scope.scope.Read(), scope.subscription_id.Read(), scope.resource_group.Read()));
        var role = new RoleReference { Name = "Reader" }.Write(memory);
        Assert.Equal("Reader", role.name.Read());
        Assert.Null(role.id.Read());
        Assert.Equal("guid", new RoleReference { Id = "guid" }.Write(memory).id.Read());
    }

    [Fact]
    public void No_array_is_not_an_empty_one()
    {
        using var memory = new NativeScope();
        Assert.True(memory.Texts(null) is null);
        Assert.True(memory.Tags(null) is null);
        Assert.True(memory.Tags([]) is not null);
    }

    [Fact]
    public void Freeing_twice_does_nothing()
    {
        var scope = new NativeScope();
        scope.Texts(new List<string> { "a", "b" });
        scope.Dispose();
        scope.Dispose();
    }
}
