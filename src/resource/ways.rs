//! The types of resources whose ways are known. Every other type goes the general way.

use super::kinds::{Kinds, UserAssigned};
use super::way::{Hidden, Naming, SPACED, UNSPACED, Way, Write};
use crate::base::ResourceId;

/// A PATCH that keeps what it does not name.
const fn merging(kind: &'static str, version: &'static str, source: &'static str) -> Way {
    Way {
        write: Write::Patch(Naming::Changes),
        ..patched(kind, version, source)
    }
}

/// A PATCH of which it is not known whether it keeps what it does not name.
const fn patched(kind: &'static str, version: &'static str, source: &'static str) -> Way {
    Way {
        kind,
        version,
        source,
        ..Way::GENERAL
    }
}

/// A PUT of the whole resource.
const fn put(kind: &'static str, version: &'static str, source: &'static str) -> Way {
    Way {
        write: Write::Put { hidden: &[] },
        ..patched(kind, version, source)
    }
}

/// What the settings of a container group don't show. Source: the specification of
/// Microsoft.ContainerInstance (`x-ms-secret`) and the notes of terraform-provider-azurerm.
const CONTAINER_GROUP_SECRETS: &[Hidden] = &[
    Hidden {
        at: "properties.imageRegistryCredentials[]",
        shown_by: &["password", "passwordReference", "identity"],
    },
    Hidden {
        at: "properties.volumes[].azureFile",
        shown_by: &["storageAccountKey", "storageAccountKeyReference"],
    },
    Hidden {
        at: "properties.volumes[].secret.*",
        shown_by: &[],
    },
    Hidden {
        at: "properties.containers[].properties.environmentVariables[]",
        shown_by: &["value", "secureValue", "secureValueReference"],
    },
    Hidden {
        at: "properties.initContainers[].properties.environmentVariables[]",
        shown_by: &["value", "secureValue", "secureValueReference"],
    },
    Hidden {
        at: "properties.diagnostics.logAnalytics",
        shown_by: &["workspaceKey"],
    },
];

/// A workflow's parameters of the type securestring or secureobject are without their values.
const WORKFLOW_SECRETS: &[Hidden] = &[Hidden {
    at: "properties.parameters.*",
    shown_by: &["value", "reference"],
}];

const SPECIFICATION: &str = "specification";
const RECORDED: &str = "specification; recordings of azure-cli";

