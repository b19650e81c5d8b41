//! The resource types, a row each.
//!
//! Where the answers, the spelling and the casing come from: recorded traffic of public test suites
//! (2020 to 2026), before the public API specifications, before public reports. A write whose answer
//! is only specified as "200 or 202" answers here with the one that a client has more to do for.
//! `Contoso.Samples` is none of Azure's: its types are for clients that treat a type that they do
//! not know in the general way.

use super::row::{
    Answer, By, Etag, Follow, Level, Named, Own, Patch, Place, Provisioning, ResourceType, Rule,
    Secret, Shows, Takes, Unnamed, answer, kind,
};
use crate::model::assignment::{IdentityView, Keys, Spelling};

const OK: Answer = answer(200, Follow::Sync);
const CREATED: Answer = answer(201, Follow::Sync);
const OK_OPERATION: Answer = answer(200, Follow::Operation);
const OK_BOTH: Answer = answer(200, Follow::Both);
const OK_STATE: Answer = answer(200, Follow::State);
const CREATED_OPERATION: Answer = answer(201, Follow::Operation);
const CREATED_LOCATION: Answer = answer(201, Follow::Location);
const CREATED_BOTH: Answer = answer(201, Follow::Both);
const ACCEPTED_LOCATION: Answer = answer(202, Follow::Location);
const ACCEPTED: Answer = answer(202, Follow::Both);

/// `, ` between the kinds; nothing after `None`.
const SPACED: IdentityView = IdentityView::USUAL;
/// `,` between the kinds.
const TIGHT: IdentityView = IdentityView {
    spelling: Spelling::TIGHT,
    ..SPACED
};
/// [`SPACED`], and `{"type":"None"}` after `None`.
const SPACED_NONE: IdentityView = IdentityView {
    none_shown: true,
    ..SPACED
};
/// [`TIGHT`], and `{"type":"None"}` after `None`.
const TIGHT_NONE: IdentityView = IdentityView {
    none_shown: true,
    ..TIGHT
};
/// As container registries spell it.
const LOWER: IdentityView = IdentityView {
    spelling: Spelling {
        system: "systemAssigned",
        user: "userAssigned",
        both: "systemAssigned, userAssigned",
    },
    ..SPACED
};
/// As application gateways spell it; the values of their map stay empty.
const GATEWAY: IdentityView = IdentityView {
    spelling: Spelling {
        user: "userAssigned",
        ..Spelling::SPACED
    },
    empty_values: true,
    ..SPACED
};

const fn id(path: &'static str) -> Named {
    Named {
        path,
        by: By::Id,
        rule: Rule::Kept,
    }
}

const fn client_id(path: &'static str) -> Named {
    Named {
        path,
        by: By::ClientId,
        rule: Rule::Kept,
    }
}

const fn member(path: &'static str) -> Named {
    Named {
        path,
        by: By::Id,
        rule: Rule::Member,
    }
}

const CONTAINER_APP_SECRETS: &[Secret] = &[Secret {
    items: "configuration.secrets[]",
    member: "value",
    instead: &["keyVaultUrl"],
    code: "ContainerAppSecretInvalid",
    referred: Some((
        "configuration.registries[].passwordSecretRef",
        "ContainerAppRegistriesPasswordSecretRefNotFound",
    )),
    action: Some("listSecrets"),
}];

const CONTAINER_APP_NAMED: &[Named] = &[
    id("configuration.registries[].identity"),
    id("configuration.secrets[].identity"),
    id("template.scale.rules[].custom.identity"),
];

const KEY_VAULT_IDENTITY: &[Named] = &[id(
    "encryption.keyVaultProperties[].identity.userAssignedIdentity",
)];

const DATABASE_KEYS: &[Named] = &[
    id("dataEncryption.primaryUserAssignedIdentityId"),
    id("dataEncryption.geoBackupUserAssignedIdentityId"),
];

