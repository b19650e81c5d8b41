//! The identity of resources of other types than machines: what only some types do, names and ids,
//! and what the client does when Azure does not do what it accepted.

use managed_identity::arm::Target;
use managed_identity::identity::{self, Create};
use managed_identity::resource::{self, Existence, IdentityType, Named, Wanted};
use serde_json::{Value, json};

use crate::support::{
    self, Local, assigned_names as names, change, code, make_identities, named, on, target,
};

const GROUP: &str =
    "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myResourceGroup";

fn id(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}

async fn local() -> Local {
    let local = Local::start().await;
    make_identities(&local, &["id1", "id2", "id3"]).await;
    local
}

/// Makes a resource as another client would.
async fn make(local: &Local, kind: &str, version: &str, more: Value) -> String {
    let mut body = json!({"location": "eastus", "sku": {"name": "S"}, "properties": {}});
    for (member, value) in more.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    let path = format!("{GROUP}/providers/{kind}");
    let (status, answer) = local
        .raw("PUT", &format!("{path}?api-version={version}"), body)
        .await;
    assert!((200..300).contains(&status), "{status} {answer}");
    path
}

/// `identity` with these user-assigned ones, as another client writes it.
fn having(names: &[&str]) -> Value {
    let map: serde_json::Map<_, _> = names.iter().map(|name| (id(name), json!({}))).collect();
    json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": map}})
}

const SITE: &str = "Microsoft.Web/sites/app1";
const SITE_VERSION: &str = "2023-12-01";

#[tokio::test]
async fn a_resource_is_named_by_its_type_and_its_names() {
    let local = local().await;
    make(&local, SITE, SITE_VERSION, json!({})).await;
    let slot = format!("{SITE}/slots/staging");
    make(
        &local,
        &slot,
        SITE_VERSION,
        json!({"tags": {"env": "test"}}),
    )
    .await;
    let by_names = |kind: Option<&str>, name: &str| Named {
        target: Target {
            resource_type: kind.map(str::to_owned),
            ..target(name)
        },
        ..Named::default()
    };
    let get = async |named: &Named| resource::get(&local.client, named).await;

    let found = get(&by_names(Some("microsoft.web/Sites/slots"), "app1/staging")).await;
    let found = found.unwrap();
    assert_eq!(
        (&*found.name, &*found.resource_type),
        ("app1/staging", "Microsoft.Web/sites/slots")
    );
    assert_eq!(found.tags, support::tags(&[("env", "test")]));
    assert_eq!(found.identity_type, IdentityType::None);

    local.forget().await;
    for (named, parameter, wanted) in [
        (by_names(None, "app1"), "ResourceType", "MissingParameter"),
        (
            by_names(Some("sites"), "app1"),
            "ResourceType",
            "InvalidResourceType",
        ),
        (
            by_names(Some("Microsoft.Web/a b"), "app1"),
            "ResourceType",
            "InvalidResourceType",
        ),
        (
            by_names(Some("Microsoft.Web/sites"), "app1/staging"),
            "Name",
            "InvalidName",
        ),
        (
            by_names(Some("Microsoft.Web/sites/slots"), "app1"),
            "Name",
            "InvalidName",
        ),
        (
            by_names(Some("Microsoft.Web/sites/slots"), "app1/.."),
            "Name",
            "InvalidName",
        ),
        (
            by_names(Some("Microsoft.Web/sites"), "a?b"),
            "Name",
            "InvalidName",
        ),
        (named("not-an-id"), "ResourceId", "InvalidResourceId"),
        (named(GROUP), "ResourceId", "InvalidResourceId"),
        (named(&id("id1")), "ResourceId", "InvalidResourceId"),
    ] {
        let error = get(&named).await.unwrap_err();
        assert_eq!(
            (error.code(), error.target()),
            (wanted, parameter),
            "{error}"
        );
        assert!(
            error.message().contains(&format!("-{parameter}")),
            "{error}"
        );
    }
    let mut other = named(&found.id);
    other.target.resource_type = Some("Microsoft.Web/sites".to_owned());
    assert_eq!(code(get(&other).await), "ContradictoryName");
    other.target.resource_type = None;
    for (name, fits) in [("staging", true), ("APP1/Staging", true), ("app1", false)] {
        other.target.name = Some(name.to_owned());
        assert_eq!(get(&other).await.is_ok(), fits, "{name}");
    }
    other.target.name = None;
    other.api_version = Some("2023 or so".to_owned());
    assert_eq!(code(get(&other).await), "InvalidApiVersion");
}

