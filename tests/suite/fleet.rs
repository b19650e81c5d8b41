//! Resources of many subscriptions, through the real client, on the emulator.

use managed_identity::access::{Identities, ListIdentities};
use managed_identity::arm::find_subscriptions;
use managed_identity::arm::fleet::{Fleet, TagFilter, Within};
use managed_identity::base::Result;
use managed_identity::compute::{self, VIRTUAL_MACHINE};
use managed_identity::identity::UserAssignedIdentity;
use managed_identity::resource::{self, IdentityType, ResourceIdentity};
use serde_json::{Value, json};

use crate::support::{GROUP, Local, code, on};

const OWN: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

fn subscription(number: u32) -> String {
    format!("{number:08}-cc1c-dd2d-ee3e-ffffff5f5f5f")
}

/// An emulator with as many more subscriptions, each with identities `id-00001` and so on.
async fn with_subscriptions(count: u32, identities: u32) -> Local {
    let local = Local::start().await;
    for number in 0..count {
        let id = subscription(number);
        let body = json!({"id": id, "name": format!("Subscription {number}")});
        local.admin("POST", "subscriptions", body).await;
        let body = json!({"subscriptionId": id, "resourceGroup": GROUP, "prefix": "id-",
            "count": identities});
        local.admin("POST", "identities", body).await;
    }
    local.forget().await;
    local
}

/// Makes an identity with tags.
async fn make(local: &Local, subscription: &str, name: &str, tags: Value) -> String {
    let path = format!(
        "/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/\
         Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    );
    let body = json!({"location": "eastus", "tags": tags});
    let (status, answer) = local
        .raw("PUT", &format!("{path}?api-version=2024-11-30"), body)
        .await;
    assert_eq!(status, 201, "{answer}");
    path
}

async fn all(local: &Local, fleet: Fleet) -> Vec<Result<UserAssignedIdentity>> {
    let wanted = ListIdentities {
        fleet,
        unused: false,
    };
    let mut parts = Identities::list(&local.client, &wanted).unwrap();
    let mut all = Vec::new();
    while let Some(part) = parts.next().await.unwrap() {
        all.extend(part);
    }
    all
}

/// The names of what is found, in alphabetical order.
async fn names(local: &Local, fleet: Fleet) -> Vec<String> {
    let found = all(local, fleet).await.into_iter();
    let mut names: Vec<String> = found.map(|one| one.unwrap().name).collect();
    names.sort();
    names
}

fn everywhere() -> Fleet {
    Fleet {
        within: Within::AllSubscriptions,
        at_once: 4,
        ..Fleet::default()
    }
}

fn tag(name: &str, value: Option<&str>) -> TagFilter {
    TagFilter {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    }
}

fn with_tags(tags: &[TagFilter]) -> Fleet {
    Fleet {
        tags: tags.to_vec(),
        ..everywhere()
    }
}

#[tokio::test]
async fn a_page_is_a_thousand_whatever_subscription_they_are_in() {
    let local = with_subscriptions(20, 100).await;
    let found = all(&local, everywhere()).await;
    assert_eq!(found.len(), 2000);
    let path = "POST /providers/Microsoft.ResourceGraph/resources";
    assert_eq!(local.requests().await, [path, path]);

    local.forget().await;
    let named = Fleet {
        within: Within::Subscriptions((0..10).map(subscription).collect()),
        ..everywhere()
    };
    assert_eq!(all(&local, named).await.len(), 1000);
    assert_eq!(local.requests().await, [path]);

    local.forget().await;
    let one = Fleet {
        names: vec![
            "id-00007".to_owned(),
            "ID-?0008".to_owned(),
            "*42".to_owned(),
        ],
        ..everywhere()
    };
    assert_eq!(all(&local, one).await.len(), 60);
    assert_eq!(local.requests().await, [path]);
}

#[tokio::test]
async fn one_subscription_is_listed_by_its_provider() {
    let local = with_subscriptions(1, 3).await;
    let one = Fleet {
        within: Within::Subscriptions(vec![subscription(0)]),
        fresh: true,
        ..everywhere()
    };
    assert_eq!(all(&local, one).await.len(), 3);
    let requests = local.requests().await;
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("GET "), "{requests:?}");
}

