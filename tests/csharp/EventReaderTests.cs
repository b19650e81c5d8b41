using System.Linq;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>What comes out, from records made by hand: every member goes to its own property.</summary>
public sealed unsafe class EventReaderTests
{
    [Fact]
    public void An_identity()
    {
        using var scope = new NativeScope();
        var record = new AzmiIdentity
        {
            id = scope.Text("id"),
            name = scope.Text("name"),
            resource_group = scope.Text("group"),
            subscription_id = scope.Text("subscription"),
            location = scope.Text("location"),
            resource_type = scope.Text("type"),
            tenant_id = scope.Text("tenant"),
            principal_id = scope.Text("principal"),
            client_id = scope.Text("client"),
            isolation_scope = scope.Text("scope"),
            tags = scope.Tags([new("env", "prod"), new("", "")]),
            tags_len = 2,
        };
        var read = Item<UserAssignedIdentity>(new AzmiEvent { tag = 9, kind = NativeMethods.AZMI_EVENT_ITEM, identity = &record });
        Assert.Equal("id", read.Id);
        Assert.Equal("name", read.Name);
        Assert.Equal("group", read.ResourceGroupName);
        Assert.Equal("subscription", read.SubscriptionId);
        Assert.Equal("location", read.Location);
        Assert.Equal("type", read.Type);
        Assert.Equal("tenant", read.TenantId);
        Assert.Equal("principal", read.PrincipalId);
        Assert.Equal("client", read.ClientId);
        Assert.Equal("scope", read.IsolationScope);
        Assert.Equal(2, read.Tag.Count);
        Assert.Equal("prod", read.Tag["ENV"]);
        Assert.Equal("id", read.ToString());
    }