/// The types whose ways are known. Sources: Azure's REST API specifications
/// (Azure/azure-rest-api-specs), recorded traffic in the test suites of Azure/azure-cli, the code
/// of azure-cli and of hashicorp/terraform-provider-azurerm, and the issues that are named.
const WAYS: &[Way] = &[
    Way {
        if_match: true,
        cause: Some("instanceView"),
        ..merging("Microsoft.Compute/virtualMachines", "2026-04-01", RECORDED)
    },
    Way {
        if_match: true,
        cause: Some("instanceView"),
        ..merging(
            "Microsoft.Compute/virtualMachineScaleSets",
            "2026-04-01",
            RECORDED,
        )
    },
    patched("Microsoft.Web/sites", "2023-12-01", RECORDED),
    patched("Microsoft.Web/sites/slots", "2023-12-01", RECORDED),
    Way {
        both: UNSPACED,
        ..patched("Microsoft.App/containerApps", "2025-07-01", RECORDED)
    },
    Way {
        both: UNSPACED,
        ..patched("Microsoft.App/jobs", "2025-07-01", RECORDED)
    },
    Way {
        write: Write::Put {
            hidden: CONTAINER_GROUP_SECRETS,
        },
        ..put(
            "Microsoft.ContainerInstance/containerGroups",
            "2025-09-01",
            RECORDED,
        )
    },
    Way {
        kinds: Kinds {
            together: false,
            user: UserAssigned::One,
            ..Kinds::ALL
        },
        if_match: true,
        ..put(
            "Microsoft.ContainerService/managedClusters",
            "2025-10-01",
            "specification; azure-cli, which allows one identity; its recordings",
        )
    },
    patched(
        "Microsoft.ContainerRegistry/registries",
        "2025-11-01",
        RECORDED,
    ),
    patched(
        "Microsoft.Automation/automationAccounts",
        "2024-10-23",
        SPECIFICATION,
    ),
    Way {
        kinds: Kinds::EITHER,
        write: Write::Put {
            hidden: WORKFLOW_SECRETS,
        },
        ..put("Microsoft.Logic/workflows", "2019-05-01", RECORDED)
    },
    Way {
        kinds: Kinds {
            none: false,
            ..Kinds::ALL
        },
        both: UNSPACED,
        ..patched("Microsoft.DataFactory/factories", "2018-06-01", RECORDED)
    },
    Way {
        kinds: Kinds::ONE_USER,
        both: UNSPACED,
        ..patched("Microsoft.Storage/storageAccounts", "2025-08-01", RECORDED)
    },
    Way {
        both: UNSPACED,
        resets: &["defaultIdentity"],
        ..merging(
            "Microsoft.DocumentDB/databaseAccounts",
            "2024-08-15",
            "specification; pulumi-azure-native 4635 (merge); terraform-provider-azurerm 21780 \
             (defaultIdentity)",
        )
    },
    Way {
        both: UNSPACED,
        ..patched("Microsoft.Sql/servers", "2025-01-01", RECORDED)
    },
    Way {
        both: UNSPACED,
        ..patched("Microsoft.Sql/managedInstances", "2025-01-01", RECORDED)
    },
    Way {
        both: UNSPACED,
        ..merging(
            "Microsoft.DBforPostgreSQL/flexibleServers",
            "2025-08-01",
            RECORDED,
        )
    },
    Way {
        kinds: Kinds::USER,
        ..merging(
            "Microsoft.DBforMySQL/flexibleServers",
            "2023-12-30",
            RECORDED,
        )
    },
    Way {
        both: UNSPACED,
        ..patched(
            "Microsoft.KeyVault/managedHSMs",
            "2026-02-01",
            SPECIFICATION,
        )
    },
    patched("Microsoft.ApiManagement/service", "2024-05-01", RECORDED),
    patched(
        "Microsoft.AppConfiguration/configurationStores",
        "2024-05-01",
        RECORDED,
    ),
    patched("Microsoft.EventHub/namespaces", "2024-01-01", RECORDED),
    patched("Microsoft.ServiceBus/namespaces", "2024-01-01", RECORDED),
    patched("Microsoft.EventGrid/topics", "2025-02-15", RECORDED),
    patched("Microsoft.EventGrid/domains", "2025-02-15", RECORDED),
    patched("Microsoft.EventGrid/systemTopics", "2025-02-15", RECORDED),
    Way {
        kinds: Kinds {
            together: false,
            user: UserAssigned::One,
            ..Kinds::ALL
        },
        ..patched(
            "Microsoft.Batch/batchAccounts",
            "2024-07-01",
            "specification; azure-cli, which allows one identity; its recordings",
        )
    },
    Way {
        kinds: Kinds::USER,
        if_match: true,
        ..merging(
            "Microsoft.Batch/batchAccounts/pools",
            "2024-07-01",
            "specification; terraform-provider-azurerm 30206, 31175 (merge)",
        )
    },
    Way {
        both: UNSPACED,
        ..patched(
            "Microsoft.MachineLearningServices/workspaces",
            "2025-06-01",
            SPECIFICATION,
        )
    },
    patched(
        "Microsoft.CognitiveServices/accounts",
        "2026-03-01",
        RECORDED,
    ),
    patched("Microsoft.Search/searchServices", "2025-05-01", RECORDED),
    Way {
        kinds: Kinds::SYSTEM,
        ..merging("Microsoft.HybridCompute/machines", "2024-07-10", RECORDED)
    },
    patched(
        "Microsoft.Compute/diskEncryptionSets",
        "2022-03-02",
        RECORDED,
    ),
    Way {
        kinds: Kinds::EITHER,
        location: true,
        ..patched(
            "Microsoft.Authorization/policyAssignments",
            "2022-06-01",
            RECORDED,
        )
    },
    Way {
        kinds: Kinds::USER,
        write: Write::Never,
        ..patched(
            "Microsoft.Resources/deploymentScripts",
            "2020-10-01",
            "specification, whose PATCH has tags alone; terraform-provider-azurerm, which \
             replaces the resource",
        )
    },
    put(
        "Microsoft.Network/applicationGateways",
        "2025-01-01",
        RECORDED,
    ),
    put("Microsoft.Network/firewallPolicies", "2025-01-01", RECORDED),
    merging("Microsoft.RecoveryServices/vaults", "2025-08-01", RECORDED),
    patched(
        "Microsoft.DataProtection/backupVaults",
        "2025-07-01",
        RECORDED,
    ),
    Way {
        kinds: Kinds {
            user_alone: false,
            ..Kinds::ALL
        },
        both: UNSPACED,
        ..merging("Microsoft.Synapse/workspaces", "2021-06-01", RECORDED)
    },
    Way {
        if_match: true,
        ..patched("Microsoft.Kusto/clusters", "2024-04-13", RECORDED)
    },
    Way {
        kinds: Kinds {
            none: false,
            ..Kinds::SYSTEM
        },
        if_match: true,
        ..patched(
            "Microsoft.StreamAnalytics/streamingjobs",
            "2020-03-01",
            "specification; azure-rest-api-specs 17649 (None is refused)",
        )
    },
    Way {
        kinds: Kinds::EITHER,
        ..patched("Microsoft.SignalRService/signalR", "2024-03-01", RECORDED)
    },
    Way {
        kinds: Kinds::EITHER,
        ..patched("Microsoft.SignalRService/webPubSub", "2024-03-01", RECORDED)
    },
    Way {
        both: UNSPACED,
        ..patched("Microsoft.Cdn/profiles", "2025-12-01", SPECIFICATION)
    },
    patched("Microsoft.Cache/redis", "2024-11-01", RECORDED),
    Way {
        if_match: true,
        ..put("Microsoft.Devices/IotHubs", "2023-06-30", RECORDED)
    },
    Way {
        kinds: Kinds::EITHER,
        ..patched(
            "Microsoft.Insights/dataCollectionRules",
            "2023-03-11",
            SPECIFICATION,
        )
    },
    Way {
        kinds: Kinds::EITHER,
        ..patched("Microsoft.Purview/accounts", "2021-12-01", RECORDED)
    },
    Way {
        both: UNSPACED,
        ..patched(
            "Microsoft.LoadTestService/loadTests",
            "2022-12-01",
            RECORDED,
        )
    },
    Way {
        both: SPACED,
        ..merging("Microsoft.AppPlatform/Spring/apps", "", RECORDED)
    },
    patched(
        "Microsoft.HDInsight/clusters",
        "",
        "documentation: its PATCH overrides the identity",
    ),
];

