//! The resource types beside machines, in the ways in which they differ.

use std::time::Duration;

use emulator::seed;
use hyper::Method;
use serde_json::{Map, Value, json};

use crate::support::{Answer, Azure, R, in_group, key, sub, uai};

/// What a type is expected to do.
#[derive(Debug, Clone, Copy)]
struct Case {
    kind: &'static str,
    version: &'static str,
    /// `S` system-assigned, `U` user-assigned, `1` at most one of these, `B` both kinds at once,
    /// `N` `None`.
    takes: &'static str,
    user: &'static str,
    both: &'static str,
    /// Of creation and of a PUT of what is there: status, then `A` for Azure-AsyncOperation, `L` for
    /// Location, `P` for provisioningState alone.
    created: &'static str,
    put: &'static str,
    /// The same, or `tags`, `ignored` or `405`.
    patch: &'static str,
    /// What PATCH does with ids that it does not name: `merge`, `replace` or `?`.
    map: &'static str,
    /// `absent` or `shown`.
    none: &'static str,
}

const SPACED: &str = "SystemAssigned, UserAssigned";
const TIGHT: &str = "SystemAssigned,UserAssigned";

const fn case(
    kind: &'static str,
    version: &'static str,
    takes: &'static str,
    both: &'static str,
    [created, put, patch]: [&'static str; 3],
    [map, none]: [&'static str; 2],
) -> Case {
    Case {
        kind,
        version,
        takes,
        user: "UserAssigned",
        both,
        created,
        put,
        patch,
        map,
        none,
    }
}

const ALL: &str = "SUBN";

const CASES: &[Case] = &[
    case(
        "Microsoft.Web/sites",
        "2023-12-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Web/sites/slots",
        "2023-12-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.App/containerApps",
        "2025-07-01",
        ALL,
        SPACED,
        ["201 A", "201 A", "202 L"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.App/jobs",
        "2025-07-01",
        ALL,
        SPACED,
        ["201 A", "201 A", "202 L"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.ContainerInstance/containerGroups",
        "2025-09-01",
        ALL,
        SPACED,
        ["201 A", "201 A", "tags"],
        ["", "absent"],
    ),
    case(
        "Microsoft.ContainerService/managedClusters",
        "2025-10-01",
        "SU1N",
        SPACED,
        ["201 A", "200 A", "tags"],
        ["", "absent"],
    ),
    Case {
        user: "userAssigned",
        ..case(
            "Microsoft.ContainerRegistry/registries",
            "2025-11-01",
            ALL,
            "systemAssigned, userAssigned",
            ["201 A", "201 A", "201 A"],
            ["?", "absent"],
        )
    },
    case(
        "Microsoft.Automation/automationAccounts",
        "2024-10-23",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Logic/workflows",
        "2019-05-01",
        "SUN",
        SPACED,
        ["201", "200", "ignored"],
        ["", "absent"],
    ),
    case(
        "Microsoft.DataFactory/factories",
        "2018-06-01",
        "SUB",
        TIGHT,
        ["200", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Storage/storageAccounts",
        "2025-08-01",
        "SUB1N",
        TIGHT,
        ["200", "200", "200"],
        ["merge", "shown"],
    ),
    case(
        "Microsoft.DocumentDB/databaseAccounts",
        "2024-08-15",
        ALL,
        TIGHT,
        ["200 AL", "200 AL", "200 AL"],
        ["merge", "shown"],
    ),
    case(
        "Microsoft.Sql/servers",
        "2025-01-01",
        ALL,
        TIGHT,
        ["202 AL", "202 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Sql/managedInstances",
        "2025-01-01",
        ALL,
        TIGHT,
        ["201 A", "200 A", "200 A"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.DBforPostgreSQL/flexibleServers",
        "2025-08-01",
        ALL,
        TIGHT,
        ["202 AL", "202 AL", "202 AL"],
        ["merge", "absent"],
    ),
    case(
        "Microsoft.DBforMySQL/flexibleServers",
        "2023-12-30",
        "UN",
        SPACED,
        ["202 AL", "202 AL", "202 AL"],
        ["merge", "absent"],
    ),
    case(
        "Microsoft.KeyVault/managedHSMs",
        "2026-02-01",
        ALL,
        TIGHT,
        ["202 L", "202 L", "202 L"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.ApiManagement/service",
        "2024-05-01",
        ALL,
        SPACED,
        ["201 AL", "201 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.AppConfiguration/configurationStores",
        "2024-05-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.EventHub/namespaces",
        "2024-01-01",
        ALL,
        SPACED,
        ["200 P", "200 P", "200 P"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.ServiceBus/namespaces",
        "2024-01-01",
        ALL,
        SPACED,
        ["200 P", "200 P", "200 P"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.EventGrid/topics",
        "2025-02-15",
        ALL,
        SPACED,
        ["201 A", "201 A", "201 A"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.EventGrid/domains",
        "2025-02-15",
        ALL,
        SPACED,
        ["201 A", "201 A", "201 A"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.EventGrid/systemTopics",
        "2025-02-15",
        ALL,
        SPACED,
        ["201 A", "201 A", "201 A"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.Batch/batchAccounts",
        "2024-07-01",
        "SU1N",
        SPACED,
        ["200", "200", "200"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.Batch/batchAccounts/pools",
        "2024-07-01",
        "UN",
        SPACED,
        ["200", "200", "200"],
        ["merge", "shown"],
    ),
    case(
        "Microsoft.MachineLearningServices/workspaces",
        "2025-06-01",
        ALL,
        TIGHT,
        ["202 AL", "202 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.CognitiveServices/accounts",
        "2026-03-01",
        ALL,
        SPACED,
        ["201 AL", "202 AL", "202 AL"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.Search/searchServices",
        "2025-05-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.HybridCompute/machines",
        "2024-07-10",
        "SN",
        SPACED,
        ["200 P", "200 P", "200 P"],
        ["", "absent"],
    ),
    case(
        "Microsoft.Compute/diskEncryptionSets",
        "2022-03-02",
        ALL,
        SPACED,
        ["202 AL", "202 AL", "202 AL"],
        ["merge", "absent"],
    ),
    case(
        "Microsoft.Authorization/policyAssignments",
        "2022-06-01",
        "SUN",
        SPACED,
        ["201", "201", "200"],
        ["?", "shown"],
    ),
    case(
        "Microsoft.Resources/deploymentScripts",
        "2020-10-01",
        "UN",
        SPACED,
        ["201 A", "200 A", "tags"],
        ["", "absent"],
    ),
    Case {
        user: "userAssigned",
        ..case(
            "Microsoft.Network/applicationGateways",
            "2025-01-01",
            ALL,
            SPACED,
            ["201 A", "200 A", "tags"],
            ["", "absent"],
        )
    },
    Case {
        user: "userAssigned",
        ..case(
            "Microsoft.Network/firewallPolicies",
            "2025-01-01",
            ALL,
            SPACED,
            ["201 A", "200 A", "tags"],
            ["", "absent"],
        )
    },
    Case {
        user: "userAssigned",
        ..case(
            "Microsoft.Network/expressRoutePorts",
            "2025-01-01",
            ALL,
            SPACED,
            ["201 A", "200 A", "tags"],
            ["", "absent"],
        )
    },
    case(
        "Microsoft.RecoveryServices/vaults",
        "2025-08-01",
        ALL,
        SPACED,
        ["202 AL", "202 AL", "202 AL"],
        ["merge", "shown"],
    ),
    case(
        "Microsoft.DataProtection/backupVaults",
        "2025-07-01",
        ALL,
        SPACED,
        ["201 A", "201 A", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Synapse/workspaces",
        "2021-06-01",
        "SBN",
        TIGHT,
        ["201", "200", "200"],
        ["merge", "absent"],
    ),
    case(
        "Microsoft.Kusto/clusters",
        "2024-04-13",
        ALL,
        SPACED,
        ["201 AL", "202 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.StreamAnalytics/streamingjobs",
        "2020-03-01",
        "S",
        SPACED,
        ["201", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.SignalRService/signalR",
        "2024-03-01",
        "SUN",
        SPACED,
        ["201 AL", "202 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.SignalRService/webPubSub",
        "2024-03-01",
        "SUN",
        SPACED,
        ["201 AL", "202 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Cdn/profiles",
        "2025-12-01",
        ALL,
        TIGHT,
        ["201 AL", "202 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Cache/redis",
        "2024-11-01",
        ALL,
        SPACED,
        ["201 AL", "202 AL", "202 AL"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Devices/IotHubs",
        "2023-06-30",
        ALL,
        SPACED,
        ["201 A", "201 A", "tags"],
        ["", "shown"],
    ),
    case(
        "Microsoft.Insights/dataCollectionRules",
        "2023-03-11",
        "SUN",
        SPACED,
        ["200", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.Purview/accounts",
        "2021-12-01",
        "SUN",
        SPACED,
        ["201 L", "201 L", "202 L"],
        ["?", "absent"],
    ),
    case(
        "Microsoft.LoadTestService/loadTests",
        "2022-12-01",
        ALL,
        SPACED,
        ["201 A", "200 A", "202 AL"],
        ["merge", "shown"],
    ),
    case(
        "Microsoft.HDInsight/clusters",
        "2021-06-01",
        ALL,
        SPACED,
        ["200 A", "200 A", "200"],
        ["replace", "absent"],
    ),
    case(
        "Microsoft.FluidRelay/fluidRelayServers",
        "2022-06-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["?", "absent"],
    ),
    case(
        "Contoso.Samples/merging",
        "2024-01-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["merge", "absent"],
    ),
    case(
        "Contoso.Samples/replacing",
        "2024-01-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["replace", "absent"],
    ),
    case(
        "Contoso.Samples/putOnly",
        "2024-01-01",
        ALL,
        SPACED,
        ["201 A", "200 A", "405"],
        ["", "absent"],
    ),
    case(
        "Contoso.Samples/ignoring",
        "2024-01-01",
        ALL,
        SPACED,
        ["201", "200", "ignored"],
        ["", "absent"],
    ),
    case(
        "Contoso.Samples/slow",
        "2024-01-01",
        ALL,
        SPACED,
        ["201 L", "202 L", "202 L"],
        ["merge", "absent"],
    ),
    case(
        "Contoso.Samples/withoutNulls",
        "2024-01-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["replace", "absent"],
    ),
    case(
        "Contoso.Samples/keeping",
        "2024-01-01",
        ALL,
        SPACED,
        ["201", "200", "200"],
        ["merge", "absent"],
    ),
];

#[track_caller]
fn of(kind: &str) -> Case {
    let found = CASES.iter().find(|case| case.kind.ends_with(kind));
    *found.unwrap_or_else(|| panic!("no case '{kind}'"))
}

impl Case {
    fn takes(&self, letter: char) -> bool {
        self.takes.contains(letter)
    }

    /// The type for user-assigned identities.
    fn users(&self) -> &'static str {
        if self.takes('U') {
            "UserAssigned"
        } else {
            "SystemAssigned,UserAssigned"
        }
    }

    fn patches(&self) -> bool {
        self.patch.starts_with(char::is_numeric) && self.patch != "405"
    }

    /// The path of a resource in the first group, without the api-version.
    fn id(&self, name: &str) -> String {
        let (namespace, types) = self.kind.split_once('/').unwrap();
        let names = name.split('/');
        let pairs: Vec<String> = types
            .split('/')
            .zip(names)
            .map(|(kind, name)| format!("{kind}/{name}"))
            .collect();
        in_group(&format!("{namespace}/{}", pairs.join("/")))
    }

    fn path(&self, name: &str) -> String {
        format!("{}?api-version={}", self.id(name), self.version)
    }

    /// A name, of a type in another with the parent's before it.
    fn name(&self) -> &'static str {
        if self.kind.matches('/').count() == 2 {
            "outer/one"
        } else {
            "one"
        }
    }

    /// What a PUT of the type has to have.
    fn body(&self) -> Value {
        let mut body = json!({"location": "eastus", "sku": {"name": "Standard"}, "kind": "AzureCLI", "properties": {"some": {"setting": 1}}});
        if self.kind.ends_with("/pools") {
            body = json!({"properties": {"some": {"setting": 1}}});
        }
        body
    }

    /// What is expected of an answer: the status, and which headers say how to follow it.
    #[track_caller]
    fn check(&self, what: &str, expected: &str, answer: &Answer) {
        let mut found = answer.status.to_string();
        let has = |name: &str| answer.headers.contains_key(name);
        let marks = [("azure-asyncoperation", 'A'), ("location", 'L')];
        let marks: String = marks
            .into_iter()
            .filter(|(name, _)| has(name))
            .map(|(_, mark)| mark)
            .collect();
        let expected = expected.trim_end_matches(" P");
        if !marks.is_empty() {
            found = format!("{found} {marks}");
        }
        assert_eq!(found, expected, "{} {what}: {answer:?}", self.kind);
    }
}

/// Lets what was started end, and checks what says so.
async fn follow(azure: &Azure, answer: &Answer) {
    let header = |name: &str| {
        answer
            .headers
            .get(name)
            .map(|v| v.to_str().unwrap().to_owned())
    };
    let (status, result) = (header("azure-asyncoperation"), header("location"));
    if let Some(url) = &status {
        assert_eq!(azure.get(url).await.is(200).json()["status"], "InProgress");
    }
    if let Some(url) = &result {
        azure.get(url).await.is(202);
    }
    tokio::time::advance(Duration::from_secs(2)).await;
    if let Some(url) = &status {
        assert_eq!(azure.get(url).await.is(200).json()["status"], "Succeeded");
    }
    if let Some(url) = &result {
        let end = azure.get(url).await.is(200).json();
        assert!(end["id"].is_string(), "{end}");
    }
}

async fn started() -> Azure {
    let azure = Azure::start().await;
    for name in ["aaa", "bbb", "ccc"] {
        azure.identity(name).await;
    }
    azure
}

/// Creates a resource and what it is in; its body after it.
async fn create(azure: &Azure, case: &Case, identity: Value) -> Value {
    if let Some((outer, _)) = case.name().split_once('/') {
        let outer_kind = case.kind.rsplit_once('/').unwrap().0;
        let outer_case = of(outer_kind);
        azure.put(&outer_case.path(outer), outer_case.body()).await;
    }
    let mut body = case.body();
    if !identity.is_null() {
        body["identity"] = identity;
    }
    let answer = azure.put(&case.path(case.name()), body).await;
    case.check("creation", case.created, &answer);
    follow(azure, &answer).await;
    azure.get(&case.path(case.name())).await.is(200).json()
}

fn map(names: &[&str]) -> Value {
    let map: Map<String, Value> = names.iter().map(|name| (key(name), json!({}))).collect();
    json!(map)
}

fn user(names: &[&str]) -> Value {
    json!({"type": "UserAssigned", "userAssignedIdentities": map(names)})
}

/// Writes the identity in the type's own way, with everything else as it is; the body after it.
async fn write(azure: &Azure, case: &Case, identity: Value) -> Value {
    let path = case.path(case.name());
    let answer = if case.patches() {
        let answer = azure.patch(&path, json!({ "identity": identity })).await;
        let quick = case.kind.ends_with("/vaults") && answer.status == 200;
        if !quick {
            case.check(&format!("PATCH {identity}"), case.patch, &answer);
        }
        answer
    } else {
        let mut body = azure.get(&path).await.is(200).json();
        body["identity"] = identity.clone();
        let answer = azure.put(&path, body).await;
        case.check(&format!("PUT {identity}"), case.put, &answer);
        answer
    };
    follow(azure, &answer).await;
    azure.get(&path).await.is(200).json()
}

/// The names of the user-assigned identities in a body, in order.
fn names(body: &Value) -> Vec<String> {
    let map = body["identity"]["userAssignedIdentities"].as_object();
    let mut names: Vec<String> = map
        .into_iter()
        .flatten()
        .map(|(id, _)| id.rsplit('/').next().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[track_caller]
fn check_none(case: &Case, body: &Value) {
    match case.none {
        "shown" => assert_eq!(body["identity"], json!({"type": "None"}), "{}", case.kind),
        _ => assert_eq!(body.get("identity"), None, "{}", case.kind),
    }
}

#[tokio::test(start_paused = true)]
async fn every_type_is_among_the_cases() {
    let azure = Azure::start().await;
    let listed = azure
        .get(&sub(&format!("/providers?{R}")))
        .await
        .is(200)
        .json();
    // Types without identities, and those that have other tests.
    const OTHERS: [&str; 16] = [
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Compute/disks",
        "Microsoft.Compute/images",
        "Microsoft.Compute/availabilitySets",
        "Microsoft.Compute/proximityPlacementGroups",
        "Microsoft.Compute/sshPublicKeys",
        "Microsoft.Compute/locations",
        "Microsoft.Authorization/role",
        "Microsoft.Authorization/locks",
        "Microsoft.Authorization/denyAssignments",
        "Microsoft.Resources/deployments",
        "Microsoft.Resources/",
        "Microsoft.ManagedIdentity/",
        "Microsoft.ResourceGraph/",
        "Microsoft.Management/",
    ];
    let network = |kind: &str| {
        kind.starts_with("Microsoft.Network/") && !CASES.iter().any(|case| case.kind == kind)
    };
    for provider in listed["value"].as_array().unwrap() {
        for one in provider["resourceTypes"].as_array().unwrap() {
            let kind = format!(
                "{}/{}",
                provider["namespace"].as_str().unwrap(),
                one["resourceType"].as_str().unwrap()
            );
            let other = OTHERS.iter().any(|prefix| kind.starts_with(prefix)) || network(&kind);
            let case = CASES.iter().any(|case| case.kind == kind);
            assert!(case || other, "{kind} has no case");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_type_assigns_and_removes() {
    for case in CASES {
        let azure = started().await;
        let made = create(&azure, case, Value::Null).await;
        check_none(case, &made);
        assert_eq!(made["properties"]["some"], json!({"setting": 1}));
        user_assigned(&azure, case).await;
        system_assigned(&azure, case).await;
        lists(&azure, case).await;
    }
}

/// Assigns, assigns a second one, removes the first.
async fn user_assigned(azure: &Azure, case: &Case) {
    if !case.takes('U') && !case.takes('B') {
        let path = case.path(case.name());
        let refused = azure
            .patch(&path, json!({"identity": user(&["aaa"])}))
            .await;
        refused.fails(400, "CannotSetResourceIdentity");
        return;
    }
    let typed = |map: Value| json!({"type": case.users(), "userAssignedIdentities": map});
    let body = write(azure, case, typed(map(&["aaa"]))).await;
    let kind = if case.takes('U') {
        case.user
    } else {
        case.both
    };
    assert_eq!(body["identity"]["type"], kind, "{}", case.kind);
    assert_eq!(names(&body), ["aaa"], "{}", case.kind);
    let values = body["identity"]["userAssignedIdentities"]
        .as_object()
        .unwrap();
    let known = azure.get(&uai("aaa")).await.json()["properties"]["clientId"].clone();
    for value in values.values() {
        let shown = value["clientId"] == known;
        let empty = case.kind.starts_with("Microsoft.Network/") && *value == json!({});
        assert!(shown || empty, "{}: {value}", case.kind);
    }
    if case.takes('1') {
        let path = case.path(case.name());
        let two = typed(map(&["aaa", "bbb"]));
        let mut whole = azure.get(&path).await.json();
        whole["identity"] = two;
        azure
            .put(&path, whole)
            .await
            .fails(400, "TooManyUserAssignedIdentities");
        return;
    }
    let body = write(azure, case, typed(map(&["aaa", "bbb"]))).await;
    assert_eq!(names(&body), ["aaa", "bbb"], "{}", case.kind);
    let mut without = map(&["bbb"]);
    if case.patches() && !case.kind.ends_with("withoutNulls") {
        without[key("aaa")] = Value::Null;
    }
    let body = write(azure, case, typed(without)).await;
    assert_eq!(names(&body), ["bbb"], "{}", case.kind);
}

/// Off and on again, another principal; and nothing in the end, where that is taken.
async fn system_assigned(azure: &Azure, case: &Case) {
    let cannot_go = ["/managedInstances", "/flexibleServers"];
    let path = case.path(case.name());
    let reads = cannot_go.iter().any(|end| case.kind.ends_with(end));
    if case.takes('S') && !reads {
        let mut principals = Vec::new();
        for _ in 0..2 {
            let body = write(azure, case, json!({"type": "SystemAssigned"})).await;
            let identity = &body["identity"];
            assert!(names(&body).is_empty(), "{}", case.kind);
            assert_eq!(identity["tenantId"], seed::TENANT_ID, "{}", case.kind);
            principals.push(identity["principalId"].as_str().unwrap().to_owned());
            let default = format!(
                "{}/providers/Microsoft.ManagedIdentity/identities/default?api-version=2023-01-31",
                case.id(case.name())
            );
            let default = azure.get(&default).await.is(200).json();
            assert_eq!(
                default["properties"]["principalId"],
                identity["principalId"]
            );
            if case.takes('N') {
                check_none(case, &write(azure, case, json!({"type": "None"})).await);
            } else if case.takes('U') {
                write(azure, case, user(&["bbb"])).await;
            }
        }
        if case.takes('N') || case.takes('U') {
            assert_ne!(principals[0], principals[1], "{}", case.kind);
        }
    }
    let refused = json!({"identity": {"type": "None"}});
    if !case.takes('N') {
        azure
            .patch(&path, refused)
            .await
            .fails(400, "CannotSetResourceIdentity");
    } else if !reads {
        check_none(case, &write(azure, case, json!({"type": "None"})).await);
    }
}

/// It is in its lists, and goes.
async fn lists(azure: &Azure, case: &Case) {
    let path = case.path(case.name());
    let id = azure.get(&path).await.json()["id"].clone();
    let (all, version) = (case.id(case.name()), case.version);
    let all = all.rsplit_once('/').unwrap().0;
    let has = |listed: &Value| {
        listed["value"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == id)
    };
    let in_group = azure
        .get(&format!("{all}?api-version={version}"))
        .await
        .is(200)
        .json();
    assert!(has(&in_group), "{}: {in_group}", case.kind);
    if case.kind.matches('/').count() == 1 {
        let in_subscription = sub(&format!("/providers/{}?api-version={version}", case.kind));
        assert!(
            has(&azure.get(&in_subscription).await.is(200).json()),
            "{}",
            case.kind
        );
    }
    let tracked = !case.kind.ends_with("/pools") && !case.kind.ends_with("/policyAssignments");
    let resources = azure
        .get(&sub(&format!("/resources?{R}")))
        .await
        .is(200)
        .json();
    assert_eq!(has(&resources), tracked, "{}", case.kind);
    let deleted = azure.delete(&path).await;
    assert!([200, 202].contains(&deleted.status), "{deleted:?}");
    follow_deletion(azure, &deleted).await;
    azure.get(&path).await.fails(404, "ResourceNotFound");
    azure.delete(&path).await.is(204);
}

async fn follow_deletion(azure: &Azure, answer: &Answer) {
    tokio::time::advance(Duration::from_secs(2)).await;
    if answer.status == 202 {
        azure.get(answer.header("location")).await.is(200);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_patch_does_with_ids_that_it_does_not_name() {
    for case in CASES
        .iter()
        .filter(|case| case.patches() && case.takes('U') && !case.takes('1'))
    {
        for setting in ["merge", "replace"] {
            let azure = started().await;
            azure.set(json!({ "unknownMap": setting })).await;
            create(&azure, case, user(&["aaa"])).await;
            let body = write(&azure, case, user(&["bbb"])).await;
            let meaning = if case.map == "?" { setting } else { case.map };
            let expected: &[&str] = match meaning {
                "merge" => &["aaa", "bbb"],
                _ => &["bbb"],
            };
            assert_eq!(names(&body), expected, "{} {setting}", case.kind);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_put_does_without_the_member_identity() {
    const KEEP: [&str; 4] = [
        "Microsoft.Storage/storageAccounts",
        "Microsoft.DocumentDB/databaseAccounts",
        "Microsoft.ApiManagement/service",
        "Contoso.Samples/keeping",
    ];
    for case in CASES.iter().filter(|case| case.takes('U')) {
        let azure = started().await;
        create(&azure, case, user(&["aaa"])).await;
        let path = case.path(case.name());
        let answer = azure.put(&path, case.body()).await;
        follow(&azure, &answer).await;
        let body = azure.get(&path).await.is(200).json();
        if KEEP.contains(&case.kind) {
            assert_eq!(names(&body), ["aaa"], "{}", case.kind);
        } else {
            check_none(case, &body);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_patch_that_is_no_good_for_identities_changes_none() {
    for case in CASES.iter().filter(|case| !case.patches()) {
        let azure = started().await;
        let before = create(&azure, case, user(&["aaa"])).await;
        let path = case.path(case.name());
        let body = json!({"identity": user(&["bbb"]), "tags": {"a": "b"}});
        let answer = azure.patch(&path, body).await;
        if case.patch == "405" {
            answer.fails(405, "HttpMethodNotSupported");
            continue;
        }
        answer.is(200);
        let after = azure.get(&path).await.json();
        assert_eq!(after["identity"], before["identity"], "{}", case.kind);
        let tags = if case.patch == "tags" {
            json!({"a": "b"})
        } else {
            Value::Null
        };
        assert_eq!(after["tags"], tags, "{}", case.kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_map_is_refused_where_it_says_something_else() {
    let azure = started().await;
    let case = of("Web/sites");
    create(&azure, &case, user(&["aaa"])).await;
    let path = case.path("one");
    let patch =
        |kind: &str, map: Value| json!({"identity": {"type": kind, "userAssignedIdentities": map}});
    let stale = json!({key("aaa"): {"principalId": null, "clientId": "x"}});
    let missing = map(&["zzz"]);
    for (body, code) in [
        (patch("UserAssigned", stale), "InvalidIdentityValues"),
        (
            patch("UserAssigned", json!({"aaa": {}})),
            "LinkedInvalidPropertyId",
        ),
        (patch("UserAssigned", missing), "FailedIdentityOperation"),
        (
            patch("SystemAssigned", json!({})),
            "FailedIdentityOperation",
        ),
        (
            json!({"identity": {"type": "Own"}}),
            "CannotSetResourceIdentity",
        ),
    ] {
        azure.patch(&path, body).await.fails(400, code);
    }
    let other = of("Web/sites/slots");
    azure
        .put(
            &other.path("one/slot"),
            json!({"location": "eastus", "identity": {"type": "UserAssigned"}}),
        )
        .await
        .fails(400, "MissingIdentityIds");
    let mut put = case.body();
    put["identity"] =
        patch("UserAssigned", json!({key("aaa"): null, key("bbb"): {}}))["identity"].clone();
    azure
        .put(&path, put)
        .await
        .fails(400, "InvalidIdentityValues");
    // Null for the whole map is none, an echo is taken, and casing does not matter.
    let body = azure.get(&path).await.json();
    let echo = body["identity"]["userAssignedIdentities"].clone();
    azure
        .patch(&path, patch("UserAssigned", echo))
        .await
        .is(200);
    let lower = json!({key("BBB").to_lowercase(): {}});
    let body = azure
        .patch(&path, patch("SystemAssigned,UserAssigned", lower))
        .await
        .is(200)
        .json();
    let ids = body["identity"]["userAssignedIdentities"]
        .as_object()
        .unwrap();
    assert_eq!(
        ids.keys().collect::<Vec<_>>(),
        [&key("aaa"), &key("bbb")],
        "as the identities write them"
    );
    azure
        .patch(&path, patch("SystemAssigned", Value::Null))
        .await
        .is(200);
    // A slot has an identity of its own.
    create(&azure, &other, Value::Null).await;
    let site = azure.get(&other.path("outer/one")).await.json();
    assert_eq!(site.get("identity"), None);
    assert_eq!(site["name"], "outer/one");
    azure
        .put(&other.path("none/one"), other.body())
        .await
        .fails(404, "ParentResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn null_for_an_id_can_be_refused_in_a_patch_too() {
    let azure = started().await;
    let case = of("withoutNulls");
    create(&azure, &case, user(&["aaa", "bbb"])).await;
    let mut without = user(&["bbb"]);
    without["userAssignedIdentities"][key("aaa")] = Value::Null;
    azure
        .patch(&case.path("one"), json!({ "identity": without }))
        .await
        .fails(400, "InvalidIdentityValues");
    assert_eq!(names(&write(&azure, &case, user(&["bbb"])).await), ["bbb"]);
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_a_write_shows_what_its_type_shows() {
    let patch = async |kind: &str| {
        let azure = started().await;
        let case = of(kind);
        create(&azure, &case, Value::Null).await;
        let both =
            json!({"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": map(&["aaa"])});
        let answer = azure
            .patch(&case.path("one"), json!({ "identity": both }))
            .await;
        let during = azure.get(&case.path("one")).await.json();
        tokio::time::advance(Duration::from_secs(2)).await;
        let after = azure.get(&case.path("one")).await.json();
        assert_eq!(names(&after), ["aaa"]);
        assert!(after["identity"]["principalId"].is_string());
        (answer, during)
    };
    for kind in [
        "databaseAccounts",
        "diskEncryptionSets",
        "EventHub/namespaces",
        "Samples/slow",
    ] {
        let (answer, during) = patch(kind).await;
        assert!(names(&answer.json()).is_empty(), "{kind}: the old one");
        assert!(names(&during).is_empty(), "{kind}: the old one");
    }
    let (answer, during) = patch("configurationStores").await;
    assert!(names(&answer.json()).is_empty(), "the old one");
    assert_eq!(names(&during), ["aaa"]);
    let (answer, during) = patch("Kusto/clusters").await;
    assert_eq!(names(&answer.json()), ["aaa"]);
    assert_eq!(answer.json()["identity"].get("principalId"), None);
    assert!(during["identity"]["principalId"].is_string());
    let (answer, _) = patch("managedInstances").await;
    let identity = &answer.json()["identity"];
    assert_eq!(
        (
            identity["type"].clone(),
            identity.get("userAssignedIdentities")
        ),
        (json!(TIGHT), None)
    );
    for kind in ["PostgreSQL/flexibleServers"] {
        let (answer, _) = patch(kind).await;
        assert!(answer.body.is_empty(), "{kind}");
    }
    let (answer, during) = patch("Cache/redis").await;
    for body in [answer.json(), during] {
        assert_eq!(body["properties"]["provisioningState"], "Succeeded");
    }
    let (answer, during) = patch("ServiceBus/namespaces").await;
    for body in [answer.json(), during] {
        assert_eq!(
            body["properties"]["provisioningState"],
            "ActivatingIdentity"
        );
    }
    let azure = started().await;
    let case = of("EventHub/namespaces");
    create(&azure, &case, Value::Null).await;
    let tagged = azure
        .patch(&case.path("one"), json!({"tags": {"a": "b"}}))
        .await;
    assert_eq!(
        tagged.is(200).json()["properties"]["provisioningState"],
        "Updating"
    );
    azure
        .patch(&case.path("one"), json!({"tags": {}}))
        .await
        .fails(409, "Conflict");
    let search = create(&azure, &of("searchServices"), Value::Null).await;
    assert_eq!(search["properties"]["provisioningState"], "succeeded");
    let site = create(&azure, &of("Web/sites"), Value::Null).await;
    assert_eq!(site["properties"].get("provisioningState"), None);
}

#[tokio::test(start_paused = true)]
async fn spelling_of_keys_and_of_what_is_beside_them() {
    let azure = started().await;
    let only = async |kind: &str| {
        let body = create(&azure, &of(kind), user(&["aaa"])).await;
        let ids = body["identity"]["userAssignedIdentities"]
            .as_object()
            .unwrap();
        (ids.keys().next().unwrap().clone(), body["identity"].clone())
    };
    assert_eq!(only("Web/sites").await.0, key("aaa"));
    let lower = key("aaa").replace(
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "microsoft.managedidentity/userassignedidentities",
    );
    assert_eq!(only("loadTests").await.0, lower);
    let groups = key("aaa").replace("/resourceGroups/", "/resourcegroups/");
    assert_eq!(only("fluidRelayServers").await.0, groups);
    let (_, identity) = only("containerGroups").await;
    assert_eq!(
        (identity["tenantId"].clone(), identity.get("principalId")),
        (json!(seed::TENANT_ID), None)
    );
    let (id, identity) = only("MySQL/flexibleServers").await;
    assert_eq!(
        identity["principalId"],
        identity["userAssignedIdentities"][id]["principalId"]
    );
}

#[tokio::test(start_paused = true)]
async fn etags_where_there_are_any() {
    // Where the ETag is, and whether it counts.
    for (kind, header, member, counts) in [
        ("Web/sites", true, "", false),
        ("configurationStores", true, "", false),
        ("CognitiveServices/accounts", true, "etag", false),
        ("vaults", false, "etag", false),
        ("applicationGateways", false, "etag", false),
        ("IotHubs", false, "etag", true),
        ("managedClusters", false, "eTag", true),
        ("factories", false, "eTag", true),
        ("Kusto/clusters", false, "etag", true),
        ("streamingjobs", true, "", true),
        ("pools", true, "etag", true),
        ("storageAccounts", false, "", false),
        ("Samples/slow", true, "etag", true),
    ] {
        let azure = started().await;
        let case = of(kind);
        let body = create(&azure, &case, Value::Null).await;
        let path = case.path(case.name());
        let got = azure.get(&path).await;
        assert_eq!(got.headers.contains_key("etag"), header, "{kind}");
        for name in ["etag", "eTag"] {
            assert_eq!(body.get(name).is_some(), name == member, "{kind} {name}");
        }
        let put = async |etag: &str| {
            azure
                .send(Method::PUT, &path, &[("if-match", etag)], case.body())
                .await
        };
        let stale = put("\"stale\"").await;
        if !counts {
            assert!(stale.status < 300, "{kind}: {stale:?}");
            continue;
        }
        stale.fails(412, "PreconditionFailed");
        let etag = match member {
            "" => got.header("etag").to_owned(),
            name => body[name].as_str().unwrap().to_owned(),
        };
        let answer = put(&etag).await;
        assert!(answer.status < 300, "{kind}: {answer:?}");
        tokio::time::advance(Duration::from_secs(2)).await;
        put(&etag).await.fails(412, "PreconditionFailed");
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_a_property_names_stays() {
    let azure = started().await;
    let client = azure.get(&uai("aaa")).await.json()["properties"]["clientId"].clone();
    for (kind, properties) in [
        (
            "storageAccounts",
            json!({"encryption": {"identity": {"userAssignedIdentity": key("aaa").to_uppercase()}}}),
        ),
        (
            "Automation/automationAccounts",
            json!({"encryption": {"identity": {"userAssignedIdentity": key("aaa")}}}),
        ),
        (
            "EventHub/namespaces",
            json!({"encryption": {"keyVaultProperties": [{"identity": {"userAssignedIdentity": key("aaa")}}]}}),
        ),
        (
            "registries",
            json!({"encryption": {"keyVaultProperties": {"identity": client}}}),
        ),
        (
            "containerApps",
            json!({"configuration": {"registries": [{"server": "r", "identity": key("aaa")}]}}),
        ),
        (
            "Sql/servers",
            json!({"primaryUserAssignedIdentityId": key("aaa")}),
        ),
        (
            "MachineLearningServices/workspaces",
            json!({"primaryUserAssignedIdentity": key("aaa")}),
        ),
        (
            "PostgreSQL/flexibleServers",
            json!({"dataEncryption": {"primaryUserAssignedIdentityId": key("aaa")}}),
        ),
        (
            "IotHubs",
            json!({"storageEndpoints": {"$default": {"identity": {"userAssignedIdentity": key("aaa")}}}}),
        ),
        (
            "loadTests",
            json!({"encryption": {"identity": {"resourceId": key("aaa")}}}),
        ),
    ] {
        let case = of(kind);
        let mut body = case.body();
        body["identity"] = user(&["aaa"]);
        body["properties"] = properties.clone();
        let answer = azure.put(&case.path("one"), body.clone()).await;
        follow(&azure, &answer).await;
        body["identity"] = user(&["bbb"]);
        let refused = azure.put(&case.path("one"), body.clone()).await;
        let message = refused.fails(400, "BadRequest").message();
        assert!(message.contains("names it"), "{kind}: {message}");
        // Another property in the same write frees it.
        body["properties"] = json!({});
        let answer = azure.put(&case.path("one"), body).await;
        assert!(answer.status < 300, "{kind}: {answer:?}");
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(names(&azure.get(&case.path("one")).await.json()), ["bbb"]);
    }
    let case = of("Sql/servers");
    let foreign = json!({"properties": {"primaryUserAssignedIdentityId": key("ccc")}});
    azure
        .patch(&case.path("one"), foreign)
        .await
        .fails(400, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_identities_resets_the_default_of_cosmos() {
    let azure = started().await;
    let case = of("databaseAccounts");
    let made = create(&azure, &case, user(&["aaa"])).await;
    assert_eq!(made["properties"]["defaultIdentity"], "FirstPartyIdentity");
    let default = format!("UserAssignedIdentity={}", key("aaa"));
    let set = json!({"properties": {"defaultIdentity": default}});
    let path = case.path("one");
    let answer = azure.patch(&path, set.clone()).await.is(200);
    follow(&azure, &answer).await;
    assert_eq!(
        azure.get(&path).await.json()["properties"]["defaultIdentity"],
        default
    );
    let mut both = set;
    both["identity"] = user(&["bbb"]);
    let answer = azure.patch(&path, both).await.is(200);
    follow(&azure, &answer).await;
    let body = azure.get(&path).await.json();
    assert_eq!(body["properties"]["defaultIdentity"], "FirstPartyIdentity");
    assert_eq!(names(&body), ["aaa", "bbb"]);
    // PUT merges too.
    let mut put = case.body();
    put["identity"] = user(&["ccc"]);
    let answer = azure.put(&path, put).await.is(200);
    follow(&azure, &answer).await;
    assert_eq!(names(&azure.get(&path).await.json()), ["aaa", "bbb", "ccc"]);
}

#[tokio::test(start_paused = true)]
async fn changes_that_some_types_refuse() {
    let azure = started().await;
    let refused = async |kind: &str, start: Value, end: Value| {
        let case = of(kind);
        create(&azure, &case, start).await;
        let answer = azure
            .patch(&case.path("one"), json!({ "identity": end }))
            .await;
        answer.fails(400, "CannotSetResourceIdentity");
    };
    let system = || json!({"type": "SystemAssigned"});
    refused("managedInstances", system(), user(&["aaa"])).await;
    refused("PostgreSQL/flexibleServers", user(&["aaa"]), system()).await;
    refused("factories", system(), json!({"type": "None"})).await;
    refused(
        "signalR",
        system(),
        json!({"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": map(&["aaa"])}),
    )
    .await;
    for kind in ["automationAccounts", "searchServices"] {
        let case = of(kind);
        let mut body = case.body();
        body["identity"] = json!({"type": "None"});
        azure
            .put(&case.path("two"), body)
            .await
            .fails(400, "CannotSetResourceIdentity");
    }
    // Older versions take less, and the oldest do not know identities at all.
    let case = of("PostgreSQL/flexibleServers");
    let old = |version: &str| case.path("one").replace("2025-08-01", version);
    azure
        .patch(&old("2024-08-01"), json!({"identity": system()}))
        .await
        .fails(400, "CannotSetResourceIdentity");
    assert_eq!(
        azure
            .get(&old("2021-06-01"))
            .await
            .is(200)
            .json()
            .get("identity"),
        None
    );
    let answer = azure
        .patch(&old("2021-06-01"), json!({"identity": user(&["bbb"])}))
        .await
        .is(202);
    follow(&azure, &answer).await;
    let mut body = case.body();
    body["identity"] = user(&["bbb"]);
    let answer = azure.put(&old("2021-06-01"), body).await.is(202);
    follow(&azure, &answer).await;
    assert_eq!(
        names(&azure.get(&case.path("one")).await.json()),
        ["aaa"],
        "as it was"
    );
    let jobs = of("streamingjobs");
    let newer = jobs.path("one").replace("2020-03-01", "2021-10-01-preview");
    create(&azure, &jobs, Value::Null).await;
    azure
        .patch(&newer, json!({"identity": user(&["aaa"])}))
        .await
        .is(200);
    let policy = of("policyAssignments");
    create(&azure, &policy, Value::Null).await;
    let before = policy.path("one").replace("2022-06-01", "2020-09-01");
    azure
        .patch(&before, json!({}))
        .await
        .fails(405, "HttpMethodNotSupported");
    // Registries were quicker once.
    let registry = of("registries");
    create(&azure, &registry, Value::Null).await;
    let before = registry.path("one").replace("2025-11-01", "2021-09-01");
    let answer = azure.patch(&before, json!({"identity": system()})).await;
    registry.check("an old version", "200", &answer);
    // Vaults are through at once to None, and from None to a system-assigned identity.
    let vault = of("vaults");
    create(&azure, &vault, Value::Null).await;
    let write = async |identity: Value| {
        azure
            .patch(&vault.path("one"), json!({ "identity": identity }))
            .await
    };
    vault.check("to system", "200", &write(system()).await);
    vault.check("to none", "200", &write(json!({"type": "None"})).await);
    vault.check("to user", "202 AL", &write(user(&["aaa"])).await);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_not_shown_and_have_to_come_along() {
    let azure = started().await;
    let app = of("containerApps");
    let mut body = app.body();
    body["properties"]["configuration"] = json!({
        "secrets": [{"name": "pass", "value": "hush"}],
        "registries": [{"server": "r", "username": "u", "passwordSecretRef": "pass"}],
    });
    let answer = azure.put(&app.path("one"), body).await.is(201);
    follow(&azure, &answer).await;
    let mut read = azure.get(&app.path("one")).await.json();
    assert_eq!(
        read["properties"]["configuration"]["secrets"],
        json!([{"name": "pass"}])
    );
    azure
        .put(&app.path("one"), read.clone())
        .await
        .fails(400, "ContainerAppRegistriesPasswordSecretRefNotFound");
    // The action shows them, and goes by what was written last.
    let secrets = app.path("one").replace("/one?", "/one/listSecrets?");
    let listed = azure.post(&secrets, Value::Null).await.is(200).json();
    assert_eq!(
        listed,
        json!({"value": [{"name": "pass", "value": "hush"}]})
    );
    azure
        .post(&secrets.replace("/one/", "/none/"), Value::Null)
        .await
        .fails(404, "ResourceNotFound");
    // A PATCH of the identity alone needs none.
    let body = write(&azure, &app, user(&["aaa"])).await;
    assert_eq!(names(&body), ["aaa"]);
    read["properties"]["configuration"]["secrets"][0]["value"] = json!("hush");
    read["identity"] = user(&["aaa"]);
    let answer = azure.put(&app.path("one"), read).await.is(201);
    let state = &answer.json()["properties"]["provisioningState"];
    assert_eq!(*state, "InProgress");
    follow(&azure, &answer).await;

    assert_eq!(azure.post(&secrets, Value::Null).await.json(), listed);
    let fewer = json!({"properties": {"configuration": {"secrets": [], "registries": []}}});
    let answer = azure.patch(&app.path("one"), fewer).await.is(202);
    follow(&azure, &answer).await;
    let listed = azure.post(&secrets, Value::Null).await.json();
    assert_eq!(listed, json!({"value": []}));

    let group = of("containerGroups");
    let mut body = group.body();
    body["properties"] = json!({
        "containers": [{"name": "c", "properties": {"environmentVariables": [{"name": "open", "value": "x"}, {"name": "closed", "secureValue": "hush"}]}}],
        "imageRegistryCredentials": [{"server": "r", "username": "u", "password": "hush"}],
    });
    let answer = azure.put(&group.path("one"), body).await.is(201);
    follow(&azure, &answer).await;
    let mut read = azure.get(&group.path("one")).await.json();
    assert!(!read.to_string().contains("hush"));
    let put = async |body: &Value| azure.put(&group.path("one"), body.clone()).await;
    put(&read)
        .await
        .fails(400, "InvalidImageRegistryCredentials");
    read["properties"]["imageRegistryCredentials"] = json!([]);
    put(&read).await.fails(400, "InvalidEnvironmentVariables");
}

#[tokio::test(start_paused = true)]
async fn the_identity_of_a_cluster_s_nodes_is_another() {
    let azure = started().await;
    let case = of("managedClusters");
    let made = create(&azure, &case, user(&["aaa"])).await;
    let kubelet = made["properties"]["identityProfile"]["kubeletidentity"].clone();
    assert!(
        kubelet["resourceId"]
            .as_str()
            .unwrap()
            .ends_with("/one-agentpool"),
        "{kubelet}"
    );
    let body = write(&azure, &case, user(&["bbb"])).await;
    assert_eq!(
        body["properties"]["identityProfile"]["kubeletidentity"],
        kubelet
    );
    let mut put = case.body();
    put["identity"] = user(&["bbb"]);
    let answer = azure.put(&case.path("one"), put).await.is(200);
    follow(&azure, &answer).await;
    let body = azure.get(&case.path("one")).await.json();
    assert_eq!(
        body["properties"]["identityProfile"]["kubeletidentity"],
        kubelet
    );
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_is_gone_makes_a_write_fail() {
    let azure = started().await;
    for (kind, sync) in [
        ("Web/sites", true),
        ("Samples/slow", false),
        ("EventHub/namespaces", false),
    ] {
        azure.identity("gone").await;
        let case = of(kind);
        create(&azure, &case, user(&["aaa", "gone"])).await;
        azure.delete(&uai("gone")).await.is(200);
        let path = case.path("one");
        let answer = azure
            .patch(&path, json!({"identity": user(&["aaa", "gone", "bbb"])}))
            .await;
        if sync {
            answer.fails(400, "FailedIdentityOperation");
        } else {
            tokio::time::advance(Duration::from_secs(2)).await;
            let body = azure.get(&path).await.json();
            assert_eq!(body["properties"]["provisioningState"], "Failed");
            if let Some(url) = answer.headers.get("location") {
                azure
                    .get(url.to_str().unwrap())
                    .await
                    .fails(400, "FailedIdentityOperation");
            }
        }
        assert_eq!(
            names(&azure.get(&path).await.json()),
            ["aaa", "gone"],
            "as it was"
        );
        // A write of something else does not look.
        let answer = azure.patch(&path, json!({"tags": {"a": "b"}})).await;
        follow(&azure, &answer).await;
        let body = azure.get(&path).await.json();
        assert_eq!(body["tags"], json!({"a": "b"}));
        let mut without = user(&["aaa"]);
        without["userAssignedIdentities"][key("gone")] = Value::Null;
        assert_eq!(names(&write(&azure, &case, without).await), ["aaa"]);
        azure.delete(&path).await;
        tokio::time::advance(Duration::from_secs(2)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_put_has_to_have() {
    let azure = started().await;
    for (kind, missing) in [
        ("Web/sites", "location"),
        ("registries", "sku"),
        ("EventHub/namespaces", "sku"),
        ("EventHub/namespaces", "properties"),
        ("workflows", "properties"),
        ("IotHubs", "sku"),
        ("policyAssignments", "properties"),
        ("deploymentScripts", "kind"),
    ] {
        let case = of(kind);
        let mut body = case.body();
        body.as_object_mut().unwrap().remove(missing);
        let code = match missing {
            "location" => "LocationRequired",
            _ => "InvalidRequestContent",
        };
        azure.put(&case.path("one"), body).await.fails(400, code);
    }
    let policy = of("policyAssignments");
    let plain = json!({"properties": {"policyDefinitionId": "/p"}});
    let made = azure
        .put(&policy.path("one"), plain.clone())
        .await
        .is(201)
        .json();
    assert_eq!(made.get("location"), None);
    let mut with = plain;
    with["identity"] = json!({"type": "SystemAssigned"});
    azure
        .put(&policy.path("one"), with)
        .await
        .fails(400, "LocationRequired");
    let bad = of("Web/sites").path("a%20b");
    azure
        .put(&bad, of("Web/sites").body())
        .await
        .fails(400, "InvalidResourceName");
}

#[tokio::test(start_paused = true)]
async fn policy_assignments_are_on_anything() {
    let azure = started().await;
    let case = of("policyAssignments");
    let tail = "providers/Microsoft.Authorization/policyAssignments";
    let version = "api-version=2022-06-01";
    let body =
        json!({"location": "eastus", "identity": {"type": "SystemAssigned"}, "properties": {}});
    let site = of("Web/sites");
    create(&azure, &site, Value::Null).await;
    for scope in [
        sub(""),
        sub("/RESOURCEGROUPS/myResourceGroup"),
        site.id("one"),
    ] {
        let made = azure
            .put(&format!("{scope}/{tail}/one?{version}"), body.clone())
            .await
            .is(201)
            .json();
        let scope = scope.replace("RESOURCEGROUPS", "resourceGroups");
        assert_eq!(made["id"], format!("{scope}/{tail}/one"));
        assert_eq!(made["identity"]["type"], "SystemAssigned");
    }
    azure
        .put(
            &sub(&format!("/resourceGroups/none/{tail}/one?{version}")),
            body,
        )
        .await
        .fails(404, "ResourceGroupNotFound");
    let all = azure
        .get(&sub(&format!("/{tail}?{version}")))
        .await
        .is(200)
        .json();
    assert_eq!(all["value"].as_array().unwrap().len(), 3);
    let group = azure.get(&case.path("")).await;
    assert_eq!(group.status, 200, "{group:?}");
    assert_eq!(group.json()["value"].as_array().unwrap().len(), 2);
    azure.delete(&site.path("one")).await.is(200);
    let all = azure
        .get(&sub(&format!("/{tail}?{version}")))
        .await
        .is(200)
        .json();
    assert_eq!(
        all["value"].as_array().unwrap().len(),
        2,
        "it went with the site"
    );
}

#[tokio::test(start_paused = true)]
async fn the_history_and_the_directory_have_them_too() {
    let azure = started().await;
    let case = of("Web/sites");
    create(&azure, &case, user(&["aaa"])).await;
    let system = json!({"type": "SystemAssigned"});
    let body = write(&azure, &case, system).await;
    let history = azure
        .admin(Method::GET, "/history", Value::Null)
        .await
        .json();
    let seen: Vec<(bool, usize)> = history
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["id"] == body["id"])
        .map(|entry| {
            let users = entry["userAssigned"].as_array().unwrap().len();
            (entry["systemAssigned"] == true, users)
        })
        .collect();
    assert_eq!(seen, [(false, 1), (true, 0)]);
    let token = azure.sign_in("https://graph.microsoft.com/.default").await;
    let bearer = format!("Bearer {token}");
    let principal = body["identity"]["principalId"].as_str().unwrap();
    let path = format!("/v1.0/servicePrincipals/{principal}");
    let headers = [("authorization", bearer.as_str())];
    let found = azure.raw(Method::GET, &path, &headers, "").await.unwrap();
    let found = found.is(200).json();
    assert_eq!(found["displayName"], "one");
    assert_eq!(
        found["alternativeNames"],
        json!(["isExplicit=False", body["id"]])
    );
    write(&azure, &case, json!({"type": "None"})).await;
    let gone = azure.raw(Method::GET, &path, &headers, "").await.unwrap();
    gone.is(404);
}

#[tokio::test(start_paused = true)]
async fn a_site_s_host_gives_tokens_of_its_identities() {
    let azure = started().await;
    let case = of("Web/sites");
    let made = create(&azure, &case, json!({"type": "SystemAssigned"})).await;
    let host = json!({"machine": made["id"], "header": "secret"});
    let path = "/hosts/appService";
    let on = azure.admin(Method::PUT, path, host).await.is(200).json();
    let endpoint = on["environment"]["IDENTITY_ENDPOINT"].as_str().unwrap();
    let url =
        format!("{endpoint}?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com");
    let headers = [("x-identity-header", "secret")];
    let answer = azure.raw(Method::GET, &url, &headers, "").await.unwrap();
    assert!(answer.is(200).json()["access_token"].is_string());
    let none = json!({"machine": uai("aaa").split('?').next()});
    azure
        .admin(Method::PUT, path, none)
        .await
        .fails(400, "InvalidContent");
}