#[tokio::test]
async fn tags_are_all_there_with_names_in_any_casing_and_values_in_their_own() {
    let local = with_subscriptions(2, 1).await;
    let (first, second) = (subscription(0), subscription(1));
    make(
        &local,
        &first,
        "prod-web",
        json!({"Env": "prod", "tier": "web"}),
    )
    .await;
    make(
        &local,
        &second,
        "prod-db",
        json!({"env": "prod", "tier": "db"}),
    )
    .await;
    make(&local, &second, "upper", json!({"env": "Prod"})).await;
    make(
        &local,
        OWN,
        "hostile",
        json!({"it's": "a\"b\\c'd</é|\nx", "e": ""}),
    )
    .await;

    let env = tag("ENV", Some("prod"));
    assert_eq!(
        names(&local, with_tags(std::slice::from_ref(&env))).await,
        ["prod-db", "prod-web"]
    );
    assert_eq!(
        names(&local, with_tags(&[env, tag("tier", Some("web"))])).await,
        ["prod-web"]
    );
    assert_eq!(
        names(&local, with_tags(&[tag("env", None)])).await,
        ["prod-db", "prod-web", "upper"]
    );
    assert_eq!(
        names(&local, with_tags(&[tag("e", Some(""))])).await,
        ["hostile"]
    );
    assert_eq!(
        names(&local, with_tags(&[tag("env", Some(""))])).await,
        Vec::<String>::new()
    );
    let hostile = tag("IT's", Some("a\"b\\c'd</é|\nx"));
    assert_eq!(names(&local, with_tags(&[hostile])).await, ["hostile"]);
}

#[tokio::test]
async fn what_a_user_writes_stays_a_text_of_the_query() {
    let local = with_subscriptions(1, 2).await;
    for text in [
        "') | take 1 //",
        "\\') or (1 == 1",
        "a' or name != '",
        "\n| union x",
        "[",
        "(?i)*",
        "`",
    ] {
        for hostile in [text.to_owned(), format!("{text}*")] {
            let fleet = Fleet {
                names: vec![hostile.clone()],
                tags: vec![tag(&hostile, Some(&hostile))],
                resource_group: Some(format!("{hostile}*")),
                ..everywhere()
            };
            assert_eq!(all(&local, fleet).await.len(), 0, "{hostile}");
        }
    }
}

#[tokio::test]
async fn groups_may_be_patterns_and_a_management_group_is_looked_through() {
    let local = with_subscriptions(2, 2).await;
    let in_groups = |group: &str| Fleet {
        resource_group: Some(group.to_owned()),
        ..everywhere()
    };
    assert_eq!(all(&local, in_groups("MYresource*")).await.len(), 4);
    assert_eq!(all(&local, in_groups(&GROUP.to_uppercase())).await.len(), 4);
    assert_eq!(all(&local, in_groups("other*")).await.len(), 0);
    local.forget().await;
    let group = Fleet {
        within: Within::ManagementGroup(format!(
            "/providers/Microsoft.Management/managementGroups/{}",
            emulator::seed::TENANT_ID
        )),
        ..everywhere()
    };
    assert_eq!(all(&local, group).await.len(), 4);
    assert_eq!(local.requests().await.len(), 1);
    let unknown = Fleet {
        within: Within::ManagementGroup("no-such-group".to_owned()),
        ..everywhere()
    };
    let wanted = ListIdentities {
        fleet: unknown,
        unused: false,
    };
    let mut parts = Identities::list(&local.client, &wanted).unwrap();
    assert!(parts.next().await.is_err());
}