#[tokio::test]
async fn a_type_that_is_not_known_is_read_in_the_newest_stable_version() {
    let local = local().await;
    let thing = make(
        &local,
        "Contoso.Samples/merging/one",
        "2024-01-01",
        json!({}),
    )
    .await;
    for (index, name) in ["id1", "id2"].iter().enumerate() {
        local.forget().await;
        let made = resource::update(&local.client, &change(&thing, &[name], &[], None)).await;
        assert_eq!(names(&made.unwrap()), ["id1", "id2"][..=index]);
        let asked = local.requests().await;
        let metadata = asked
            .iter()
            .filter(|line| line.ends_with("/providers/Contoso.Samples"));
        assert_eq!(metadata.count(), 1 - index, "asked once: {asked:?}");
    }
    let log = local.admin("GET", "requests", Value::Null).await;
    let log = log.to_string();
    assert!(log.contains("api-version=2024-01-01") && !log.contains("2025-06-01-preview"));

    let mut other = change(&thing, &["id3"], &[], None);
    other.resource.api_version = Some("2025-06-01-preview".to_owned());
    local.forget().await;
    resource::update(&local.client, &other).await.unwrap();
    let log = local
        .admin("GET", "requests", Value::Null)
        .await
        .to_string();
    assert!(log.contains("2025-06-01-preview") && !log.contains("2024-01-01"));

    let nothing = named(&thing.replace("merging", "nothing"));
    let error = resource::get(&local.client, &nothing).await.unwrap_err();
    assert_eq!(error.code(), "InvalidResourceType");
    assert!(
        error
            .message()
            .contains("Contoso.Samples has no resource type 'nothing'")
    );
}

#[tokio::test]
async fn the_general_way_is_right_where_a_patch_merges_and_where_it_replaces() {
    let local = local().await;
    for kind in ["merging", "replacing", "slow"] {
        let path = format!("Contoso.Samples/{kind}/one");
        let thing = make(&local, &path, "2024-01-01", having(&["id1", "id2"])).await;
        resource::wait(&local.client, &named(&thing)).await.unwrap();
        let update = change(&thing, &["id3"], &["id1"], Some(true));
        let made = resource::update(&local.client, &update).await.unwrap();
        assert_eq!(names(&made), ["id2", "id3"], "{kind}");
        assert!(!made.principal_id.is_empty());
    }
}

#[tokio::test]
async fn a_change_that_azure_accepts_and_does_not_make_is_an_error() {
    let local = local().await;
    let path = "Contoso.Samples/ignoring/one";
    let thing = make(&local, path, "2024-01-01", having(&["id1"])).await;
    let update = change(&thing, &["id2"], &["id1"], Some(true));
    let error = resource::update(&local.client, &update).await.unwrap_err();
    assert_eq!(error.code(), "IdentityNotApplied");
    assert!(
        error.message().contains(
            "the resource does not have id2, and still has id1, and has the system-assigned \
             identity as before"
        ),
        "{error}"
    );
    let now = resource::get(&local.client, &named(&thing)).await.unwrap();
    assert_eq!(names(&now), ["id1"]);
}