const WEB: &[&str] = &[
    "2014-11-01",
    "2015-08-01",
    "2016-08-01",
    "2018-02-01",
    "2019-08-01",
    "2020-06-01",
    "2021-02-01",
    "2022-03-01",
    "2022-09-01",
    "2023-01-01",
    "2023-12-01",
    "2024-04-01",
    "2024-11-01",
    "2025-03-01",
    "2025-05-01",
];

const fn web(name: &'static str) -> ResourceType {
    kind(name, WEB)
        .identity_since("2016-08-01")
        .etag(Etag::Header)
        .provisioning(Provisioning::Absent)
}

const fn container_app(name: &'static str) -> ResourceType {
    kind(
        name,
        &[
            "2022-03-01",
            "2022-10-01",
            "2023-05-01",
            "2024-03-01",
            "2025-01-01",
            "2025-07-01",
            "2025-10-02-preview",
        ],
    )
    .view(SPACED_NONE)
    .answers(CREATED_OPERATION, CREATED_OPERATION, ACCEPTED_LOCATION)
    .provisioning(Provisioning::InProgress)
    .named(CONTAINER_APP_NAMED)
    .secrets(CONTAINER_APP_SECRETS)
}

const fn namespace(name: &'static str) -> ResourceType {
    kind(
        name,
        &[
            "2015-08-01",
            "2017-04-01",
            "2018-01-01-preview",
            "2021-11-01",
            "2022-10-01-preview",
            "2024-01-01",
            "2025-05-01-preview",
            "2026-01-01",
            "2026-07-01-preview",
        ],
    )
    .identity_since("2018-01-01-preview")
    .requires(&["sku", "properties"])
    .answers(OK_STATE, OK_STATE, OK_STATE)
    .shows(Shows::Old)
    .named(KEY_VAULT_IDENTITY)
}

const fn event_grid(name: &'static str) -> ResourceType {
    kind(
        name,
        &[
            "2019-06-01",
            "2020-04-01-preview",
            "2021-10-15-preview",
            "2022-06-15",
            "2025-02-15",
            "2025-07-15-preview",
        ],
    )
    .identity_since("2020-04-01-preview")
    .view(SPACED_NONE)
    .answers(CREATED_OPERATION, CREATED_OPERATION, CREATED_OPERATION)
}

const fn signal(name: &'static str) -> ResourceType {
    kind(
        name,
        &[
            "2018-10-01",
            "2021-10-01",
            "2023-02-01",
            "2023-08-01-preview",
            "2024-03-01",
            "2025-01-01-preview",
        ],
    )
    .identity_since("2021-10-01")
    .takes(Takes::EITHER)
    .answers(CREATED_BOTH, ACCEPTED, ACCEPTED)
    .shows(Shows::Nothing)
}

const fn gateway(name: &'static str) -> ResourceType {
    kind(
        name,
        &[
            "2018-11-01",
            "2019-04-01",
            "2021-08-01",
            "2022-01-01",
            "2023-09-01",
            "2024-05-01",
            "2025-01-01",
            "2025-07-01",
        ],
    )
    .default_version("2019-04-01")
    .identity_since("2019-04-01")
    .not_announced()
    .view(GATEWAY)
    .patch(Patch::Tags)
    .answers(CREATED_OPERATION, OK_OPERATION, OK)
    .etag(Etag::Body("etag"))
}

const SAMPLES: &[&str] = &["2023-01-01", "2024-01-01", "2025-06-01-preview"];

