using System.Collections;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Json;
using ManagedIdentity.Models;

namespace ManagedIdentity.Native;

/// <summary>Copies an event of the native library into objects.</summary>
internal static unsafe class EventReader
{
    public static OperationEvent Read(AzmiEvent* source) => new()
    {
        Tag = source->tag,
        Kind = (OperationEventKind)source->kind,
        Item = ReadItem(source),
        Message = source->message.Read(),
        Guard = source->guard,
        Progress = source->progress is null ? null : Read(source->progress),
        Failure = source->error is null ? null : Read(source->error),
        Question = source->question is null ? null : Read(source->question),
    };

    private static HostQuestion Read(AzmiQuestion* source) => new()
    {
        Handle = source->question,
        Kind = source->kind,
        Audience = source->audience.Read(),
        Tenant = source->tenant.Read(),
        Path = source->path.Read(),
        Thumbprint = source->thumbprint.Read(),
        Text = source->text.Read(),
        Algorithm = source->algorithm,
    };

    private static object? ReadItem(AzmiEvent* source) =>
        source->identity is not null ? Read(source->identity)
        : source->vm_identity is not null ? Read(source->vm_identity)
        : source->role_assignment is not null ? Read(source->role_assignment)
        : source->role_definition is not null ? Read(source->role_definition)
        : source->reference is not null ? Read(source->reference)
        : source->connection is not null ? Read(source->connection)
        : source->plan is not null ? Read(source->plan)
        : source->system_identity is not null ? Read(source->system_identity)
        : source->federated_credential is not null ? Read(source->federated_credential)
        : source->group_member is not null ? Read(source->group_member)
        : source->deployment is not null ? Read(source->deployment)
        : source->text.Read();

    private static UserAssignedIdentity Read(AzmiIdentity* source)
    {
        var identity = new UserAssignedIdentity
        {
            Id = source->id.ReadOrEmpty(),
            Name = source->name.ReadOrEmpty(),
            ResourceGroupName = source->resource_group.Read(),
            SubscriptionId = source->subscription_id.Read(),
            Location = source->location.ReadOrEmpty(),
            PrincipalId = source->principal_id.Read(),
            ClientId = source->client_id.Read(),
            TenantId = source->tenant_id.Read(),
            Type = source->resource_type.ReadOrEmpty(),
            IsolationScope = source->isolation_scope.Read(),
        };
        Read(source->tags, source->tags_len, identity.Tag);
        return identity;
    }

    private static SystemAssignedIdentity Read(AzmiSystemIdentity* source)
    {
        var identity = new SystemAssignedIdentity
        {
            Id = source->id.ReadOrEmpty(),
            Name = source->name.ReadOrEmpty(),
            ResourceGroupName = source->resource_group.Read(),
            SubscriptionId = source->subscription_id.Read(),
            Location = source->location.ReadOrEmpty(),
            PrincipalId = source->principal_id.Read(),
            ClientId = source->client_id.Read(),
            TenantId = source->tenant_id.Read(),
            Type = source->resource_type.ReadOrEmpty(),
        };
        Read(source->tags, source->tags_len, identity.Tag);
        return identity;
    }

    private static FederatedIdentityCredential Read(AzmiFederatedCredential* source)
    {
        return new FederatedIdentityCredential
        {
            Id = source->id.ReadOrEmpty(),
            Name = source->name.ReadOrEmpty(),
            IdentityName = source->identity_name.Read(),
            ResourceGroupName = source->resource_group.Read(),
            SubscriptionId = source->subscription_id.Read(),
            Type = source->resource_type.ReadOrEmpty(),
            Issuer = source->issuer.ReadOrEmpty(),
            Subject = source->subject.Read(),
            ClaimsMatchingExpression = source->claims_matching_expression.Read(),
            ClaimsMatchingExpressionVersion = source->claims_matching_expression_version is > 0 and var version ? version : null,
            Audience = Texts(source->audiences, source->audiences_len),
        };
    }

    private static IdentityGroupMember Read(AzmiGroupMember* source) => new()
    {
        GroupId = source->group_id.ReadOrEmpty(),
        GroupName = source->group_name.Read(),
        PrincipalId = source->id.ReadOrEmpty(),
        DisplayName = source->display_name.Read(),
        PrincipalType = source->kind.Read(),
        ClientId = source->app_id.Read(),
    };

    private static ArmDeployment Read(AzmiDeployment* source)
    {
        var deployment = new ArmDeployment
        {
            Id = source->id.ReadOrEmpty(),
            DeploymentName = source->name.ReadOrEmpty(),
            ResourceGroupName = source->resource_group.Read(),
            SubscriptionId = source->subscription_id.Read(),
            ProvisioningState = source->provisioning_state.Read(),
            Timestamp = source->timestamp.Read(),
            Duration = source->duration.Read(),
            Mode = source->mode.Read(),
            CorrelationId = source->correlation_id.Read(),
            OutputResource = Texts(source->resources, source->resources_len),
        };
        if (JsonReader.Read(source->outputs.ReadOrEmpty()) is PSObject outputs)
        {
            deployment.Read(outputs);
        }

        return deployment;
    }