#[tokio::test]
async fn a_type_without_patch_is_not_written_in_another_way_that_may_lose_something() {
    let local = local().await;
    let path = "Contoso.Samples/putOnly/one";
    let thing = make(&local, path, "2024-01-01", having(&["id1"])).await;
    resource::wait(&local.client, &named(&thing)).await.unwrap();
    local.forget().await;
    let error = resource::update(&local.client, &change(&thing, &["id2"], &[], None)).await;
    let error = error.unwrap_err();
    assert_eq!(error.status(), Some(405));
    assert!(error.message().contains("supports no PATCH"), "{error}");
    let methods = local.methods().await;
    assert!(!methods.contains(&"PUT".to_owned()), "{methods:?}");
}

#[tokio::test]
async fn what_is_gone_after_a_write_is_put_back() {
    let local = local().await;
    local
        .admin("PATCH", "settings", json!({"unknownMap": "merge"}))
        .await;
    let site = make(&local, SITE, SITE_VERSION, having(&["id1", "id2"])).await;
    // Another client takes id2 off right after the write: before the module looks at it again.
    let removed = json!({"identity": {
        "type": "UserAssigned", "userAssignedIdentities": { id("id2"): null },
    }});
    let mut slow = on("GET", SITE, json!({"delayMs": 400}));
    slow["skip"] = json!(1);
    local.fault(slow).await;
    let update = change(&site, &["id3"], &[], None);
    let path = format!("{site}?api-version={SITE_VERSION}");
    let other = async {
        loop {
            let written = local.requests().await;
            if written.iter().any(|line| line.starts_with("PATCH ")) {
                break local.raw("PATCH", &path, removed.clone()).await;
            }
            tokio::task::yield_now().await;
        }
    };
    let (made, (status, _)) = tokio::join!(resource::update(&local.client, &update), other);
    assert_eq!(status, 200);
    let error = made.unwrap_err();
    assert_eq!(error.code(), "IdentityLost");
    assert!(error.message().contains("no longer has id2"), "{error}");
    assert!(
        error
            .message()
            .contains("added it again, and the change is made"),
        "{error}"
    );
    let now = resource::get(&local.client, &named(&site)).await.unwrap();
    assert_eq!(names(&now), ["id1", "id2", "id3"]);
}

#[tokio::test]
async fn an_identity_that_a_setting_names_is_found_before_it_is_removed() {
    let local = local().await;
    let settings = json!({"properties": {
        "configuration": {
            "registries": [{"server": "s", "identity": id("id1").to_lowercase()}],
            "ingress": {"note": id("id2")},
        },
        "template": {"containers": [{"env": [{"name": "X", "value": "system"}]}]},
    }});
    let mut body = having(&["id1", "id2", "id3"]);
    body["identity"]["type"] = json!("SystemAssigned,UserAssigned");
    body["properties"] = settings["properties"].clone();
    let app = make(
        &local,
        "Microsoft.App/containerApps/app1",
        "2025-07-01",
        body,
    )
    .await;
    resource::wait(&local.client, &named(&app)).await.unwrap();

    local.forget().await;
    let update = change(&app, &[], &["id1", "id2", "id3"], Some(false));
    for error in [
        resource::update(&local.client, &update).await.unwrap_err(),
        resource::plan_update(&local.client, &update)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.code(), "IdentityInSettings");
        let told = error.to_string();
        assert!(
            told.contains(
                "still use 'id1' in properties.configuration.registries[0].identity; 'id2' in \
                 properties.configuration.ingress.note"
            ),
            "{told}"
        );
        assert!(!told.contains("id3") && told.contains("-Force"), "{told}");
    }
    assert_eq!(local.methods().await, ["GET", "GET"]);

    let free = change(&app, &[], &["id3"], None);
    assert_eq!(
        names(&resource::update(&local.client, &free).await.unwrap()),
        ["id1", "id2"]
    );
    let mut forced = change(&app, &[], &["id2"], None);
    forced.force = true;
    assert_eq!(
        names(&resource::update(&local.client, &forced).await.unwrap()),
        ["id1"]
    );
}

