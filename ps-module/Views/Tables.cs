using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Reflection;
using ManagedIdentity.Models;

namespace ManagedIdentity.Views;

/// <summary>The table and the list of each type that cmdlets write.</summary>
internal static class Tables
{
    /// <summary>The names of assigned identities, and which of them are missing.</summary>
    private const string AssignedIdentities =
        "$(foreach ($one in $_.UserAssignedIdentity) " +
        "{ if ($one.Exists -eq $false) { \"$($one.Name) (missing)\" } else { $one.Name } }) -join ', '";

    /// <summary>All tables.</summary>
    public static IReadOnlyList<ExtendedTypeDefinition> All { get; } =
    [
        Of<UserAssignedIdentity>(
            Column.Of(nameof(UserAssignedIdentity.Name)),
            Column.Of(nameof(UserAssignedIdentity.ResourceGroupName)),
            Column.Of(nameof(UserAssignedIdentity.Location)),
            Column.OfGuid(nameof(UserAssignedIdentity.PrincipalId)),
            Column.OfGuid(nameof(UserAssignedIdentity.ClientId))),
        Of<ResourceIdentity>(
            Column.Of(nameof(ResourceIdentity.Name)),
            Column.Of(nameof(ResourceIdentity.ResourceGroupName)),
            Column.Of(nameof(ResourceIdentity.Type)),
            Column.Computed(nameof(ResourceIdentity.UserAssignedIdentity), AssignedIdentities),
            Column.Of(nameof(ResourceIdentity.ResourceType))),
        OfMachine<VmIdentity>(),
        OfMachine<VmssIdentity>(),
        Of<AssignedIdentity>(
            Column.Of(nameof(AssignedIdentity.Name)),
            Column.OfGuid(nameof(AssignedIdentity.PrincipalId)),
            Column.OfGuid(nameof(AssignedIdentity.ClientId)),
            Column.Of(nameof(AssignedIdentity.Exists))),
        Of<ManagedIdentityConnection>(
            Column.Of(nameof(ManagedIdentityConnection.Account)),
            Column.Of(nameof(ManagedIdentityConnection.AccountType)),
            Column.Of(nameof(ManagedIdentityConnection.SubscriptionName)),
            Column.Of(nameof(ManagedIdentityConnection.SubscriptionId)),
            Column.Of(nameof(ManagedIdentityConnection.Endpoint))),
        Of<ArmEmulator>(
            Column.Of(nameof(ArmEmulator.Endpoint)),
            Column.Of(nameof(ArmEmulator.SubscriptionId)),
            Column.Of(nameof(ArmEmulator.StartTime)),
            Column.Of(nameof(ArmEmulator.StatePath))),
        Of<ArmEmulatorSubscription>(
            Column.Of(nameof(ArmEmulatorSubscription.SubscriptionName)),
            Column.Of(nameof(ArmEmulatorSubscription.SubscriptionId)),
            Column.Of(nameof(ArmEmulatorSubscription.TenantId))),
        Of<ArmEmulatorResourceGroup>(
            Column.Of(nameof(ArmEmulatorResourceGroup.ResourceGroupName)),
            Column.Of(nameof(ArmEmulatorResourceGroup.Location)),
            Column.Of(nameof(ArmEmulatorResourceGroup.SubscriptionId))),
        Of<ArmEmulatorRequest>(
            Column.Of(nameof(ArmEmulatorRequest.Sequence), 8),
            Column.Of(nameof(ArmEmulatorRequest.Method), 6),
            Column.Of(nameof(ArmEmulatorRequest.StatusCode), 10),
            Column.Of(nameof(ArmEmulatorRequest.Fault)),
            Column.Of(nameof(ArmEmulatorRequest.Path))),
        Of<ArmEmulatorFault>(
            Column.Of(nameof(ArmEmulatorFault.FaultId), 7),
            Column.Of(nameof(ArmEmulatorFault.FaultName)),
            Column.Of(nameof(ArmEmulatorFault.Method)),
            Column.Of(nameof(ArmEmulatorFault.Path)),
            Column.Of(nameof(ArmEmulatorFault.Times))),
        Of<SystemAssignedIdentity>(
            Column.Computed("Resource", "($_.Id -split '/')[-5]"),
            Column.Of(nameof(SystemAssignedIdentity.ResourceGroupName)),
            Column.Of(nameof(SystemAssignedIdentity.Location)),
            Column.OfGuid(nameof(SystemAssignedIdentity.PrincipalId)),
            Column.OfGuid(nameof(SystemAssignedIdentity.ClientId))),
        Of<FederatedIdentityCredential>(
            Column.Of(nameof(FederatedIdentityCredential.Name)),
            Column.Of(nameof(FederatedIdentityCredential.IdentityName)),
            Column.Of(nameof(FederatedIdentityCredential.Issuer)),
            Column.Computed(
                nameof(FederatedIdentityCredential.Subject),
                "if ($_.ClaimsMatchingExpression) { $_.ClaimsMatchingExpression } else { $_.Subject }"),
            Column.Computed(nameof(FederatedIdentityCredential.Audience), "$_.Audience -join ', '")),
        Of<IdentityRoleAssignment>(
            Column.Of(nameof(IdentityRoleAssignment.RoleDefinitionName)),
            Column.Computed(nameof(IdentityRoleAssignment.Scope), "($_.Scope -split '/')[-2, -1] -join '/'"),
            Column.Computed("Principal", "if ($_.PrincipalName) { $_.PrincipalName } else { $_.PrincipalId }"),
            Column.Of(nameof(IdentityRoleAssignment.Inherited), 9),
            Column.ComputedGuid(nameof(IdentityRoleAssignment.PrincipalId), "if ($_.PrincipalName) { $_.PrincipalId }")),
        Of<IdentityAssociatedResource>(
            Column.Of(nameof(IdentityAssociatedResource.Name)),
            Column.Of(nameof(IdentityAssociatedResource.ResourceGroupName)),
            Column.Of(nameof(IdentityAssociatedResource.Type)),
            Column.Of(nameof(IdentityAssociatedResource.Reference), 10),
            Column.Computed("Identity", "($_.IdentityId -split '/')[-1]")),
        Of<IdentityAppRoleAssignment>(
            Column.Of(nameof(IdentityAppRoleAssignment.Permission)),
            Column.Of(nameof(IdentityAppRoleAssignment.ResourceDisplayName)),
            Column.Of(nameof(IdentityAppRoleAssignment.PrincipalName)),
            Column.OfGuid(nameof(IdentityAppRoleAssignment.PrincipalId))),
        Of<IdentityGroupMember>(
            Column.Of(nameof(IdentityGroupMember.GroupName)),
            Column.Of(nameof(IdentityGroupMember.DisplayName)),
            Column.Of(nameof(IdentityGroupMember.PrincipalType)),
            Column.OfGuid(nameof(IdentityGroupMember.PrincipalId))),
        Of<ArmDeployment>(
            Column.Of(nameof(ArmDeployment.DeploymentName)),
            Column.Of(nameof(ArmDeployment.ResourceGroupName)),
            Column.Of(nameof(ArmDeployment.ProvisioningState)),
            Column.Of(nameof(ArmDeployment.Duration)),
            Column.Computed(
                nameof(ArmDeployment.Outputs),
                "$(foreach ($name in $_.Outputs.Keys) { \"$name = $($_.Outputs[$name].Value)\" }) -join ', '")),
    ];