    [Fact]
    public void An_identity_of_which_little_is_known()
    {
        var record = new AzmiIdentity();
        var read = Item<UserAssignedIdentity>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, identity = &record });
        Assert.Equal("", read.Id);
        Assert.Null(read.PrincipalId);
        Assert.Null(read.IsolationScope);
        Assert.Empty(read.Tag);
    }

    [Theory]
    [InlineData(NativeMethods.AZMI_IDENTITY_NONE, ResourceIdentityType.None)]
    [InlineData(NativeMethods.AZMI_IDENTITY_SYSTEM_ASSIGNED, ResourceIdentityType.SystemAssigned)]
    [InlineData(NativeMethods.AZMI_IDENTITY_USER_ASSIGNED, ResourceIdentityType.UserAssigned)]
    [InlineData(NativeMethods.AZMI_IDENTITY_SYSTEM_AND_USER_ASSIGNED, ResourceIdentityType.SystemAssignedUserAssigned)]
    public void The_identity_of_a_machine(uint native, ResourceIdentityType type)
    {
        using var scope = new NativeScope();
        var assigned = stackalloc AzmiAssignedIdentity[]
        {
            new AzmiAssignedIdentity { id = scope.Text("id1"), name = scope.Text("n1"), principal_id = scope.Text("p1"), client_id = scope.Text("c1") },
            new AzmiAssignedIdentity { id = scope.Text("id2") },
        };
        var record = new AzmiResourceIdentity
        {
            kind = NativeMethods.AZMI_KIND_VIRTUAL_MACHINE,
            id = scope.Text("id"),
            name = scope.Text("name"),
            resource_type = scope.Text("type"),
            resource_group = scope.Text("group"),
            subscription_id = scope.Text("subscription"),
            location = scope.Text("location"),
            identity_type = native,
            principal_id = scope.Text("principal"),
            tenant_id = scope.Text("tenant"),
            etag = scope.Text("\"1\""),
            provisioning_state = scope.Text("Succeeded"),
            assigned = assigned,
            assigned_len = 2,
        };
        var read = Item<VmIdentity>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, resource_identity = &record });
        Assert.Equal("id", read.Id);
        Assert.Equal("name", read.Name);
        Assert.Equal("type", read.ResourceType);
        Assert.Equal("group", read.ResourceGroupName);
        Assert.Equal("subscription", read.SubscriptionId);
        Assert.Equal("location", read.Location);
        Assert.Equal(type, read.Type);
        Assert.Equal("principal", read.PrincipalId);
        Assert.Equal("tenant", read.TenantId);
        Assert.Equal("\"1\"", read.ETag);
        Assert.Equal("Succeeded", read.ProvisioningState);
        Assert.Equal(["id1", "id2"], read.UserAssignedIdentity.Select(identity => identity.Id));
        Assert.Equal(["n1", null], read.UserAssignedIdentity.Select(identity => identity.Name));
        Assert.Equal(["p1", null], read.UserAssignedIdentity.Select(identity => identity.PrincipalId));
        Assert.Equal(["c1", null], read.UserAssignedIdentity.Select(identity => identity.ClientId));
    }

    [Fact]
    public void A_question()
    {
        using var scope = new NativeScope();
        var record = new AzmiQuestion
        {
            question = 7,
            kind = (uint)QuestionKind.Signature,
            audience = scope.Text("audience"),
            tenant = scope.Text("tenant"),
            path = scope.Text("path"),
            thumbprint = scope.Text("thumbprint"),
            text = scope.Text("text"),
            algorithm = (uint)SignatureAlgorithm.Rs256,
        };
        var source = new AzmiEvent { kind = NativeMethods.AZMI_EVENT_QUESTION, question = &record };
        var read = EventReader.Read(&source).Question!;
        Assert.Equal(7ul, read.Handle);
        Assert.Equal(QuestionKind.Signature, read.Kind);
        Assert.Equal("audience", read.Audience);
        Assert.Equal("tenant", read.Tenant);
        Assert.Equal("path", read.Path);
        Assert.Equal("thumbprint", read.Thumbprint);
        Assert.Equal("text", read.Text);
        Assert.Equal(SignatureAlgorithm.Rs256, read.Algorithm);
    }

    [Fact]
    public void A_resource_without_identities_has_empty_lists()
    {
        var record = new AzmiResourceIdentity();
        var read = Item<ResourceIdentity>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, resource_identity = &record });
        Assert.Empty(read.UserAssignedIdentity);
        Assert.Empty(read.Tag);
        Assert.Null(read.PrincipalId);
    }

    [Fact]
    public void A_scale_set_with_its_upgrade_policy()
    {
        using var scope = new NativeScope();
        var record = new AzmiResourceIdentity { kind = (uint)ResourceKind.ScaleSet, upgrade_mode = scope.Text("Manual") };
        var read = Item<VmssIdentity>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, resource_identity = &record });
        Assert.Equal("Manual", read.UpgradePolicyMode);
    }

    [Theory]
    [InlineData(NativeMethods.AZMI_EXISTENCE_UNKNOWN, null)]
    [InlineData(NativeMethods.AZMI_EXISTENCE_EXISTS, true)]
    [InlineData(NativeMethods.AZMI_EXISTENCE_MISSING, false)]
    public void Whether_an_assigned_identity_exists(uint native, bool? exists)
    {
        var assigned = new AzmiAssignedIdentity { existence = native };
        var record = new AzmiResourceIdentity { assigned = &assigned, assigned_len = 1 };
        var read = Item<ResourceIdentity>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, resource_identity = &record });
        Assert.Equal(exists, read.UserAssignedIdentity.Single().Exists);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_role_assignment(byte native, bool inherited)
    {
        using var scope = new NativeScope();
        var record = new AzmiRoleAssignment
        {
            id = scope.Text("id"),
            name = scope.Text("name"),
            scope = scope.Text("scope"),
            role_definition_id = scope.Text("role"),
            role_definition_name = scope.Text("Reader"),
            principal_id = scope.Text("principal"),
            principal_type = scope.Text("User"),
            description = scope.Text("why"),
            condition = scope.Text("if"),
            condition_version = scope.Text("2.0"),
            inherited = native,
        };
        var read = Item<IdentityRoleAssignment>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, role_assignment = &record });
        Assert.Equal("id", read.Id);
        Assert.Equal("name", read.Name);
        Assert.Equal("scope", read.Scope);
        Assert.Equal("role", read.RoleDefinitionId);
        Assert.Equal("Reader", read.RoleDefinitionName);
        Assert.Equal("principal", read.PrincipalId);
        Assert.Equal("User", read.PrincipalType);
        Assert.Equal("why", read.Description);
        Assert.Equal("if", read.Condition);
        Assert.Equal("2.0", read.ConditionVersion);
        Assert.Equal(inherited, read.Inherited);
        Assert.Equal("id", read.ToString());
    }

    [Fact]
    public void An_app_role_assignment()
    {
        using var scope = new NativeScope();
        var record = new AzmiAppRoleAssignment
        {
            id = scope.Text("id"),
            principal_id = scope.Text("principal"),
            principal_name = scope.Text("id1"),
            principal_type = scope.Text("ServicePrincipal"),
            resource_display_name = scope.Text("Microsoft Graph"),
            resource_app_id = scope.Text("app"),
            resource_principal_id = scope.Text("api"),
            permission = scope.Text("User.Read.All"),
            permission_display_name = scope.Text("Read all users"),
            app_role_id = scope.Text("role"),
            created_date_time = scope.Text("2025-01-01T00:00:00Z"),
        };
        var read = Item<IdentityAppRoleAssignment>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, app_role_assignment = &record });
        Assert.Equal("id", read.AppRoleAssignmentId);
        Assert.Equal("principal", read.PrincipalId);
        Assert.Equal("id1", read.PrincipalName);
        Assert.Equal("ServicePrincipal", read.PrincipalType);
        Assert.Equal("Microsoft Graph", read.ResourceDisplayName);
        Assert.Equal("app", read.ResourceAppId);
        Assert.Equal("api", read.ResourcePrincipalId);
        Assert.Equal("User.Read.All", read.Permission);
        Assert.Equal("Read all users", read.PermissionDisplayName);
        Assert.Equal("role", read.AppRoleId);
        Assert.Equal("2025-01-01T00:00:00Z", read.CreatedDateTime);
        Assert.Equal("id", read.ToString());
        var little = new AzmiAppRoleAssignment();
        read = Item<IdentityAppRoleAssignment>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, app_role_assignment = &little });
        Assert.Null(read.Permission);
        Assert.Null(read.ResourceAppId);
    }

    [Fact]
    public void A_role_assignment_of_which_little_is_known()
    {
        var record = new AzmiRoleAssignment();
        var read = Item<IdentityRoleAssignment>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, role_assignment = &record });
        Assert.Null(read.RoleDefinitionName);
        Assert.Null(read.Description);
        Assert.Null(read.Condition);
    }

    [Fact]
    public void A_role_definition()
    {
        using var scope = new NativeScope();
        var record = new AzmiRoleDefinition
        {
            id = scope.Text("id"),
            name = scope.Text("guid"),
            role_name = scope.Text("Reader"),
            description = scope.Text("Reads."),
            kind = scope.Text("BuiltInRole"),
        };
        var read = Item<RoleDefinition>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, role_definition = &record });
        Assert.Equal(("id", "Reader", "Reads."), (read.Id, read.RoleName, read.Description));
    }

    [Theory]
    [InlineData(NativeMethods.AZMI_REFERENCE_ASSIGNED, IdentityReferenceKind.Assigned)]
    [InlineData(NativeMethods.AZMI_REFERENCE_MENTIONED, IdentityReferenceKind.Mentioned)]
    [InlineData(NativeMethods.AZMI_REFERENCE_REPORTED, IdentityReferenceKind.Reported)]
    public void A_resource_that_refers_to_an_identity(uint native, IdentityReferenceKind kind)
    {
        using var scope = new NativeScope();
        var record = new AzmiReference
        {
            id = scope.Text("id"),
            name = scope.Text("name"),
            resource_type = scope.Text("type"),
            resource_group = scope.Text("group"),
            subscription_id = scope.Text("subscription"),
            identity_id = scope.Text("identity"),
            kind = native,
        };
        var read = Item<IdentityAssociatedResource>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, reference = &record });
        Assert.Equal("id", read.Id);
        Assert.Equal("name", read.Name);
        Assert.Equal("type", read.Type);
        Assert.Equal("group", read.ResourceGroupName);
        Assert.Equal("subscription", read.SubscriptionId);
        Assert.Equal("identity", read.IdentityId);
        Assert.Equal(kind, read.Reference);
        Assert.Equal("id", read.ToString());
    }

    [Fact]
    public void A_plan()
    {
        using var scope = new NativeScope();
        var record = new AzmiPlan
        {
            resource_id = scope.Text("id"),
            description = scope.Text("Do it"),
            changes = 1,
            agreement = scope.Text("agreed"),
        };
        var read = Item<ChangePlan>(new AzmiEvent { kind = NativeMethods.AZMI_EVENT_ITEM, plan = &record });
        Assert.Equal(("id", "Do it", true, "agreed"), (read.ResourceId, read.Description, read.Changes, read.Agreement));
    }

    [Fact]
    public void A_guarded_warning()
    {
        using var scope = new NativeScope();
        var source = new AzmiEvent { kind = NativeMethods.AZMI_EVENT_GUARDED_WARNING, message = scope.Text("vm1 loses id1"), guard = 7 };
        var read = EventReader.Read(&source);
        Assert.Equal((OperationEventKind.GuardedWarning, "vm1 loses id1", 7UL), (read.Kind, read.Message, read.Guard));
    }

    [Fact]
    public void Progress()
    {
        using var scope = new NativeScope();
        var record = new AzmiProgress { activity = scope.Text("a"), status = scope.Text("s"), percent = -1, seconds_elapsed = 3 };
        var source = new AzmiEvent { kind = NativeMethods.AZMI_EVENT_PROGRESS, progress = &record };
        var read = EventReader.Read(&source);
        Assert.Equal(OperationEventKind.Progress, read.Kind);
        Assert.Equal(("a", "s", -1, 3), (read.Progress!.Activity, read.Progress.Status, read.Progress.Percent, read.Progress.SecondsElapsed));
    }

    [Theory]
    [InlineData(NativeMethods.AZMI_EVENT_VERBOSE)]
    [InlineData(NativeMethods.AZMI_EVENT_WARNING)]
    public void A_message(uint kind)
    {
        using var scope = new NativeScope();
        var source = new AzmiEvent { tag = ulong.MaxValue, kind = kind, message = scope.Text("é") };
        var read = EventReader.Read(&source);
        Assert.Equal((ulong.MaxValue, kind, "é"), (read.Tag, (uint)read.Kind, read.Message));
        Assert.Null(read.Item);
    }

    [Fact]
    public void An_error()
    {
        using var scope = new NativeScope();
        var record = new AzmiError
        {
            code = scope.Text("Code"),
            message = scope.Text("Message."),
            category = NativeMethods.AZMI_CATEGORY_RESOURCE_BUSY,
            http_status = 409,
            target = scope.Text("target"),
            recommendation = scope.Text("Do this."),
            request_id = scope.Text("r"),
            correlation_id = scope.Text("c"),
        };
        var source = new AzmiEvent { kind = NativeMethods.AZMI_EVENT_FAILED, error = &record };
        var read = EventReader.Read(&source).Failure!;
        Assert.Equal("Code", read.Code);
        Assert.Equal("Message.", read.Message);
        Assert.Equal(FailureCategory.ResourceBusy, read.Category);
        Assert.Equal(409, read.HttpStatus);
        Assert.Equal("target", read.Target);
        Assert.Equal("Do this.", read.Recommendation);
        Assert.Equal("r", read.RequestId);
        Assert.Equal("c", read.CorrelationId);
    }

    private static T Item<T>(AzmiEvent source) => Assert.IsType<T>(EventReader.Read(&source).Item);
}