#[tokio::test]
async fn a_registrys_key_names_an_identity_by_its_client_id() {
    let local = local().await;
    let one = identity::get(&local.client, &target("id1")).await.unwrap();
    let mut body = having(&["id1"]);
    body["properties"] = json!({"encryption": {
        "keyVaultProperties": {"identity": one.properties.client_id},
    }});
    let path = "Microsoft.ContainerRegistry/registries/reg1";
    let registry = make(&local, path, "2025-11-01", body).await;
    resource::wait(&local.client, &named(&registry))
        .await
        .unwrap();
    let update = change(&registry, &["id2"], &["id1"], None);
    let error = resource::update(&local.client, &update).await.unwrap_err();
    assert_eq!(error.code(), "IdentityInSettings");
    assert!(
        error
            .message()
            .contains("properties.encryption.keyVaultProperties.identity")
    );
}

#[tokio::test]
async fn the_default_identity_of_a_database_account_survives() {
    let local = local().await;
    let path = "Microsoft.DocumentDB/databaseAccounts/db1";
    let account = make(&local, path, "2024-08-15", having(&["id1"])).await;
    resource::wait(&local.client, &named(&account))
        .await
        .unwrap();
    let path = format!("{account}?api-version=2024-08-15");
    let wanted = format!("UserAssignedIdentity={}", id("id1"));
    let body = json!({"properties": {"defaultIdentity": wanted}});
    assert_eq!(local.raw("PATCH", &path, body).await.0, 200);
    resource::wait(&local.client, &named(&account))
        .await
        .unwrap();
    let made = resource::update(&local.client, &change(&account, &["id2"], &[], None)).await;
    assert_eq!(names(&made.unwrap()), ["id1", "id2"]);
    let (_, now) = local.raw("GET", &path, Value::Null).await;
    assert_eq!(now["properties"]["defaultIdentity"], wanted);

    // With the identity its place is gone, too.
    let mut forced = change(&account, &[], &["id1"], None);
    assert_eq!(
        code(resource::update(&local.client, &forced).await),
        "IdentityInSettings"
    );
    forced.force = true;
    assert_eq!(
        names(&resource::update(&local.client, &forced).await.unwrap()),
        ["id2"]
    );
}

#[tokio::test]
async fn a_put_that_would_lose_secrets_is_not_sent() {
    let local = local().await;
    let body = json!({"properties": {"containers": [{"name": "c", "properties": {
        "environmentVariables": [{"name": "a", "value": "b"}, {"name": "s", "secureValue": "x"}],
    }}]}});
    let path = "Microsoft.ContainerInstance/containerGroups/group1";
    let group = make(&local, path, "2025-09-01", body).await;
    resource::wait(&local.client, &named(&group)).await.unwrap();
    local.forget().await;
    let update = change(&group, &["id1"], &[], None);
    let error = resource::update(&local.client, &update).await.unwrap_err();
    assert_eq!(error.code(), "SecretsNotReadable");
    assert!(
        error
            .message()
            .contains("properties.containers[0].properties.environmentVariables[1]"),
        "{error}"
    );
    assert_eq!(local.methods().await, ["GET"]);
}

#[tokio::test]
async fn the_kubelets_identity_of_a_cluster_stays_as_it_is() {
    let local = local().await;
    let path = "Microsoft.ContainerService/managedClusters/aks1";
    let cluster = make(&local, path, "2025-10-01", having(&["id1"])).await;
    resource::wait(&local.client, &named(&cluster))
        .await
        .unwrap();
    let path = format!("{cluster}?api-version=2025-10-01");
    let profile = async || {
        let (_, now) = local.raw("GET", &path, Value::Null).await;
        now["properties"]["identityProfile"].clone()
    };
    let before = profile().await;
    assert!(
        before["kubeletidentity"]["resourceId"].is_string(),
        "{before}"
    );
    let made = resource::update(&local.client, &change(&cluster, &["id2"], &["id1"], None)).await;
    assert_eq!(names(&made.unwrap()), ["id2"]);
    assert_eq!(profile().await, before);
}

