using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Inputs;

/// <summary>
/// The parameters of Azure PowerShell's cmdlets that the cmdlets under their names do not have, and why: those that the
/// help pages and sources in Azure/azure-powershell have, or had in earlier versions.
/// </summary>
internal static class AzParameters
{
    private const string Compute = "Az.Compute";
    private const string ManagedServiceIdentity = "Az.ManagedServiceIdentity";

    private static readonly Group s_proxy = new(
        "the proxy is that of the environment, such as $env:HTTPS_PROXY", "Proxy", "ProxyCredential", "ProxyUseDefaultCredentials");

    private static readonly Group s_pipeline = new(
        "it has no pipeline of HTTP steps", "Break", "HttpPipelineAppend", "HttpPipelinePrepend");

    private static readonly Group s_json = new("it takes the values as parameters", "JsonFilePath", "JsonString");

    private static readonly Group s_owner = new(
        "it takes the identity by -ResourceGroupName and -IdentityName", "UserAssignedIdentityInputObject", "Parameter");

    private static readonly Group s_machine = new(
        "it changes only the identity",
        "AlignRegionalDisksToVMZone",
        "CapacityReservationGroupId",
        "EnableSecureBoot",
        "EnableVtpm",
        "EncryptionAtHost",
        "HibernationEnabled",
        "HostId",
        "IfMatch",
        "IfNoneMatch",
        "MaxPrice",
        "OsDiskWriteAccelerator",
        "ProximityPlacementGroupId",
        "SecurityType",
        "Tag",
        "UltraSSDEnabled",
        "UserData",
        "vCPUCountAvailable",
        "vCPUCountPerCore",
        "VirtualMachineScaleSetId");

    private static readonly Group s_scaleSet = new(
        "it changes only the identity",
        "AutomaticOSUpgrade",
        "AutomaticRepairAction",
        "AutomaticRepairGracePeriod",
        "AutomaticRepairMaxInstanceRepairsPercent",
        "BaseRegularPriorityCount",
        "BootDiagnosticsEnabled",
        "BootDiagnosticsStorageUri",
        "CapacityReservationGroupId",
        "CustomData",
        "DisableAutoRollback",
        "DisablePasswordAuthentication",
        "EnableAutomaticRepair",
        "EnableAutomaticUpdate",
        "EnableResilientVMCreate",
        "EnableResilientVMDelete",
        "EnableSecureBoot",
        "EnableVtpm",
        "EncryptionAtHost",
        "IfMatch",
        "IfNoneMatch",
        "ImageReferenceId",
        "ImageReferenceOffer",
        "ImageReferencePublisher",
        "ImageReferenceSku",
        "ImageReferenceVersion",
        "ImageUri",
        "LicenseType",
        "ManagedDiskStorageAccountType",
        "MaxBatchInstancePercent",
        "MaxPrice",
        "MaxUnhealthyInstancePercent",
        "MaxUnhealthyUpgradedInstancePercent",
        "OSImageScheduledEventEnabled",
        "OSImageScheduledEventNotBeforeTimeoutInMinutes",
        "OsDiskCaching",
        "OsDiskWriteAccelerator",
        "Overprovision",
        "PauseTimeBetweenBatches",
        "PlanName",
        "PlanProduct",
        "PlanPromotionCode",
        "PlanPublisher",
        "ProvisionVMAgent",
        "ProximityPlacementGroupId",
        "RegularPriorityPercentage",
        "ScaleInPolicy",
        "ScaleInPolicyForceDeletion",
        "SecurityType",
        "SharedGalleryImageId",
        "SinglePlacementGroup",
        "SkipExtensionsOnOverprovisionedVMs",
        "SkuCapacity",
        "SkuName",
        "SkuProfileAllocationStrategy",
        "SkuProfileVmSize",
        "SkuTier",
        "Tag",
        "TerminateScheduledEventNotBeforeTimeoutInMinutes",
        "TerminateScheduledEvents",
        "TimeZone",
        "UltraSSDEnabled",
        "UpgradePolicyMode",
        "UserData",
        "VhdContainer");