    private static string[] Texts(AzmiStr* source, nuint count)
    {
        var texts = new string[checked((int)count)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = source[i].ReadOrEmpty();
        }

        return texts;
    }

    private static void Read(AzmiTag* tags, nuint count, Hashtable into)
    {
        for (nuint i = 0; i < count; i++)
        {
            into[tags[i].name.ReadOrEmpty()] = tags[i].value.ReadOrEmpty();
        }
    }

    private static VmIdentity Read(AzmiVmIdentity* source)
    {
        var assigned = new AssignedIdentity[checked((int)source->assigned_len)];
        for (var i = 0; i < assigned.Length; i++)
        {
            assigned[i] = Read(source->assigned + i);
        }

        var machine = source->machine == NativeMethods.AZMI_MACHINE_SCALE_SET
            ? new VmssIdentity { UpgradePolicyMode = source->upgrade_mode.Read() }
            : new VmIdentity();
        machine.Id = source->id.ReadOrEmpty();
        machine.Name = source->name.ReadOrEmpty();
        machine.ResourceGroupName = source->resource_group.Read();
        machine.SubscriptionId = source->subscription_id.Read();
        machine.Location = source->location.ReadOrEmpty();
        machine.Type = (VmIdentityType)source->identity_type;
        machine.PrincipalId = source->principal_id.Read();
        machine.TenantId = source->tenant_id.Read();
        machine.UserAssignedIdentity = assigned;
        machine.ETag = source->etag.Read();
        machine.ProvisioningState = source->provisioning_state.Read();
        return machine;
    }

    private static AssignedIdentity Read(AzmiAssignedIdentity* source) => new()
    {
        Id = source->id.ReadOrEmpty(),
        Name = source->name.Read(),
        PrincipalId = source->principal_id.Read(),
        ClientId = source->client_id.Read(),
        Exists = source->existence switch
        {
            NativeMethods.AZMI_EXISTENCE_EXISTS => true,
            NativeMethods.AZMI_EXISTENCE_MISSING => false,
            _ => null,
        },
    };

    private static IdentityRoleAssignment Read(AzmiRoleAssignment* source) => new()
    {
        Id = source->id.ReadOrEmpty(),
        Name = source->name.ReadOrEmpty(),
        Scope = source->scope.ReadOrEmpty(),
        RoleDefinitionId = source->role_definition_id.ReadOrEmpty(),
        RoleDefinitionName = source->role_definition_name.Read(),
        PrincipalId = source->principal_id.ReadOrEmpty(),
        PrincipalType = source->principal_type.Read(),
        Description = source->description.Read(),
        Condition = source->condition.Read(),
        ConditionVersion = source->condition_version.Read(),
        Inherited = source->inherited != 0,
    };

    private static RoleDefinition Read(AzmiRoleDefinition* source) => new()
    {
        Id = source->id.ReadOrEmpty(),
        RoleName = source->role_name.ReadOrEmpty(),
        Description = source->description.Read(),
    };

    private static IdentityAssociatedResource Read(AzmiReference* source) => new()
    {
        Id = source->id.ReadOrEmpty(),
        Name = source->name.ReadOrEmpty(),
        Type = source->resource_type.ReadOrEmpty(),
        ResourceGroupName = source->resource_group.Read(),
        SubscriptionId = source->subscription_id.Read(),
        IdentityId = source->identity_id.ReadOrEmpty(),
        Reference = (IdentityReferenceKind)source->kind,
    };

    private static ManagedIdentityConnection Read(AzmiConnection* source) => new(new ClientHandle(source->client))
    {
        Account = source->account.ReadOrEmpty(),
        AccountType = source->account_type.ReadOrEmpty(),
        TenantId = source->tenant_id.Read(),
        SubscriptionId = source->subscription_id.ReadOrEmpty(),
        SubscriptionName = source->subscription_name.ReadOrEmpty(),
        Environment = source->environment.ReadOrEmpty(),
        Endpoint = source->endpoint.ReadOrEmpty(),
    };

    private static ChangePlan Read(AzmiPlan* source) => new()
    {
        ResourceId = source->resource_id.ReadOrEmpty(),
        Description = source->description.ReadOrEmpty(),
        Changes = source->changes != 0,
        Agreement = source->agreement.ReadOrEmpty(),
    };

    private static OperationProgress Read(AzmiProgress* source) => new()
    {
        Activity = source->activity.ReadOrEmpty(),
        Status = source->status.ReadOrEmpty(),
        Percent = source->percent,
        SecondsElapsed = checked((int)source->seconds_elapsed),
    };

    private static ManagedIdentityException Read(AzmiError* source) => new(
        source->code.ReadOrEmpty(),
        ErrorCategories.From(source->category),
        source->message.ReadOrEmpty())
    {
        HttpStatus = checked((int)source->http_status),
        Target = source->target.Read(),
        Recommendation = source->recommendation.Read(),
        RequestId = source->request_id.Read(),
        CorrelationId = source->correlation_id.Read(),
        Request = source->request.Read(),
        RawError = source->raw.Read(),
    };
}