#[tokio::test]
async fn fresh_ones_are_read_from_their_provider() {
    let local = with_subscriptions(1, 1).await;
    let first = subscription(0);
    for name in ["changed", "gone", "refused", "retagged", "same"] {
        make(&local, &first, name, json!({"env": "prod"})).await;
    }
    // From now on the index is an hour late.
    local
        .admin("PATCH", "settings", json!({"graphDelayMs": 3_600_000}))
        .await;
    let id = |name: &str| {
        format!(
            "/subscriptions/{first}/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity/\
             userAssignedIdentities/{name}?api-version=2024-11-30"
        )
    };
    let tags = json!({"tags": {"env": "prod", "more": "x"}});
    assert_eq!(local.raw("PATCH", &id("changed"), tags).await.0, 200);
    let tags = json!({"tags": {"env": "test"}});
    assert_eq!(local.raw("PATCH", &id("retagged"), tags).await.0, 200);
    assert_eq!(local.raw("DELETE", &id("gone"), Value::Null).await.0, 200);
    local
        .fault(on(
            "GET",
            "/refused",
            json!({"status": 403, "code": "Odd", "message": "No."}),
        ))
        .await;

    let wanted = with_tags(&[tag("env", Some("prod"))]);
    assert_eq!(all(&local, wanted.clone()).await.len(), 5);
    local.forget().await;
    let fresh = Fleet {
        fresh: true,
        ..wanted
    };
    let found = all(&local, fresh).await;
    assert_eq!(local.requests().await.len(), 6);
    let outcomes: Vec<String> = found
        .iter()
        .map(|one| match one {
            Ok(identity) => format!("{} {}", identity.name, identity.tags.len()),
            Err(error) => error.code().to_owned(),
        })
        .collect();
    assert_eq!(outcomes, ["changed 2", "Odd", "same 1"]);
    let verbose = local.heard.verbose.lock().unwrap();
    let skipped: Vec<_> = verbose
        .iter()
        .filter(|line| line.starts_with("Skipped"))
        .collect();
    assert!(
        skipped.len() == 1 && skipped[0].contains("/gone'"),
        "{skipped:?}"
    );
    assert!(local.heard.warnings.lock().unwrap().is_empty());
}

#[tokio::test]
async fn subscriptions_are_found_by_id_and_by_name() {
    let local = with_subscriptions(3, 1).await;
    let body = json!({"id": subscription(9), "name": "subscription 2"});
    local.admin("POST", "subscriptions", body).await;
    local.forget().await;
    let find = async |named: &[&str]| {
        let named: Vec<String> = named.iter().map(|one| (*one).to_owned()).collect();
        find_subscriptions(&local.client, &named).await
    };
    let found = find(&["SUBSCRIPTION 1", &subscription(0), "Subscription 1"])
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, [subscription(1), subscription(0)]);
    assert_eq!(code(find(&["Subscription 2"]).await), "AmbiguousName");
    assert_eq!(
        code(find(&["Subscription 7"]).await),
        "InvalidSubscriptionId"
    );
    assert_eq!(
        code(find(&[&subscription(7)]).await),
        "InvalidSubscriptionId"
    );
    // Asked once a minute.
    assert_eq!(local.requests().await, ["GET /subscriptions"]);
    assert_eq!(code(find(&[" "]).await), "InvalidSubscriptionId");
}

/// What is found of these types.
async fn resources(local: &Local, types: &[&str], fleet: Fleet) -> Vec<ResourceIdentity> {
    let types: Vec<String> = types.iter().map(|one| (*one).to_owned()).collect();
    let mut listing = resource::search(&local.client, &types, &fleet).unwrap();
    let mut all = Vec::new();
    while let Some(part) = listing.next().await.unwrap() {
        all.extend(part.into_iter().map(Result::unwrap));
    }
    all
}

/// Makes resources of these types in turns, in subscriptions in turns.
async fn seed(local: &Local, types: &[&str], count: u32, more: Value) {
    let mut body = json!({"types": types, "count": count, "prefix": "r-", "subscriptions": 20});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    local.admin("POST", "resources", body).await;
    local.forget().await;
}

const MIXED: [&str; 5] = [
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Compute/virtualMachineScaleSets",
    "Microsoft.Web/sites",
    "Microsoft.Search/searchServices",
    "Microsoft.Storage/storageAccounts",
];

