using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Roles and references through the real library and back.</summary>
public sealed class RoleTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private static readonly RoleScope Scope = new() { ResourceGroupName = EmulatorFixture.Group };

    [Fact]
    public void A_role_is_given_listed_and_taken()
    {
        var identity = Create("role-id");
        var named = new RolePrincipal { Identity = new ResourceTarget { Name = "role-id" } };
        var reader = new RoleReference { Name = "Reader" };
        var given = Run.Item<IdentityRoleAssignment>(new RoleAssignmentCreateRequest(fixture.Client, named, Scope, reader)
        {
            Description = "why",
            Condition = "true",
            ConditionVersion = "2.0",
        });
        Assert.Equal(identity.PrincipalId, given.PrincipalId);
        Assert.Equal("Reader", given.RoleDefinitionName);
        Assert.Equal(("why", "true", "2.0"), (given.Description, given.Condition, given.ConditionVersion));

        var byId = new RoleReference { Id = given.RoleDefinitionId };
        var principal = new RolePrincipal { PrincipalId = identity.PrincipalId, PrincipalType = "ServicePrincipal" };
        var listed = Run.Item<IdentityRoleAssignment>(new RoleAssignmentListRequest(fixture.Client, principal, new RoleScope(), byId) { ThroughGroups = true });
        Assert.Equal(given.Id, listed.Id);

        var remove = new RoleAssignmentDeleteRequest(fixture.Client, given.Id) { PlanOnly = true };
        Assert.Contains("'Reader'", Run.Item<ChangePlan>(remove).Description);
        remove.PlanOnly = false;
        Assert.Empty(Run.Items<object>(remove));
        Assert.Equal("RoleAssignmentNotFound", Run.Failure(remove).Code);
        Assert.Equal("RoleAssignmentNotFound", Run.Failure(new RoleAssignmentDeleteRequest(fixture.Client, principal, Scope, reader)).Code);
    }

    [Fact]
    public void An_application_permission_is_given_listed_and_taken()
    {
        var identity = Create("permission-id");
        var named = new RolePrincipal { Identity = new ResourceTarget { Name = "permission-id" } };
        var give = new AppRoleAssignmentCreateRequest(fixture.Client, named, "Exchange.ManageAsApp")
        {
            Resource = "Office 365 Exchange Online",
            PrincipalWaitSec = 5,
            PlanOnly = true,
        };
        Assert.Contains("'Exchange.ManageAsApp'", Run.Item<ChangePlan>(give).Description);
        give.PlanOnly = false;
        var given = Run.Item<IdentityAppRoleAssignment>(give);
        Assert.Equal(identity.PrincipalId, given.PrincipalId);
        Assert.Equal(("Exchange.ManageAsApp", "Manage Exchange As Application"), (given.Permission, given.PermissionDisplayName));

        var principal = new RolePrincipal { PrincipalId = identity.PrincipalId };
        var listed = Run.Item<IdentityAppRoleAssignment>(new AppRoleAssignmentListRequest(fixture.Client, principal) { Permission = given.AppRoleId });
        Assert.Equal(given.AppRoleAssignmentId, listed.AppRoleAssignmentId);
        var onResource = new AppRoleAssignmentListRequest(fixture.Client, new RolePrincipal()) { Resource = given.ResourceAppId };
        Assert.Equal("permission-id", Run.Item<IdentityAppRoleAssignment>(onResource).PrincipalName);

        var remove = new AppRoleAssignmentDeleteRequest(fixture.Client, principal) { Id = given.AppRoleAssignmentId };
        Assert.Empty(Run.Items<object>(remove));
        Assert.Equal("AppRoleAssignmentNotFound", Run.Failure(remove).Code);
        var again = new AppRoleAssignmentDeleteRequest(fixture.Client, principal) { Permission = "Mail.Send" };
        Assert.Equal("AppRoleAssignmentNotFound", Run.Failure(again).Code);
    }

    [Fact]
    public void Roles_have_names_and_say_what_they_are_for()
    {
        var roles = Run.Items<RoleDefinition>(new RoleDefinitionListRequest(fixture.Client, new RoleScope()));
        Assert.Contains(roles, role => role.RoleName == "Managed Identity Operator");
        Assert.All(roles, role => Assert.NotEmpty(role.Description!));
    }

    [Theory]
    [InlineData(IdentityReferenceSource.ResourceGraph, IdentityReferenceKind.Assigned)]
    [InlineData(IdentityReferenceSource.Provider, IdentityReferenceKind.Reported)]
    public void A_reference_is_found(IdentityReferenceSource source, IdentityReferenceKind kind)
    {
        var identity = Create("reference-id");
        Run.Item<VmIdentity>(new ResourceIdentityUpdateRequest(fixture.Client, ResourceKind.VirtualMachine, EmulatorFixture.Target("myVM")) { Add = [identity.Id] });
        var found = Run.Item<IdentityAssociatedResource>(new ReferenceListRequest(fixture.Client, new ResourceTarget { ResourceId = identity.Id })
        {
            AllSubscriptions = true,
            Source = source,
        });
        Assert.Equal("myVM", found.Name, ignoreCase: true);
        Assert.Equal(kind, found.Reference);
        Assert.Equal(identity.Id, found.IdentityId, ignoreCase: true);
        Run.Items<object>(new IdentityDeleteRequest(fixture.Client, new ResourceTarget { ResourceId = identity.Id }) { DeleteMode = DeleteMode.Detach });
    }

    private UserAssignedIdentity Create(string name) =>
        Run.Item<UserAssignedIdentity>(new IdentityCreateRequest(fixture.Client, EmulatorFixture.Target(name)));
}