#[tokio::test]
async fn a_policy_assignment_of_a_subscription_takes_an_identity() {
    let local = local().await;
    let subscription = GROUP.split("/resourceGroups").next().unwrap();
    let assignment =
        format!("{subscription}/providers/Microsoft.Authorization/policyAssignments/policy1");
    let path = format!("{assignment}?api-version=2022-06-01");
    let definition =
        format!("{subscription}/providers/Microsoft.Authorization/policyDefinitions/d");
    let body = json!({
        "location": "eastus", "properties": {"policyDefinitionId": definition, "displayName": "p"},
    });
    assert!(local.raw("PUT", &path, body).await.0 < 300);
    let made = resource::update(&local.client, &change(&assignment, &[], &[], Some(true))).await;
    let made = made.unwrap();
    assert_eq!(made.identity_type, IdentityType::SystemAssigned);
    let (_, now) = local.raw("GET", &path, Value::Null).await;
    assert_eq!(now["properties"]["displayName"], "p");

    // There is no group in which a bare name could be.
    let bare = change(&assignment, &["id1"], &[], Some(false));
    assert_eq!(
        code(resource::update(&local.client, &bare).await),
        "InvalidIdentityId"
    );
    let whole = change(&assignment, &[&id("id1")], &[], Some(false));
    assert_eq!(
        names(&resource::update(&local.client, &whole).await.unwrap()),
        ["id1"]
    );
}

#[tokio::test]
async fn without_waiting_the_change_is_seen_to_its_end_later() {
    let local = Local::with(emulator::Options {
        operation_time: std::time::Duration::from_millis(200),
        ..emulator::Options::default()
    })
    .await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap();
    let path = "Microsoft.EventHub/namespaces/ns1";
    let space = make(&local, path, "2024-01-01", json!({})).await;
    resource::wait(&local.client, &named(&space)).await.unwrap();
    let mut hasty = change(&space, &["id1"], &[], None);
    hasty.no_wait = true;
    let now = resource::update(&local.client, &hasty).await.unwrap();
    assert!(now.is_changing(), "{now:?}");
    let then = resource::wait(&local.client, &named(&space)).await.unwrap();
    assert_eq!(names(&then), ["id1"]);
}

#[tokio::test]
async fn a_reference_to_a_deleted_identity_is_told_and_removed() {
    let local = local().await;
    let site = make(&local, SITE, SITE_VERSION, having(&["id1", "id2"])).await;
    identity::delete(&local.client, &target("id1"))
        .await
        .unwrap();
    let update = change(&site, &["id3"], &[], None);
    for error in [
        resource::update(&local.client, &update).await.unwrap_err(),
        resource::plan_update(&local.client, &update)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.code(), "FailedIdentityOperation");
        assert!(error.to_string().contains("-RemoveMissing"), "{error}");
        assert!(
            error.message().contains("Microsoft.Web/sites 'app1'"),
            "{error}"
        );
    }
    let mut now = resource::get(&local.client, &named(&site)).await.unwrap();
    resource::check_references(&local.client, &mut now)
        .await
        .unwrap();
    let dead = now
        .assigned
        .iter()
        .filter(|one| one.existence == Existence::Missing);
    assert_eq!(dead.map(|one| one.name()).collect::<Vec<_>>(), ["id1"]);

    let mut clean = change(&site, &["id3"], &[], None);
    if let Wanted::Merge { remove_missing, .. } = &mut clean.wanted {
        *remove_missing = true;
    }
    let made = resource::update(&local.client, &clean).await.unwrap();
    assert_eq!(names(&made), ["id2", "id3"]);
}