    private static readonly Dictionary<string, AzCommand> s_commands = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Get-AzVM"] = new(
            Compute,
            new Group("it reads the model of a machine, and not its instance view", "Status") { IsSwitch = true },
            new Group("it does not read the user data", "UserData") { IsSwitch = true },
            new Group("it reads all pages of a list", "NextLink")),
        ["Get-AzVmss"] = new(
            Compute,
            new Group("it reads the model of a scale set, and not its instance view", "InstanceView") { IsSwitch = true },
            new Group("it does not read the history of upgrades", "OSUpgradeHistory") { IsSwitch = true },
            new Group("it does not read the user data", "UserData") { IsSwitch = true }),
        ["Update-AzVM"] = new(Compute, s_machine),
        ["Update-AzVmss"] = new(Compute, s_scaleSet),
        ["New-AzUserAssignedIdentity"] = Identity(s_json),
        ["Get-AzUserAssignedIdentity"] = Identity(),
        ["Update-AzUserAssignedIdentity"] = Identity(s_json),
        ["Remove-AzUserAssignedIdentity"] = Identity(),
        ["New-AzFederatedIdentityCredential"] = Identity(s_json, s_owner),
        ["Get-AzFederatedIdentityCredential"] = Identity(s_owner, new Group("it returns all credentials", "Skiptoken", "Top")),
        ["Update-AzFederatedIdentityCredential"] = Identity(s_json, s_owner),
        ["Remove-AzFederatedIdentityCredential"] = Identity(s_owner),
        ["Get-AzSystemAssignedIdentity"] = Identity(),
    };

    /// <summary>Why a cmdlet does not take what was given; null where nothing of it has an effect.</summary>
    /// <param name="command">The name of Azure PowerShell.</param>
    /// <param name="given">What no parameter of the cmdlet takes.</param>
    public static ManagedIdentityException? Refusal(string command, object[] given)
    {
        var known = s_commands[command];
        var refused = new List<(string Name, Group Group)>();
        foreach (var (name, value) in Read(given))
        {
            if (name is null)
            {
                return Failures.UnexpectedValue(command, value);
            }

            if (known.Find(name) is not { } found)
            {
                return Failures.UnknownParameter(command, name);
            }

            if (!(found.Group.IsSwitch && value is false))
            {
                refused.Add(found);
            }
        }

        return refused.Count == 0
            ? null
            : Failures.NotInAlias($"{known.Module}\\{command}", command, refused.Select(one => one.Name), refused[0].Group.Why);
    }

    private static AzCommand Identity(params Group[] groups) => new(ManagedServiceIdentity, [.. groups, s_proxy, s_pipeline]);

    /// <summary>The names that were given and their values. PowerShell gives "-Name", "-Name:" before its value, and values.</summary>
    private static IEnumerable<(string? Name, object? Value)> Read(object[] given)
    {
        for (var at = 0; at < given.Length; at++)
        {
            if (!IsName(given[at], out var name))
            {
                yield return (null, given[at]);
                continue;
            }

            var hasValue = at + 1 < given.Length && (name.EndsWith(":", StringComparison.Ordinal) || !IsName(given[at + 1], out _));
            at += hasValue ? 1 : 0;
            yield return (name.Trim('-', ':'), hasValue ? Unwrapped(given[at]) : null);
        }
    }

    private static bool IsName(object? given, out string name)
    {
        name = Unwrapped(given) as string ?? "";
        return name.Length > 1 && name[0] == '-' && char.IsLetter(name[1]);
    }

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    /// <summary>Parameters that are not there for one reason.</summary>
    private sealed class Group(string why, params string[] names)
    {
        public string Why { get; } = why;

        public string[] Names { get; } = names;

        /// <summary>Whether they ask for more, so that false asks for nothing.</summary>
        public bool IsSwitch { get; set; }
    }

    private sealed class AzCommand(string module, params Group[] groups)
    {
        public string Module { get; } = module;

        /// <summary>The parameter with a name, or that a name begins.</summary>
        public (string Name, Group Group)? Find(string name)
        {
            var found = groups
                .SelectMany(group => group.Names.Select(one => (Name: one, Group: group)))
                .Where(one => one.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                .OrderBy(one => one.Name.Length)
                .ToList();
            return found.Count > 0 ? found[0] : null;
        }
    }
}