/// The way of a type.
pub(super) fn of(kind: &str) -> &'static Way {
    let mut known = WAYS.iter();
    known
        .find(|way| way.kind.eq_ignore_ascii_case(kind))
        .unwrap_or(&Way::GENERAL)
}

/// A type as Azure's specifications spell it, where it is known: providers and Resource Graph have
/// ids in other casing. Source: recordings of azure-cli (`Microsoft.App/containerapps`).
pub(super) fn spelt(kind: String) -> String {
    match of(&kind).kind {
        "" => kind,
        known => known.to_owned(),
    }
}

/// Whether Azure can change the identity of a resource of this type at all.
pub(crate) fn is_changeable(resource: &ResourceId) -> bool {
    !matches!(of(&resource.type_name()).write, Write::Never)
}

/// A type of resources whose way is known, for the documentation.
#[derive(Debug)]
pub struct KnownType {
    /// The type: `Microsoft.Web/sites/slots`.
    pub resource_type: &'static str,
    /// The api-version that is used; empty where the provider is asked.
    pub api_version: &'static str,
    /// The kinds of identity that it can have, in words.
    pub kinds: String,
    /// How a change is written, in words.
    pub written: &'static str,
    /// Whether a write is conditional on the ETag.
    pub conditional: bool,
    /// Where these facts are from.
    pub source: &'static str,
}

/// The types of resources whose ways are known.
pub fn known_types() -> impl Iterator<Item = KnownType> {
    WAYS.iter().map(|way| KnownType {
        resource_type: way.kind,
        api_version: way.version,
        kinds: way.kinds.describe(),
        written: match way.write {
            Write::Patch(Naming::Changes) => "PATCH, which keeps what it does not name",
            Write::Patch(Naming::All) => "PATCH that names everything that stays",
            Write::Put { .. } => "PUT of the whole resource",
            Write::Never => "not changeable",
        },
        conditional: way.if_match,
        source: way.source,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_type_has_one_row_with_a_source() {
        let mut seen = HashSet::new();
        for way in WAYS {
            assert!(seen.insert(way.kind.to_lowercase()), "{}", way.kind);
            assert!(way.kind.starts_with("Microsoft.") && way.kind.contains('/'));
            assert!(!way.source.is_empty(), "{}", way.kind);
            assert!(!way.version.contains("preview"), "{}", way.kind);
        }
        assert!(WAYS.len() > 45);
    }

    #[test]
    fn a_type_is_found_in_any_casing_and_others_go_the_general_way() {
        assert_eq!(of("microsoft.web/SITES").kind, "Microsoft.Web/sites");
        assert_eq!(of("Microsoft.Own/things").kind, "");
        assert_eq!(
            spelt("microsoft.web/SITES".to_owned()),
            "Microsoft.Web/sites"
        );
        assert_eq!(
            spelt("microsoft.Own/things".to_owned()),
            "microsoft.Own/things"
        );
    }
}