    private static ExtendedTypeDefinition OfMachine<T>()
        where T : VmIdentity => Of<T>(
            Column.Of(nameof(VmIdentity.Name)),
            Column.Of(nameof(VmIdentity.ResourceGroupName)),
            Column.Of(nameof(VmIdentity.Type)),
            Column.Computed(nameof(VmIdentity.UserAssignedIdentity), AssignedIdentities),
            Column.OfGuid(nameof(VmIdentity.PrincipalId)));

    // Loops, and no queries: these would be compiled anew in each session.
    private static ExtendedTypeDefinition Of<T>(params Column[] columns)
    {
        var type = typeof(T);
        var table = new TableControl();
        var row = new TableControlRow();
        foreach (var column in columns)
        {
            table.Headers.Add(column.Header);
            row.Columns.Add(column.Cell(type));
        }

        table.Rows.Add(row);
        var list = new ListControl();
        list.Entries.Add(Items(type));
        var views = new ExtendedTypeDefinition(type.FullName!);
        views.FormatViewDefinition.Add(new FormatViewDefinition(views.TypeName, table));
        views.FormatViewDefinition.Add(new FormatViewDefinition(views.TypeName, list));
        return views;
    }

    /// <summary>All properties, those of the class that it derives from after its own, as PowerShell lists them.</summary>
    private static ListControlEntry Items(Type type)
    {
        var entry = new ListControlEntry();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            entry.Items.Add(new ListControlEntryItem(property.Name, Shown.Property(property)));
        }

        return entry;
    }
}