/// The types.
pub(crate) const TYPES: &[ResourceType] = &[
    web("Microsoft.Web/sites"),
    web("Microsoft.Web/sites/slots"),
    container_app("Microsoft.App/containerApps"),
    container_app("Microsoft.App/jobs"),
    kind(
        "Microsoft.ContainerInstance/containerGroups",
        &["2018-04-01", "2018-10-01", "2021-10-01", "2023-05-01", "2024-05-01-preview", "2025-09-01", "2025-11-01-preview"],
    )
    .identity_since("2018-10-01")
    .view(IdentityView {
        tenant_with_user: true,
        ..SPACED
    })
    .patch(Patch::Tags)
    .requires(&["properties"])
    .answers(CREATED_OPERATION, CREATED_OPERATION, OK)
    .secrets(&[
        Secret {
            items: "imageRegistryCredentials[]",
            member: "password",
            instead: &["identity"],
            code: "InvalidImageRegistryCredentials",
            referred: None,
            action: None,
        },
        Secret {
            items: "containers[].properties.environmentVariables[]",
            member: "secureValue",
            instead: &["value"],
            code: "InvalidEnvironmentVariables",
            referred: None,
            action: None,
        },
    ])
    .named(&[id("imageRegistryCredentials[].identity")]),
    ResourceType {
        own: Own::Kubelet,
        ..kind(
            "Microsoft.ContainerService/managedClusters",
            &["2018-03-31", "2019-02-01", "2021-07-01", "2023-08-01", "2024-09-01", "2025-05-01", "2025-10-01", "2025-10-02-preview", "2026-06-01"],
        )
        .identity_since("2019-02-01")
        .takes(Takes::EITHER_ONE)
        .patch(Patch::Tags)
        .answers(CREATED_OPERATION, OK_OPERATION, OK)
        .etag(Etag::Body("eTag"))
        .if_match()
    },
    ResourceType {
        sync_before: Some("2022-02-01-preview"),
        ..kind(
            "Microsoft.ContainerRegistry/registries",
            &["2017-10-01", "2019-05-01", "2021-09-01", "2022-02-01-preview", "2023-07-01", "2025-04-01", "2025-11-01", "2026-01-01-preview", "2026-09-01-preview"],
        )
        .identity_since("2019-05-01")
        .view(LOWER)
        .requires(&["sku"])
        .answers(CREATED_OPERATION, CREATED_OPERATION, CREATED_OPERATION)
        .named(&[client_id("encryption.keyVaultProperties.identity")])
    },
    ResourceType {
        no_none_on_create: true,
        ..kind(
            "Microsoft.Automation/automationAccounts",
            &[
                "2015-10-31",
                "2020-01-13-preview",
                "2021-06-22",
                "2022-08-08",
                "2023-11-01",
                "2024-10-23",
            ],
        )
        .identity_since("2020-01-13-preview")
        .named(&[id("encryption.identity.userAssignedIdentity")])
    },
    ResourceType {
        empty_map: true,
        ..kind(
            "Microsoft.Logic/workflows",
            &["2016-06-01", "2018-07-01-preview", "2019-05-01"],
        )
        .identity_since("2018-07-01-preview")
        .takes(Takes::EITHER)
        .requires(&["properties"])
        .patch(Patch::Ignored)
    },
    kind(
        "Microsoft.DataFactory/factories",
        &["2017-09-01-preview", "2018-06-01"],
    )
    .takes(Takes::ALL.some())
    .view(TIGHT)
    .answers(OK, OK, OK)
    .etag(Etag::Body("eTag"))
    .if_match(),
    kind(
        "Microsoft.Storage/storageAccounts",
        &[
            "2015-06-15",
            "2016-12-01",
            "2017-10-01",
            "2018-07-01",
            "2019-04-01",
            "2019-06-01",
            "2020-08-01-preview",
            "2021-04-01",
            "2021-09-01",
            "2022-09-01",
            "2023-01-01",
            "2023-05-01",
            "2024-01-01",
            "2025-01-01",
            "2025-06-01",
            "2025-08-01",
            "2026-04-01-preview",
        ],
    )
    .default_version("2019-06-01")
    .identity_since("2016-12-01")
    .takes(Takes::ALL_ONE)
    .view(TIGHT_NONE)
    .merges()
    .put_keeps()
    .answers(OK, OK, OK)
    .named(&[id("encryption.identity.userAssignedIdentity")]),
    ResourceType {
        put_unnamed: Unnamed::Stay,
        ..kind(
            "Microsoft.DocumentDB/databaseAccounts",
            &["2019-12-12", "2021-03-15", "2022-05-15", "2024-08-15", "2025-05-01-preview", "2026-03-15"],
        )
        .identity_since("2021-03-15")
        .view(TIGHT_NONE)
        .merges()
        .put_keeps()
        .answers(OK_BOTH, OK_BOTH, OK_BOTH)
        .shows(Shows::Old)
        .named(&[Named {
            path: "defaultIdentity",
            by: By::Id,
            rule: Rule::Reset("FirstPartyIdentity"),
        }])
    },
    kind(
        "Microsoft.Sql/servers",
        &["2014-04-01", "2015-05-01-preview", "2021-11-01", "2023-08-01", "2024-11-01-preview", "2025-01-01", "2025-02-01-preview"],
    )
    .identity_since("2015-05-01-preview")
    .view(TIGHT)
    .answers(ACCEPTED, ACCEPTED, ACCEPTED)
    .named(&[member("primaryUserAssignedIdentityId")]),
    ResourceType {
        system_stays: true,
        ..kind(
            "Microsoft.Sql/managedInstances",
            &["2018-06-01-preview", "2021-11-01", "2023-08-01", "2024-11-01-preview", "2025-01-01", "2025-02-01-preview"],
        )
        .view(TIGHT)
        .answers(CREATED_OPERATION, OK_OPERATION, OK_OPERATION)
        .shows(Shows::NoMap)
        .named(&[member("primaryUserAssignedIdentityId")])
    },
    ResourceType {
        user_stays: true,
        ..kind(
            "Microsoft.DBforPostgreSQL/flexibleServers",
            &["2021-06-01", "2022-12-01", "2023-12-01-preview", "2024-08-01", "2025-08-01", "2026-01-01-preview", "2026-04-01-preview"],
        )
        .identity_since("2022-12-01")
        .takes(Takes::USER)
        .takes_since("2025-08-01", Takes::ALL)
        .view(TIGHT)
        .merges()
        .answers(ACCEPTED, ACCEPTED, ACCEPTED)
        .shows(Shows::Nothing)
        .named(DATABASE_KEYS)
    },
    kind(
        "Microsoft.DBforMySQL/flexibleServers",
        &["2021-05-01", "2022-01-01", "2023-06-30", "2023-12-30", "2024-02-01-preview", "2024-10-01-preview", "2025-12-01-preview"],
    )
    .identity_since("2022-01-01")
    .takes(Takes::USER)
    .view(IdentityView {
        principal_with_user: true,
        ..SPACED
    })
    .merges()
    .answers(ACCEPTED, ACCEPTED, ACCEPTED)
    .shows(Shows::Nothing)
    .named(DATABASE_KEYS),
    kind(
        "Microsoft.KeyVault/managedHSMs",
        &[
            "2021-10-01",
            "2023-07-01",
            "2024-11-01",
            "2026-02-01",
            "2026-03-01-preview",
        ],
    )
    .identity_since("2023-07-01")
    .view(TIGHT)
    .answers(ACCEPTED_LOCATION, ACCEPTED_LOCATION, ACCEPTED_LOCATION),
    kind(
        "Microsoft.ApiManagement/service",
        &[
            "2018-01-01",
            "2019-12-01",
            "2021-08-01",
            "2022-08-01",
            "2024-05-01",
            "2024-06-01-preview",
        ],
    )
    .identity_since("2019-12-01")
    .requires(&["sku", "properties"])
    .put_keeps()
    .answers(CREATED_BOTH, CREATED_BOTH, ACCEPTED)
    .named(&[client_id("hostnameConfigurations[].identityClientId")])
    .etag(Etag::Body("etag")),
    kind(
        "Microsoft.AppConfiguration/configurationStores",
        &["2019-10-01", "2020-06-01", "2023-03-01", "2024-05-01", "2024-06-15-preview", "2025-08-01-preview"],
    )
    .identity_since("2020-06-01")
    .requires(&["sku"])
    .shows(Shows::Old)
    .etag(Etag::Header)
    .named(&[client_id("encryption.keyVaultProperties.identityClientId")]),
    namespace("Microsoft.EventHub/namespaces"),
    namespace("Microsoft.ServiceBus/namespaces"),
    event_grid("Microsoft.EventGrid/topics"),
    event_grid("Microsoft.EventGrid/domains"),
    event_grid("Microsoft.EventGrid/systemTopics"),
    kind(
        "Microsoft.Batch/batchAccounts",
        &[
            "2019-08-01",
            "2020-09-01",
            "2022-10-01",
            "2024-02-01",
            "2024-07-01",
        ],
    )
    .identity_since("2020-09-01")
    .takes(Takes::EITHER_ONE)
    .view(SPACED_NONE)
    .answers(OK, OK, OK),
    kind(
        "Microsoft.Batch/batchAccounts/pools",
        &[
            "2019-08-01",
            "2021-01-01",
            "2022-10-01",
            "2024-02-01",
            "2024-07-01",
        ],
    )
    .identity_since("2021-01-01")
    .takes(Takes::USER)
    .view(SPACED_NONE)
    .place(Place::None)
    .merges()
    .answers(OK, OK, OK)
    .etag(Etag::HeaderAndBody)
    .if_match(),
    kind(
        "Microsoft.MachineLearningServices/workspaces",
        &[
            "2019-11-01",
            "2021-07-01",
            "2023-04-01",
            "2024-04-01",
            "2025-06-01",
            "2025-07-01-preview",
        ],
    )
    .view(TIGHT)
    .answers(ACCEPTED, ACCEPTED, ACCEPTED)
    .named(&[member("primaryUserAssignedIdentity")]),
    kind(
        "Microsoft.CognitiveServices/accounts",
        &["2017-04-18", "2021-04-30", "2023-05-01", "2024-10-01", "2025-06-01", "2026-03-01", "2026-03-15-preview", "2026-05-15-preview"],
    )
    .identity_since("2021-04-30")
    .view(SPACED_NONE)
    .requires(&["sku"])
    .answers(CREATED_BOTH, ACCEPTED, ACCEPTED)
    .etag(Etag::HeaderAndBody)
    .named(&[client_id("encryption.keyVaultProperties.identityClientId")]),
    ResourceType {
        no_none_on_create: true,
        ..kind(
            "Microsoft.Search/searchServices",
            &[
                "2015-08-19",
                "2020-08-01",
                "2023-11-01",
                "2025-05-01",
                "2026-03-01-preview",
            ],
        )
        .identity_since("2020-08-01")
        .requires(&["sku"])
        .provisioning(Provisioning::Lower)
    },
    kind(
        "Microsoft.HybridCompute/machines",
        &[
            "2019-12-12",
            "2022-12-27",
            "2024-07-10",
            "2025-01-13",
            "2026-07-15",
            "2026-08-01-preview",
        ],
    )
    .takes(Takes::SYSTEM)
    .takes_since("2026-07-15", Takes::ALL)
    .answers(OK_STATE, OK_STATE, OK_STATE),
    kind(
        "Microsoft.Compute/diskEncryptionSets",
        &["2019-07-01", "2020-05-01", "2020-12-01", "2021-08-01", "2022-03-02", "2023-04-02", "2023-10-02", "2024-03-02"],
    )
    .default_version("2019-07-01")
    .merges()
    .answers(ACCEPTED, ACCEPTED, ACCEPTED)
    .shows(Shows::Old),
    ResourceType {
        level: Level::Scope,
        patch_since: Some("2021-06-01"),
        ..kind(
            "Microsoft.Authorization/policyAssignments",
            &["2015-10-01-preview", "2016-04-01", "2016-12-01", "2017-06-01-preview", "2018-03-01", "2018-05-01", "2019-01-01", "2019-06-01", "2019-09-01", "2020-09-01", "2021-06-01", "2022-06-01", "2025-01-01", "2025-03-01", "2025-11-01"],
        )
        .identity_since("2018-05-01")
        .takes(Takes::EITHER)
        .view(SPACED_NONE)
        .place(Place::WithIdentity)
        .requires(&["properties"])
        .provisioning(Provisioning::Absent)
        .answers(CREATED, CREATED, OK)
    },
    kind(
        "Microsoft.Resources/deploymentScripts",
        &["2019-10-01-preview", "2020-10-01", "2023-08-01"],
    )
    .takes(Takes::USER)
    .patch(Patch::Tags)
    .requires(&["kind", "properties"])
    .answers(CREATED_OPERATION, OK_OPERATION, OK),
    gateway("Microsoft.Network/applicationGateways"),
    gateway("Microsoft.Network/firewallPolicies"),
    gateway("Microsoft.Network/expressRoutePorts"),
    ResourceType {
        quick_system: true,
        ..kind(
            "Microsoft.RecoveryServices/vaults",
            &["2016-06-01", "2020-10-01", "2022-10-01", "2024-04-01", "2025-08-01", "2025-08-31-preview", "2026-07-01"],
        )
        .identity_since("2020-10-01")
        .view(SPACED_NONE)
        .merges()
        .answers(ACCEPTED, ACCEPTED, ACCEPTED)
        .etag(Etag::Body("etag"))
        .named(&[id("encryption.kekIdentity.userAssignedIdentity")])
    },
    kind(
        "Microsoft.DataProtection/backupVaults",
        &["2021-01-01", "2022-05-01", "2024-04-01", "2025-07-01"],
    )
    .requires(&["properties"])
    .answers(CREATED_OPERATION, CREATED_OPERATION, ACCEPTED)
    .named(&[id("securitySettings.encryptionSettings.kekIdentity.identityId")]),
    kind(
        "Microsoft.Synapse/workspaces",
        &[
            "2019-06-01-preview",
            "2020-12-01",
            "2021-03-01",
            "2021-06-01",
            "2021-06-01-preview",
        ],
    )
    .takes(Takes::SYSTEM_OR_ALL)
    .view(TIGHT)
    .merges()
    .named(&[id("encryption.cmk.kekIdentity.userAssignedIdentity")]),
    kind(
        "Microsoft.Kusto/clusters",
        &[
            "2019-01-21",
            "2020-02-15",
            "2022-12-29",
            "2023-08-15",
            "2024-04-13",
        ],
    )
    .identity_since("2020-02-15")
    .requires(&["sku"])
    .answers(CREATED_BOTH, ACCEPTED, ACCEPTED)
    .shows(Shows::NoPrincipals)
    .etag(Etag::Body("etag"))
    .if_match()
    .named(&[id("keyVaultProperties.userIdentity")]),
    kind(
        "Microsoft.StreamAnalytics/streamingjobs",
        &["2016-03-01", "2017-04-01-preview", "2020-03-01", "2021-10-01-preview"],
    )
    .identity_since("2017-04-01-preview")
    .takes(Takes::SYSTEM.some())
    .takes_since("2021-10-01-preview", Takes::EITHER.some())
    .etag(Etag::Header)
    .if_match(),
    signal("Microsoft.SignalRService/signalR"),
    signal("Microsoft.SignalRService/webPubSub"),
    kind(
        "Microsoft.Cdn/profiles",
        &["2019-04-15", "2021-06-01", "2023-05-01", "2024-02-01", "2025-04-15", "2025-12-01"],
    )
    .identity_since("2023-05-01")
    .view(TIGHT)
    .requires(&["sku"])
    .answers(CREATED_BOTH, ACCEPTED, ACCEPTED),
    kind(
        "Microsoft.Cache/redis",
        &["2018-03-01", "2021-06-01", "2023-08-01", "2024-11-01"],
    )
    .identity_since("2021-06-01")
    .requires(&["properties"])
    .answers(CREATED_BOTH, ACCEPTED, ACCEPTED)
    .provisioning(Provisioning::Settled),
    kind(
        "Microsoft.Devices/IotHubs",
        &[
            "2018-04-01",
            "2020-07-10-preview",
            "2021-07-02",
            "2023-06-30",
            "2023-06-30-preview",
        ],
    )
    .identity_since("2020-07-10-preview")
    .view(SPACED_NONE)
    .requires(&["sku"])
    .patch(Patch::Tags)
    .answers(CREATED_OPERATION, CREATED_OPERATION, OK)
    .etag(Etag::Body("etag"))
    .if_match()
    .named(&[
        id("routing.endpoints.eventHubs[].identity.userAssignedIdentity"),
        id("routing.endpoints.serviceBusQueues[].identity.userAssignedIdentity"),
        id("routing.endpoints.serviceBusTopics[].identity.userAssignedIdentity"),
        id("routing.endpoints.storageContainers[].identity.userAssignedIdentity"),
        id("storageEndpoints.$default.identity.userAssignedIdentity"),
    ]),
    kind(
        "Microsoft.Insights/dataCollectionRules",
        &[
            "2019-11-01-preview",
            "2021-04-01",
            "2022-06-01",
            "2023-03-11",
            "2024-03-11",
        ],
    )
    .identity_since("2022-06-01")
    .takes(Takes::EITHER)
    .answers(OK, OK, OK)
    .etag(Etag::Body("etag")),
    kind(
        "Microsoft.Purview/accounts",
        &["2021-07-01", "2021-12-01", "2023-05-01-preview"],
    )
    .takes(Takes::EITHER)
    .answers(CREATED_LOCATION, CREATED_LOCATION, ACCEPTED_LOCATION),
    kind(
        "Microsoft.LoadTestService/loadTests",
        &["2022-04-15-preview", "2022-12-01", "2023-12-01-preview"],
    )
    .view(IdentityView {
        keys: Keys::LowerType,
        ..SPACED_NONE
    })
    .merges()
    .answers(CREATED_OPERATION, OK_OPERATION, ACCEPTED)
    .named(&[id("encryption.identity.resourceId")]),
    // Its documentation says that a PATCH overrides the identities.
    kind(
        "Microsoft.HDInsight/clusters",
        &[
            "2018-06-01-preview",
            "2021-06-01",
            "2024-08-01-preview",
            "2025-01-15-preview",
        ],
    )
    .patch(Patch::Identity(Unnamed::Go))
    .requires(&["properties"])
    .answers(OK_OPERATION, OK_OPERATION, OK)
    .etag(Etag::Body("etag")),
    kind(
        "Microsoft.FluidRelay/fluidRelayServers",
        &["2021-03-12-preview", "2022-06-01"],
    )
    .view(IdentityView {
        keys: Keys::LowerGroups,
        ..SPACED
    })
    .named(&[id(
        "encryption.customerManagedKeyEncryption.keyEncryptionKeyIdentity.userAssignedIdentityResourceId",
    )]),
    kind("Contoso.Samples/merging", SAMPLES).merges(),
    kind("Contoso.Samples/replacing", SAMPLES).patch(Patch::Identity(Unnamed::Go)),
    kind("Contoso.Samples/putOnly", SAMPLES)
        .patch(Patch::Refused)
        .answers(CREATED_OPERATION, OK_OPERATION, OK),
    kind("Contoso.Samples/ignoring", SAMPLES).patch(Patch::Ignored),
    kind("Contoso.Samples/slow", SAMPLES)
        .merges()
        .answers(CREATED_LOCATION, ACCEPTED_LOCATION, ACCEPTED_LOCATION)
        .shows(Shows::Old)
        .etag(Etag::HeaderAndBody)
        .if_match(),
    ResourceType {
        no_nulls: true,
        ..kind("Contoso.Samples/withoutNulls", SAMPLES).patch(Patch::Identity(Unnamed::Go))
    },
    kind("Contoso.Samples/keeping", SAMPLES)
        .merges()
        .put_keeps(),
];