#[tokio::test]
async fn resources_of_all_types_are_a_thousand_a_request() {
    let local = Local::start().await;
    let identity = json!({"identity": {"type": "SystemAssigned"}, "tags": {"fleet": "yes"}});
    seed(&local, &MIXED, 2000, identity).await;
    let tagged = with_tags(&[tag("Fleet", Some("yes"))]);
    let found = resources(&local, &[], tagged.clone()).await;
    assert_eq!(found.len(), 2000);
    let path = "POST /providers/Microsoft.ResourceGraph/resources";
    assert_eq!(local.requests().await, [path, path]);
    for kind in MIXED {
        let of_type = found.iter().filter(|one| one.resource_type == kind);
        assert_eq!(of_type.count(), 400, "{kind}");
    }
    assert!(
        found
            .iter()
            .all(|one| one.identity_type == IdentityType::SystemAssigned
                && one.principal_id.len() == 36
                && one.tags["fleet"] == "yes")
    );
    let subscriptions: std::collections::HashSet<_> =
        found.iter().map(|one| one.id.split('/').nth(2)).collect();
    assert_eq!(subscriptions.len(), 20);

    let slots = json!({"identity": {"type": "SystemAssigned"}, "tags": {"fleet": "yes"},
        "prefix": "s-"});
    seed(&local, &["Microsoft.Web/sites/slots"], 400, slots).await;
    // The sites that the slots are in, too, which have no identity.
    let web = resources(&local, &["microsoft.web/*"], tagged.clone()).await;
    assert_eq!(web.len(), 1200);
    let sites = resources(&local, &["Microsoft.Web/SITES"], tagged.clone()).await;
    assert_eq!(sites.len(), 800);
    let slots = ["Microsoft.Web/sites/slots", "Microsoft.Sql/servers"];
    let found = resources(&local, &slots, tagged).await;
    assert_eq!(found.len(), 400);
    assert!(found[0].name.contains('/'), "{}", found[0].name);
    assert_eq!(local.requests().await.len(), 4);
}

#[tokio::test]
async fn five_thousand_resources_are_five_requests() {
    let local = Local::start().await;
    let identity = json!({"identity": {"type": "SystemAssigned"}});
    seed(&local, &MIXED, 5000, identity).await;
    let named = Fleet {
        names: vec!["r-*".to_owned()],
        ..everywhere()
    };
    assert_eq!(resources(&local, &[], named).await.len(), 5000);
    assert_eq!(local.requests().await.len(), 5);
}

#[tokio::test]
async fn without_types_and_names_what_may_have_an_identity_is_found() {
    let local = Local::start().await;
    let types = ["Microsoft.Web/sites", "Contoso.Samples/merging"];
    seed(&local, &types, 40, json!({})).await;
    let identity = json!({"identity": {"type": "SystemAssigned"}, "prefix": "with-"});
    seed(&local, &types, 40, identity).await;
    let count = async |types: &[&str], names: &[&str]| {
        let fleet = Fleet {
            names: names.iter().map(|one| (*one).to_owned()).collect(),
            ..everywhere()
        };
        let found = resources(&local, types, fleet).await;
        let of = |kind: &str| {
            let found = found.iter();
            found.filter(|one| one.resource_type == kind).count()
        };
        (of("Microsoft.Web/sites"), of("Contoso.Samples/merging"))
    };
    // Of a type that is not known, those alone that have one.
    assert_eq!(count(&[], &[]).await, (40, 20));
    assert_eq!(count(&["Microsoft.Web/*"], &[]).await, (40, 0));
    assert_eq!(count(&["Contoso.*/*"], &[]).await, (0, 20));
    assert_eq!(count(&["Contoso.Samples/merging"], &[]).await, (0, 40));
    let all = resources(&local, &["Contoso.Samples/merging"], everywhere()).await;
    let without = all
        .iter()
        .find(|one| one.identity_type == IdentityType::None)
        .unwrap();
    assert_eq!(count(&[], &[&without.name]).await, (0, 1));
}

