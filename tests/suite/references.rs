//! Who uses an identity, and which are used by nobody, through the real client, on the emulator.

use managed_identity::access::{
    self, Assign, FindReferences, Identities, ListIdentities, Principal, Reference, ReferenceKind,
    Role, RoleScope, Source,
};
use managed_identity::arm::Target;
use managed_identity::arm::fleet::{Fleet, Within};
use managed_identity::identity::{self, Create, UserAssignedIdentity};
use serde_json::{Value, json};

use crate::support::{self, Local, code, target};

const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
const OTHER: &str = "bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f";

async fn make(local: &Local, name: &str) -> UserAssignedIdentity {
    let wanted = Create {
        target: target(name),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap()
}

async fn with_other_subscription() -> Local {
    let local = Local::start().await;
    let other = json!({"id": OTHER, "name": "Other"});
    local.admin("POST", "subscriptions", other).await;
    local
}

/// A machine that has an identity, and names another in its settings.
async fn machine(local: &Local, subscription: &str, name: &str, having: &str, naming: &str) {
    let path = format!(
        "/subscriptions/{subscription}/resourceGroups/myResourceGroup/providers/\
         Microsoft.Compute/virtualMachines/{name}?api-version=2025-04-01"
    );
    let mut body = json!({
        "location": "eastus",
        "properties": {"settings": {"list": [format!("x,{naming};")]}},
    });
    if !having.is_empty() {
        body["identity"] = json!({"type": "UserAssigned", "userAssignedIdentities": {having: {}}});
    }
    let (status, answer) = local.raw("PUT", &path, body).await;
    assert_eq!(status, 201, "{answer}");
}

async fn find(local: &Local, wanted: &FindReferences) -> Vec<(String, String, ReferenceKind)> {
    let found = access::references(&local.client, wanted).await.unwrap();
    let brief = |one: Reference| {
        let identity = one.identity_id.rsplit('/').next().unwrap().to_owned();
        (one.name, identity, one.kind)
    };
    found.into_iter().map(brief).collect()
}

fn to(id: &str) -> FindReferences {
    FindReferences {
        identity: Some(support::by_id(id)),
        ..FindReferences::default()
    }
}

fn row(name: &str, identity: &str, kind: ReferenceKind) -> (String, String, ReferenceKind) {
    (name.to_owned(), identity.to_owned(), kind)
}

#[tokio::test]
async fn every_reference_is_found_and_none_of_a_longer_name() {
    let local = with_other_subscription().await;
    let id1 = make(&local, "id1").await.id;
    let id10 = make(&local, "id10").await.id;
    machine(&local, SUBSCRIPTION, "vm1", &id1, &id10).await;
    machine(&local, SUBSCRIPTION, "vm2", &id10, &id1.to_uppercase()).await;
    machine(&local, OTHER, "vm3", &id1, &id1).await;

    let rows = access::references(&local.client, &to(&id1)).await.unwrap();
    // Resource Graph writes groups in lower case.
    assert!(
        rows.iter().all(|row| row.resource_group == support::GROUP),
        "{rows:?}"
    );
    let own = find(&local, &to(&id1)).await;
    assert_eq!(
        own,
        [
            row("vm1", "id1", ReferenceKind::Assigned),
            row("vm2", "ID1", ReferenceKind::Mentioned),
        ]
    );
    let mut everywhere = to(&id1);
    everywhere.all_subscriptions = true;
    let all = find(&local, &everywhere).await;
    assert_eq!(all.len(), 3);
    assert_eq!(all[1], row("vm3", "id1", ReferenceKind::Assigned));

    let any = FindReferences {
        all_subscriptions: true,
        ..FindReferences::default()
    };
    assert_eq!(find(&local, &any).await.len(), 5);
    let there = FindReferences {
        subscription_id: Some(OTHER.to_owned()),
        ..to(&id1)
    };
    assert_eq!(
        find(&local, &there).await,
        [row("vm3", "id1", ReferenceKind::Assigned)]
    );
}

#[tokio::test]
async fn the_provider_has_a_list_of_its_own() {
    let local = with_other_subscription().await;
    let id1 = make(&local, "id1").await.id;
    local
        .admin("PATCH", "settings", json!({"pageSize": 1}))
        .await;
    for name in ["vm1", "vm2", "vm3"] {
        machine(&local, OTHER, name, &id1, "").await;
    }
    let mut wanted = to(&id1);
    wanted.source = Source::Provider;
    let found = find(&local, &wanted).await;
    let names: Vec<&str> = found.iter().map(|one| one.0.as_str()).collect();
    assert_eq!(names, ["vm1", "vm2", "vm3"]);
    assert!(found.iter().all(|one| one.2 == ReferenceKind::Reported));

    wanted.identity = None;
    local.forget().await;
    let refused = access::references(&local.client, &wanted).await;
    assert_eq!(code(refused), "MissingParameter");
    assert_eq!(local.requests().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_providers_limit_is_waited_for() {
    let local = Local::start().await;
    let id1 = make(&local, "id1").await.id;
    local
        .admin("PATCH", "settings", json!({"throttling": true}))
        .await;
    let mut wanted = to(&id1);
    wanted.source = Source::Provider;
    for _ in 0..2 {
        assert!(find(&local, &wanted).await.is_empty());
    }
}

async fn list(local: &Local, wanted: &ListIdentities) -> Vec<UserAssignedIdentity> {
    let mut pages = Identities::list(&local.client, wanted).unwrap();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        all.extend(page.into_iter().map(Result::unwrap));
    }
    all
}

fn everywhere() -> ListIdentities {
    ListIdentities {
        fleet: Fleet {
            within: Within::AllSubscriptions,
            ..Fleet::default()
        },
        unused: false,
    }
}

#[tokio::test]
async fn a_tenant_is_listed_a_thousand_a_request() {
    let local = Local::start().await;
    for number in 0..40 {
        let id = format!("{number:08}-cc1c-dd2d-ee3e-ffffff5f5f5f");
        let body = json!({"id": id, "name": format!("Subscription {number}")});
        local.admin("POST", "subscriptions", body).await;
        let body = json!({"subscriptionId": id, "resourceGroup": "myResourceGroup",
            "prefix": "id-", "count": 125});
        local.admin("POST", "identities", body).await;
    }
    local.forget().await;
    let all = list(&local, &everywhere()).await;
    assert_eq!(all.len(), 5000);
    let ids: std::collections::HashSet<_> = all.iter().map(|one| one.id.to_lowercase()).collect();
    assert_eq!(ids.len(), 5000);
    assert_eq!(
        all[0].resource_type,
        "Microsoft.ManagedIdentity/userAssignedIdentities"
    );
    assert_eq!(all[0].properties.principal_id.len(), 36);
    assert_eq!(local.requests().await.len(), 5);
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_waited_for() {
    let local = Local::start().await;
    local
        .admin("PATCH", "settings", json!({"throttling": true}))
        .await;
    make(&local, "id1").await;
    for _ in 0..17 {
        assert_eq!(list(&local, &everywhere()).await.len(), 1);
    }
    let log = local.admin("GET", "requests", Value::Null).await;
    let refused = |one: &Value| one["status"] == 429;
    assert!(!log.as_array().unwrap().iter().any(refused));
}

#[tokio::test]
async fn the_unused_are_those_that_nothing_uses() {
    let local = with_other_subscription().await;
    let free = make(&local, "free").await;
    let assigned = make(&local, "assigned").await;
    let mentioned = make(&local, "mentioned").await;
    machine(&local, OTHER, "vm1", &assigned.id, &mentioned.id).await;
    let powerful = make(&local, "powerful").await;
    let give = Assign {
        principal: Principal {
            principal_id: Some(powerful.properties.principal_id),
            ..Principal::default()
        },
        scope: RoleScope {
            subscription_id: Some(OTHER.to_owned()),
            ..RoleScope::default()
        },
        role: Role::named("Reader"),
        ..Assign::default()
    };
    access::assign(&local.client, &give).await.unwrap();
    let federated = make(&local, "federated").await;
    let path = format!(
        "{}/federatedIdentityCredentials/github?api-version=2024-11-30",
        federated.id
    );
    let body = json!({"properties": {
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:o/r:ref:refs/heads/main",
        "audiences": ["api://AzureADTokenExchange"],
    }});
    assert_eq!(local.raw("PUT", &path, body).await.0, 201);

    let everywhere = ListIdentities {
        unused: true,
        ..everywhere()
    };
    let here = ListIdentities {
        unused: true,
        ..ListIdentities::default()
    };
    for wanted in [everywhere, here] {
        let unused = list(&local, &wanted).await;
        let names: Vec<_> = unused.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, [free.name.as_str()]);
    }
}

#[tokio::test]
async fn an_identity_may_be_named_by_its_name_alone() {
    let local = Local::start().await;
    let made = make(&local, "id1").await;
    let by_name = |name: &str| Assign {
        principal: Principal {
            identity: Target {
                name: Some(name.to_owned()),
                ..Target::default()
            },
            ..Principal::default()
        },
        scope: RoleScope {
            resource_group: Some(support::GROUP.to_owned()),
            ..RoleScope::default()
        },
        role: Role::named("Reader"),
        ..Assign::default()
    };
    let given = access::assign(&local.client, &by_name("ID1"))
        .await
        .unwrap();
    assert_eq!(given.properties.principal_id, made.properties.principal_id);
    let nobody = access::assign(&local.client, &by_name("id2")).await;
    assert_eq!(code(nobody), "ResourceNotFound");

    let elsewhere = Create {
        target: Target {
            resource_group: Some("TestRG".to_owned()),
            ..target("id1")
        },
        ..Create::default()
    };
    identity::create(&local.client, &elsewhere).await.unwrap();
    let error = access::assign(&local.client, &by_name("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "AmbiguousName");
    assert!(error.to_string().contains("/TestRG/"), "{error}");
}
