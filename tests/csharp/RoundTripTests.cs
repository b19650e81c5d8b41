using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Each shape of data through the real library and back.</summary>
public sealed class RoundTripTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const string VirtualMachine = "myVM";

    public static TheoryData<string> Accounts => ["", "user@contoso.com", "Grüße, 世界 🔑", new string('x', 100 * 1024)];

    [Theory]
    [MemberData(nameof(Accounts))]
    public void A_text_comes_back_as_it_went(string account)
    {
        var connection = Run.Item<ManagedIdentityConnection>(fixture.ConnectWithToken(account));
        Assert.Equal(account, connection.Account);
        connection.Close(ConnectionEnd.Disconnected);
    }

    [Fact]
    public void A_connection_says_where_it_leads()
    {
        var connection = Run.Item<ManagedIdentityConnection>(fixture.ConnectWithToken(null));
        Assert.Equal("AccessToken", connection.AccountType);
        Assert.Equal(fixture.Emulator.Endpoint, connection.Endpoint);
        Assert.Equal(fixture.Emulator.SubscriptionId, connection.SubscriptionId);
        Assert.Equal(fixture.Emulator.TenantId, connection.TenantId);
        Assert.Equal("Emulator subscription", connection.SubscriptionName);
        Assert.NotEqual("", connection.Environment);
        connection.Close(ConnectionEnd.Disconnected);
    }

    [Fact]
    public void Tags_come_back_as_they_went()
    {
        var tags = new Dictionary<string, string> { ["env"] = "prod", ["größe"] = "世界", ["empty"] = "", ["long"] = new string('é', 256) };
        var created = Create("tagged", tags);
        Assert.Equal(tags, created.Tag.Cast<DictionaryEntry>().ToDictionary(tag => (string)tag.Key, tag => (string)tag.Value!));
        Assert.Equal("prod", created.Tag["ENV"]);
    }

    [Fact]
    public void Tags_that_are_not_named_stay_and_an_empty_list_clears_them()
    {
        Create("cleared", new Dictionary<string, string> { ["env"] = "prod" });
        var target = EmulatorFixture.Target("cleared");
        var scoped = Run.Item<UserAssignedIdentity>(new IdentityUpdateRequest(fixture.Client, target) { IsolationScope = "Regional" });
        Assert.Equal("prod", scoped.Tag["env"]);
        Assert.Equal("Regional", scoped.IsolationScope);
        Assert.Empty(Run.Item<UserAssignedIdentity>(new IdentityUpdateRequest(fixture.Client, target) { Tags = [] }).Tag);
    }

    [Fact]
    public void Restrictions_that_are_not_named_stay_and_an_empty_list_clears_them()
    {
        Create("restricted");
        var target = EmulatorFixture.Target("restricted");
        UserAssignedIdentity Update(Action<IdentityUpdateRequest> change)
        {
            var request = new IdentityUpdateRequest(fixture.Client, target);
            change(request);
            return Run.Item<UserAssignedIdentity>(request);
        }

        var restricted = Update(request => request.AssignmentRestriction = ["Microsoft.Compute", "Microsoft.Web/sites"]);
        Assert.Equal(["Microsoft.Compute", "Microsoft.Web/sites"], restricted.AssignmentRestriction);
        Assert.Equal(2, Update(request => request.IsolationScope = "Regional").AssignmentRestriction.Count);
        Assert.Empty(Update(request => request.AssignmentRestriction = []).AssignmentRestriction);
        Assert.Empty(Run.Items<object>(new IdentityRevokeTokensRequest(fixture.Client, target)));
    }

    [Fact]
    public void An_identity_is_created_read_listed_and_deleted()
    {
        var created = Create("lifecycle");
        Assert.Equal(EmulatorFixture.Group, created.ResourceGroupName);
        Assert.Equal(fixture.Emulator.SubscriptionId, created.SubscriptionId);
        Assert.Equal("eastus", created.Location);
        Assert.Equal("Microsoft.ManagedIdentity/userAssignedIdentities", created.Type);
        Assert.True(System.Guid.TryParse(created.PrincipalId, out _));
        Assert.True(System.Guid.TryParse(created.ClientId, out _));

        var byId = Run.Item<UserAssignedIdentity>(new IdentityGetRequest(fixture.Client, new ResourceTarget { ResourceId = created.Id }));
        Assert.Equal(created.PrincipalId, byId.PrincipalId);
        var listed = Run.Items<UserAssignedIdentity>(new IdentityListRequest(fixture.Client, new() { ResourceGroupName = EmulatorFixture.Group }));
        Assert.Contains(listed, identity => identity.Id == created.Id);

        Assert.Empty(Run.Items<object>(new IdentityDeleteRequest(fixture.Client, EmulatorFixture.Target("lifecycle"))));
        var failure = Run.Failure(new IdentityGetRequest(fixture.Client, EmulatorFixture.Target("lifecycle")));
        Assert.Equal("ResourceNotFound", failure.Code);
        Assert.Equal(ErrorCategory.ObjectNotFound, failure.Category);
        Assert.Equal(404, failure.HttpStatus);
        Assert.True(System.Guid.TryParse(failure.RequestId, out _));
        Assert.NotNull(failure.Recommendation);
    }

    [Fact]
    public void A_list_of_several_pages_is_whole()
    {
        var names = Enumerable.Range(100, 60).Select(number => $"page-{number}").ToArray();
        foreach (var name in names)
        {
            Create(name);
        }

        var listed = Run.Items<UserAssignedIdentity>(new IdentityListRequest(fixture.Client, new()));
        Assert.Empty(names.Except(listed.Select(identity => identity.Name)));
    }

    [Fact]
    public void A_plan_changes_nothing()
    {
        var request = new IdentityCreateRequest(fixture.Client, EmulatorFixture.Target("planned")) { PlanOnly = true };
        var plan = Run.Item<ChangePlan>(request);
        Assert.True(plan.Changes);
        Assert.Contains("planned", plan.Description);
        Assert.EndsWith("/planned", plan.ResourceId);
        Run.Failure(new IdentityGetRequest(fixture.Client, EmulatorFixture.Target("planned")));
    }

    [Fact]
    public void Lists_of_texts_come_in_and_out_of_a_machine()
    {
        Create("vm-id-a");
        Create("vm-id-b");
        Create("vm-id-c");
        var both = Update(new() { Add = ["vm-id-a", "vm-id-b"], SystemAssigned = SystemAssignedChange.Enable });
        Assert.Equal(ResourceIdentityType.SystemAssignedUserAssigned, both.Type);
        Assert.NotNull(both.PrincipalId);
        Assert.Equal(fixture.Emulator.TenantId, both.TenantId);
        Assert.Equal(["vm-id-a", "vm-id-b"], Names(both));
        Assert.All(both.UserAssignedIdentity, identity => Assert.True(System.Guid.TryParse(identity.ClientId, out _)));

        var swapped = Update(new() { Add = ["vm-id-c"], Remove = ["vm-id-a", "vm-id-b"], SystemAssigned = SystemAssignedChange.Disable });
        Assert.Equal(ResourceIdentityType.UserAssigned, swapped.Type);
        Assert.Equal(["vm-id-c"], Names(swapped));
        Assert.Null(swapped.PrincipalId);

        var none = Update(new() { ExactType = ResourceIdentityType.None });
        Assert.Equal(ResourceIdentityType.None, none.Type);
        Assert.Empty(none.UserAssignedIdentity);
        Assert.NotNull(none.ETag);
        var listed = Run.Items<VmIdentity>(new ResourceIdentityListRequest(fixture.Client, ResourceKind.VirtualMachine, new()));
        Assert.Contains(listed, machine => machine.Name == VirtualMachine);
        var read = Run.Item<VmIdentity>(new ResourceIdentityGetRequest(fixture.Client, ResourceKind.VirtualMachine, EmulatorFixture.Target(VirtualMachine)));
        Assert.Equal(none.ETag, read.ETag);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("with space")]
    [InlineData("größe")]
    public void A_name_against_the_rule_is_an_error_that_says_it(string name)
    {
        var failure = Run.Failure(new IdentityCreateRequest(fixture.Client, EmulatorFixture.Target(name)));
        Assert.Equal("InvalidName", failure.Code);
        Assert.Equal(ErrorCategory.InvalidArgument, failure.Category);
        Assert.Equal(0, failure.HttpStatus);
        Assert.Null(failure.RequestId);
        Assert.Contains($"-Name '{name}'", failure.Message);
        Assert.Contains("3 to 128", failure.Message);
    }

    private static IEnumerable<string?> Names(VmIdentity machine) =>
        machine.UserAssignedIdentity.Select(identity => identity.Name).Order();

    private UserAssignedIdentity Create(string name, Dictionary<string, string>? tags = null) =>
        Run.Item<UserAssignedIdentity>(new IdentityCreateRequest(fixture.Client, EmulatorFixture.Target(name))
        {
            Location = "East US",
            Tags = (tags ?? []).ToList(),
        });

    private VmIdentity Update(MachineChange change) => Run.Item<VmIdentity>(new ResourceIdentityUpdateRequest(fixture.Client, ResourceKind.VirtualMachine, EmulatorFixture.Target(VirtualMachine))
    {
        Add = change.Add,
        Remove = change.Remove,
        SystemAssigned = change.SystemAssigned,
        ExactType = change.ExactType,
    });

    private sealed record MachineChange
    {
        public string[] Add { get; init; } = [];

        public string[] Remove { get; init; } = [];

        public SystemAssignedChange SystemAssigned { get; init; }

        public ResourceIdentityType? ExactType { get; init; }
    }
}