#[tokio::test]
async fn policy_assignments_are_found_where_the_type_may_be_theirs() {
    let local = Local::start().await;
    let path = format!(
        "/subscriptions/{OWN}/providers/Microsoft.Authorization/policyAssignments/p1\
         ?api-version=2022-06-01"
    );
    let body = json!({"location": "eastus", "identity": {"type": "SystemAssigned"},
        "properties": {"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/d"}});
    let (status, answer) = local.raw("PUT", &path, body).await;
    assert!(status < 300, "{answer}");
    for types in [
        &[][..],
        &["Microsoft.Authorization/*"],
        &["microsoft.authorization/POLICYASSIGNMENTS"],
    ] {
        let found = resources(&local, types, everywhere()).await;
        let assignment = found.iter().find(|one| one.name == "p1").unwrap();
        assert_eq!(assignment.identity_type, IdentityType::SystemAssigned);
    }
    assert_eq!(
        resources(&local, &["Microsoft.Web/*"], everywhere())
            .await
            .len(),
        0
    );
}

#[tokio::test]
async fn machines_of_many_subscriptions_are_as_their_provider_has_them() {
    let local = Local::start().await;
    let identity = json!({"identity": {"type": "SystemAssigned"}, "tags": {"env": "prod"}});
    seed(&local, &["Microsoft.Compute/virtualMachines"], 40, identity).await;
    let mut fleet = with_tags(&[tag("env", None)]);
    let find = async |fleet: &Fleet| {
        let mut listing = compute::search(&local.client, VIRTUAL_MACHINE, fleet).unwrap();
        let mut all = Vec::new();
        while let Some(part) = listing.next().await.unwrap() {
            all.extend(part.into_iter().map(Result::unwrap));
        }
        all
    };
    let found = find(&fleet).await;
    assert_eq!(found.len(), 40);
    assert_eq!(local.requests().await.len(), 1);
    fleet.fresh = true;
    local.forget().await;
    let fresh = find(&fleet).await;
    assert_eq!(local.requests().await.len(), 41);
    for (row, read) in found.iter().zip(&fresh) {
        assert!(row.etag.is_empty() && !read.etag.is_empty());
        let as_read = ResourceIdentity {
            etag: read.etag.clone(),
            ..row.clone()
        };
        assert_eq!(as_read, *read);
    }
}

#[tokio::test]
async fn the_group_of_a_machine_is_written_as_the_group_itself_is() {
    let local = Local::start().await;
    let capitals = GROUP.to_uppercase();
    for name in ["vm-1", "vm-2"] {
        let path = format!(
            "/subscriptions/{OWN}/resourceGroups/{capitals}/providers/Microsoft.Compute/\
             virtualMachines/{name}?api-version=2025-04-01"
        );
        let body = json!({"location": "eastus"});
        assert_eq!(local.raw("PUT", &path, body).await.0, 201);
    }
    local.forget().await;
    for name in ["vm-1", "vm-2"] {
        let id = format!(
            "/subscriptions/{OWN}/resourceGroups/{capitals}/providers/Microsoft.Compute/\
             virtualMachines/{name}"
        );
        let named = resource::Named {
            target: crate::support::by_id(&id),
            ..resource::Named::default()
        };
        let machine = resource::get(&local.client, &named).await.unwrap();
        assert!(machine.id.contains(&capitals), "{}", machine.id);
        assert_eq!(machine.resource_group, GROUP);
    }
    let groups = format!("GET /subscriptions/{OWN}/resourcegroups");
    let asked = local.requests().await;
    assert_eq!(
        asked.iter().filter(|line| **line == groups).count(),
        1,
        "{asked:?}"
    );

    // Who may not list groups sees the name as it is in the id.
    let other = Local::start().await;
    other
        .fault(on(
            "GET",
            "/resourcegroups?",
            json!({"status": 403, "code": "Odd", "message": "No."}),
        ))
        .await;
    let id = format!(
        "/subscriptions/{OWN}/resourceGroups/{capitals}/providers/Microsoft.Compute/virtualMachines/myVM"
    );
    let named = resource::Named {
        target: crate::support::by_id(&id),
        ..resource::Named::default()
    };
    let machine = resource::get(&other.client, &named).await.unwrap();
    assert!(machine.resource_group.eq_ignore_ascii_case(GROUP));
}
