using System;
using System.Diagnostics;
using System.Threading;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Completion of arguments, as far as it goes without PowerShell.</summary>
public sealed class CompletionTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("'", "")]
    [InlineData("\"", "")]
    [InlineData("''", "")]
    [InlineData("'a b", "a b")]
    [InlineData("'a b'", "a b")]
    [InlineData("'it''s", "it's")]
    [InlineData("\"it's", "it's")]
    [InlineData("\"a\"\"b", "a\"b")]
    [InlineData("\"a`\"b`$c", "a\"b$c")]
    [InlineData("a` b", "a b")]
    [InlineData("a``b", "a`b")]
    public void An_unfinished_argument_stands_for_its_text(string? written, string expected) =>
        Assert.Equal(expected, Argument.Read(written));

    [Fact]
    public void What_completes_a_word_has_a_value_a_label_and_a_detail()
    {
        var found = Run.Item<Suggestion>(new CompleteRequest(fixture.Client, CompletionKind.Subscription, "EMU") { PatienceMilliseconds = 60_000 });
        Assert.Equal(fixture.Connection.SubscriptionId, found.Value);
        Assert.Equal(fixture.Connection.SubscriptionName, found.Label);
        Assert.Contains(found.Value, found.Detail);
    }

    [Fact]
    public void All_that_the_line_says_counts()
    {
        Run.Item<UserAssignedIdentity>(new IdentityCreateRequest(fixture.Client, EmulatorFixture.Target("complete-id")));
        Run.Item<VmIdentity>(new ResourceIdentityUpdateRequest(fixture.Client, ResourceKind.VirtualMachine, EmulatorFixture.Target("myVM")) { Add = ["complete-id"] });
        var request = new CompleteRequest(fixture.Client, CompletionKind.AssignedIdentity, "c")
        {
            Subscriptions = [fixture.Connection.SubscriptionName],
            ResourceGroupName = EmulatorFixture.Group,
            ResourceTypes = ["Microsoft.Compute/virtualMachines"],
            Names = ["myVM"],
            PatienceMilliseconds = 60_000,
        };
        Assert.Equal("complete-id", Run.Item<Suggestion>(request).Value);
        var role = new CompleteRequest(fixture.Client, CompletionKind.Role, "reade")
        {
            Scope = $"/subscriptions/{fixture.Connection.SubscriptionId}/resourceGroups/{EmulatorFixture.Group}",
            PatienceMilliseconds = 60_000,
        };
        Assert.Equal("Reader", Run.Items<Suggestion>(role)[0].Value);
    }

    [Fact]
    public void Types_are_known_without_a_connection()
    {
        var found = Run.Items<Suggestion>(new CompleteRequest(0, CompletionKind.ResourceType, "microsoft.web"));
        Assert.Equal(["Microsoft.Web/sites", "Microsoft.Web/sites/slots"], found.ConvertAll(one => one.Value));
        Assert.Empty(Run.Items<Suggestion>(new CompleteRequest(0, CompletionKind.ResourceGroup, "")));
    }

    [Fact]
    public void A_service_that_is_slow_is_not_waited_for()
    {
        fixture.Admin("POST", "faults", """{"times":100,"pathContains":"ResourceGraph","action":{"delayMs":600000}}""");
        var clock = Stopwatch.StartNew();
        Assert.Empty(Suggestions.Ask(Groups(fixture.Connection), fixture.Connection, clock));
        // The service takes ten minutes.
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(5));
        fixture.Admin("DELETE", "faults", null);
        Suggestions.Forget();
        Assert.Equal(2, Run.Items<Suggestion>(Groups(fixture.Connection)).Count);
    }

    [Fact]
    public void Nothing_is_waited_for_when_half_a_second_is_over()
    {
        fixture.Admin("POST", "faults", """{"times":1,"pathContains":"locations","action":{"delayMs":600000}}""");
        var pressed = Stopwatch.StartNew();
        Assert.True(SpinWait.SpinUntil(() => pressed.ElapsedMilliseconds > 500, 60_000));
        var request = new CompleteRequest(fixture.Client, CompletionKind.Location, "");
        Assert.Empty(Suggestions.Ask(request, fixture.Connection, pressed));
        Assert.Equal(0u, request.PatienceMilliseconds);
        fixture.Admin("DELETE", "faults", null);
        Suggestions.Forget();
    }

    [Fact]
    public void A_connection_that_was_closed_is_refused()
    {
        var connection = Run.Item<ManagedIdentityConnection>(fixture.Connect());
        var request = Groups(connection);
        Assert.Equal(2, Run.Items<Suggestion>(request).Count);
        connection.Close(ConnectionEnd.Disconnected);
        Assert.Throws<CallRefusedException>(() => Suggestions.Ask(request, connection, Stopwatch.StartNew()));
    }

    private static CompleteRequest Groups(ManagedIdentityConnection connection) =>
        new(connection.Client, CompletionKind.ResourceGroup, "") { PatienceMilliseconds = 60_000 };
}
