//! Many resources in many subscriptions, and the management groups above them.

use std::collections::BTreeSet;

use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, R, in_group, key, sub};

const GRAPH: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
const OTHER: &str = "bbbb0b0b-cc1c-dd2d-ee3e-ffffff4f4f4f";
const M: &str = "api-version=2020-05-01";

async fn make(azure: &Azure, body: Value) -> Answer {
    azure.admin(Method::POST, "/resources", body).await
}

async fn group(azure: &Azure, body: Value) -> Answer {
    azure.admin(Method::POST, "/managementgroups", body).await
}

async fn rows(azure: &Azure, body: Value) -> Vec<Value> {
    let answer = azure.post(GRAPH, body).await.is(200).json();
    answer["data"].as_array().unwrap().clone()
}

/// All rows of a query, page by page; the number of pages, too.
async fn all(azure: &Azure, query: &str) -> (Vec<Value>, usize) {
    let (mut found, mut pages, mut token) = (Vec::new(), 0, Value::Null);
    loop {
        let options = json!({"$top": 1_000, "$skipToken": token});
        let body = json!({"query": query, "options": options});
        let page = azure.post(GRAPH, body).await.is(200).json();
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        pages += 1;
        token = page.get("$skipToken").cloned().unwrap_or(Value::Null);
        if token.is_null() {
            assert_eq!(page["totalRecords"], found.len());
            return (found, pages);
        }
    }
}

fn group_path(rest: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups{rest}")
}

/// `outer` holds `inner`, which holds the other subscription.
async fn with_groups() -> Azure {
    let azure = Azure::start().await;
    let other = json!({"id": OTHER, "name": "Other"});
    azure
        .admin(Method::POST, "/subscriptions", other)
        .await
        .is(201);
    let made = group(&azure, json!({"id": "Outer", "displayName": "The outer"})).await;
    assert_eq!(
        made.is(201).json()["properties"]["displayName"],
        "The outer"
    );
    group(
        &azure,
        json!({"id": "inner", "parent": "outer", "subscriptions": [OTHER]}),
    )
    .await
    .is(201);
    azure
}

#[tokio::test]
async fn management_groups_are_read() {
    let azure = with_groups().await;
    let get =
        async |rest: &str, query: &str| azure.get(&group_path(&format!("{rest}?{M}{query}"))).await;
    let listed = get("", "").await.is(200).json();
    let names: Vec<&str> = listed["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, [seed::TENANT_ID, "inner", "Outer"]);
    let root = get(&format!("/{}", seed::TENANT_ID), "&$expand=children")
        .await
        .is(200)
        .json();
    assert_eq!(root["properties"]["displayName"], "Tenant Root Group");
    let names = |children: &Value| -> BTreeSet<String> {
        children
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names(&root["properties"]["children"]),
        ["Outer", seed::SUBSCRIPTION_ID].map(str::to_owned).into()
    );
    let outer = get("/OUTER", "&$expand=children&$recurse=true")
        .await
        .is(200)
        .json();
    assert_eq!(outer["id"], group_path("/Outer"));
    assert_eq!(
        outer["properties"]["details"]["parent"]["name"],
        seed::TENANT_ID
    );
    assert_eq!(
        names(&outer["properties"]["children"][0]["children"]),
        [OTHER.to_owned()].into()
    );
    let inner = get("/inner", "&$expand=path").await.is(200).json();
    assert_eq!(inner["properties"]["details"]["path"][1]["name"], "Outer");
    let below = get("/outer/descendants", "").await.is(200).json();
    let ids: Vec<&str> = below["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [group_path("/inner"), format!("/subscriptions/{OTHER}")]
    );
    assert_eq!(
        below["value"][1]["properties"]["parent"]["id"],
        group_path("/inner")
    );
    let page = get("/outer/descendants", "&$top=1").await.is(200).json();
    let next = azure
        .get(page["nextLink"].as_str().unwrap())
        .await
        .is(200)
        .json();
    assert_eq!(
        (
            next["value"].as_array().unwrap().len(),
            next.get("nextLink")
        ),
        (1, None)
    );
    let direct = get("/inner/subscriptions", "").await.is(200).json();
    assert_eq!(direct["value"][0]["properties"]["displayName"], "Other");
    get("/none", "").await.fails(404, "NotFound");
    for wrong in [
        json!({"id": "a b"}),
        json!({"id": "x", "parent": "none"}),
        json!({"id": "outer", "parent": "inner"}),
        json!({"id": seed::TENANT_ID}),
        json!({"id": "x", "subscriptions": ["none"]}),
        json!({"id": "x", "surprise": 1}),
    ] {
        group(&azure, wrong).await.fails(400, "InvalidContent");
    }
}

#[tokio::test]
async fn resource_graph_looks_at_management_groups() {
    let azure = with_groups().await;
    let policy = json!({"properties": {"policyDefinitionId": "/p"}});
    let assignment = |scope: &str| {
        format!(
            "{scope}/providers/Microsoft.Authorization/policyAssignments/one?api-version=2022-06-01"
        )
    };
    for scope in [group_path("/inner"), group_path("/Outer"), sub("")] {
        azure.put(&assignment(&scope), policy.clone()).await.is(201);
    }
    azure
        .put(&assignment(&group_path("/none")), policy)
        .await
        .fails(404, "ManagementGroupNotFound");
    make(&azure, json!({"types": ["Microsoft.Web/sites"], "count": 2, "prefix": "app", "subscriptions": [OTHER]})).await.is(201);
    let names = async |query: &str, scope: Value| {
        let mut body = json!({"query": format!("{query} | project name | order by name asc")});
        body.as_object_mut()
            .unwrap()
            .extend(scope.as_object().unwrap().clone());
        let found = rows(&azure, body).await;
        found
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for groups in [
        json!(["outer"]),
        json!(["INNER"]),
        json!(["inner", "outer"]),
    ] {
        let scope = json!({"managementGroups": groups});
        assert_eq!(names("resources", scope).await, ["app00001", "app00002"]);
    }
    let root = json!({"managementGroups": [seed::TENANT_ID]});
    let machines_and_sites =
        "resources | where type in~ ('microsoft.compute/virtualmachines', 'microsoft.web/sites')";
    assert_eq!(
        names(machines_and_sites, root).await,
        ["app00001", "app00002", "myVM"]
    );
    let both = json!({"managementGroups": ["outer"], "subscriptions": [seed::SUBSCRIPTION_ID]});
    assert!(names("resources", both).await.is_empty());
    assert_eq!(
        names(
            "resources",
            json!({"subscriptions": [OTHER.to_uppercase()]})
        )
        .await
        .len(),
        2
    );
    let inner = || json!({"managementGroups": ["inner"]});
    let containers = "resourcecontainers | where type has 'managementgroups'";
    assert_eq!(names(containers, inner()).await, ["inner"]);
    assert_eq!(
        names(containers, json!({"managementGroups": ["outer"]})).await,
        ["Outer", "inner"]
    );
    assert_eq!(
        names(containers, json!({"subscriptions": [OTHER]}))
            .await
            .len(),
        0
    );
    assert_eq!(names(containers, json!({})).await.len(), 3);
    assert_eq!(
        names(
            "resourcecontainers | where type =~ 'microsoft.resources/subscriptions'",
            inner()
        )
        .await,
        ["Other"]
    );
    assert_eq!(names("policyresources", inner()).await.len(), 1);
    assert_eq!(
        names("policyresources", json!({"managementGroups": ["outer"]}))
            .await
            .len(),
        2
    );
    assert_eq!(
        names(
            "policyresources",
            json!({"subscriptions": [seed::SUBSCRIPTION_ID]})
        )
        .await
        .len(),
        1
    );
    assert_eq!(names("policyresources", json!({})).await.len(), 3);
    let query = format!(
        "resourcecontainers | where subscriptionId == '{OTHER}' and type =~ 'microsoft.resources/subscriptions' | project chain = properties.managementGroupAncestorsChain"
    );
    let chain = rows(&azure, json!({"query": query})).await[0]["chain"].clone();
    let chain: Vec<&str> = chain
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(chain, ["inner", "Outer", seed::TENANT_ID]);
    let unknown = json!({"query": "resources", "managementGroups": ["none"]});
    azure.post(GRAPH, unknown).await.fails(400, "BadRequest");
}

#[tokio::test]
async fn many_resources_of_many_types() {
    let azure = Azure::start().await;
    azure.identity("shared").await;
    let made = make(&azure, json!({
        "types": ["Microsoft.Compute/virtualMachines", "Microsoft.Web/sites", "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/managedHSMs", "Microsoft.Sql/servers"],
        "count": 2_000,
        "prefix": "fleet-",
        "subscriptions": 20,
        "resourceGroup": "fleet",
        "location": "West Europe",
        "tags": {"env": ["prod", "test", "dev"], "team": "shop"},
        "identity": {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {key("shared"): {}}},
        "properties": {"a": 1},
    }))
    .await
    .is(201)
    .json();
    let subscriptions = made["subscriptions"].as_array().unwrap().clone();
    assert_eq!(
        (subscriptions.len(), &made["last"]),
        (20, &json!("fleet-02000"))
    );
    assert_eq!(subscriptions[0], seed::SUBSCRIPTION_ID);
    let listed = azure
        .get(&format!("/subscriptions?{R}"))
        .await
        .is(200)
        .json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 20);
    let (found, pages) = all(&azure, "resources | where tags.team == 'shop' | project id, subscriptionId, type, tags, identity | order by id asc").await;
    assert_eq!((found.len(), pages), (2_000, 2));
    let distinct =
        |of: &dyn Fn(&Value) -> String| found.iter().map(of).collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(&|row| row["id"].to_string()), 2_000);
    assert_eq!(
        distinct(&|row| row["identity"]["principalId"].to_string()),
        2_000
    );
    assert_eq!(
        distinct(&|row| format!("{}{}", row["subscriptionId"], row["type"])),
        100,
        "each type in each subscription"
    );
    let prod = rows(
        &azure,
        json!({"query": "resources | where tags['env'] =~ 'PROD' | count"}),
    )
    .await;
    assert_eq!(prod[0]["Count"], 667);
    let by_type = rows(&azure, json!({"query": "resources | where identity.type has 'UserAssigned' | summarize n = count() by type"})).await;
    assert!(by_type.iter().all(|row| row["n"] == 400), "{by_type:?}");
    // They are what their providers show, and who has a role.
    let site = found
        .iter()
        .find(|row| row["type"] == "microsoft.web/sites")
        .unwrap();
    let body = azure
        .get(&format!(
            "{}?api-version=2023-12-01",
            site["id"].as_str().unwrap()
        ))
        .await
        .is(200)
        .json();
    assert_eq!(body["identity"], site["identity"]);
    assert_eq!(
        (&body["location"], &body["properties"]["a"]),
        (&json!("westeurope"), &json!(1))
    );
    let role = json!({"properties": {
        "roleDefinitionId": sub("/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"),
        "principalId": site["identity"]["principalId"],
        "principalType": "ServicePrincipal",
    }});
    let path = sub(
        "/providers/Microsoft.Authorization/roleAssignments/10000000-0000-4000-8000-000000000001?api-version=2022-04-01",
    );
    azure.put(&path, role).await.is(201);
    let using = in_group(
        "Microsoft.ManagedIdentity/userAssignedIdentities/shared/listAssociatedResources?api-version=2022-01-31-preview",
    );
    assert_eq!(
        azure.post(&using, Value::Null).await.is(200).json()["totalCount"],
        2_000
    );
}

#[tokio::test]
async fn slots_and_what_is_refused_to_be_made() {
    let azure = Azure::start().await;
    let slots = json!({"types": ["Microsoft.Web/sites/slots"], "count": 2, "prefix": "app", "identity": {"type": "SystemAssigned"}});
    make(&azure, slots.clone()).await.is(201);
    let found = rows(&azure, json!({"query": "resources | where type has 'sites' | project name, type, t = identity.type | order by name asc, type asc"})).await;
    let expected = [
        json!({"name": "app00001", "type": "microsoft.web/sites", "t": null}),
        json!({"name": "app00001/app00001", "type": "microsoft.web/sites/slots", "t": "SystemAssigned"}),
    ];
    assert_eq!(found[..2], expected);
    assert_eq!(found.len(), 4);
    make(&azure, slots).await.fails(409, "AlreadyExists");
    let site = |with: Value| {
        let mut body = json!({"types": ["Microsoft.Web/sites"], "count": 1, "prefix": "x"});
        body.as_object_mut()
            .unwrap()
            .extend(with.as_object().unwrap().clone());
        body
    };
    for wrong in [
        json!({"count": 0}),
        json!({"types": []}),
        json!({"types": ["Microsoft.Network/virtualNetworks"]}),
        json!({"types": ["Microsoft.Authorization/policyAssignments"]}),
        json!({"prefix": "a b"}),
        json!({"location": "moon"}),
        json!({"tags": {"a": 1}}),
        json!({"subscriptions": 0}),
        json!({"resourceGroup": "a b"}),
        json!({"identity": {"type": "Own"}}),
        json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {key("none"): {}}}}),
        json!({"surprise": 1}),
    ] {
        make(&azure, site(wrong.clone()))
            .await
            .fails(400, "InvalidContent");
    }
    make(&azure, site(json!({"subscriptions": ["none"]})))
        .await
        .fails(404, "NotFound");
    let (left, _) = all(&azure, "resources | where name startswith 'x' | project id").await;
    assert!(left.is_empty(), "all or none");
}

/// Each page costs what is on it: the query is evaluated once.
#[tokio::test]
async fn a_hundred_thousand_machines_in_a_hundred_pages() {
    let azure = Azure::start().await;
    make(
        &azure,
        json!({
            "types": ["Microsoft.Compute/virtualMachines", "Microsoft.Web/sites"],
            "count": 100_000,
            "prefix": "m",
            "subscriptions": 20,
            "tags": {"env": ["prod", "test"]},
            "identity": {"type": "SystemAssigned"},
        }),
    )
    .await
    .is(201);
    let (found, pages) = all(&azure, "resources | where name startswith 'm' and not(name startswith 'myVM') | project id, name, tags, identity | order by id asc").await;
    assert_eq!((found.len(), pages), (100_000, 100));
    assert!(found.is_sorted_by_key(|row| row["id"].as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn pages_are_of_one_evaluation() {
    let azure = Azure::start().await;
    make(
        &azure,
        json!({"types": ["Microsoft.Web/sites"], "count": 5, "prefix": "app"}),
    )
    .await
    .is(201);
    let query = "resources | where name startswith 'app' | project id, name | order by name asc";
    let page = async |token: Value| {
        let body = json!({"query": query, "options": {"$top": 2, "$skipToken": token}});
        azure.post(GRAPH, body).await.is(200).json()
    };
    let first = page(Value::Null).await;
    let site = in_group("Microsoft.Web/sites/app00001?api-version=2023-12-01");
    azure.delete(&site).await.is(200);
    let second = page(first["$skipToken"].clone()).await;
    assert_eq!(second["data"][0]["name"], "app00003", "none is skipped");
    assert_eq!(
        page(first["$skipToken"].clone()).await["data"],
        second["data"],
        "asked again"
    );
    // Other queries that have pages push the rows out, and the query is evaluated again.
    for _ in 0..8 {
        page(Value::Null).await;
    }
    let again = page(first["$skipToken"].clone()).await;
    assert_eq!(
        (&again["data"][0]["name"], &again["totalRecords"]),
        (&json!("app00004"), &json!(4))
    );
    assert_eq!(again.get("$skipToken"), None);
}

#[tokio::test]
async fn metadata_of_providers() {
    let azure = Azure::start().await;
    let types = async |namespace: &str| {
        let body = azure
            .get(&sub(&format!("/providers/{namespace}?{R}")))
            .await
            .is(200)
            .json();
        body["resourceTypes"].as_array().unwrap().clone()
    };
    let find = |types: &[Value], name: &str| {
        types
            .iter()
            .find(|one| one["resourceType"] == name)
            .unwrap()
            .clone()
    };
    let registries = find(&types("Microsoft.ContainerRegistry").await, "registries");
    assert_eq!(
        registries["apiVersions"][0], "2026-09-01-preview",
        "the newest first, previews too"
    );
    let web = types("microsoft.web").await;
    let slots = find(&web, "sites/slots");
    assert_eq!(slots["apiVersions"][0], "2025-05-01");
    assert_eq!(slots.get("defaultApiVersion"), None);
    let announced = |one: &Value| {
        one["capabilities"]
            .as_str()
            .unwrap()
            .contains("SystemAssignedResourceIdentity")
    };
    assert!(announced(&slots));
    let storage = find(&types("Microsoft.Storage").await, "storageAccounts");
    assert_eq!(storage["defaultApiVersion"], "2019-06-01");
    assert!(announced(&storage));
    assert!(announced(&find(
        &types("Microsoft.Compute").await,
        "virtualMachines"
    )));
    assert!(!announced(&find(
        &types("Microsoft.Network").await,
        "applicationGateways"
    )));
    assert!(!announced(&find(
        &types("Microsoft.DBforMySQL").await,
        "flexibleServers"
    )));
    let site = in_group("Microsoft.Web/sites/one");
    let refused = azure.get(&format!("{site}?api-version=2019-01-01")).await;
    let refused = refused.fails(400, "NoRegisteredProviderFound").message();
    assert!(
        refused.contains("'sites'") && refused.contains("2023-12-01"),
        "{refused}"
    );
    azure
        .get(&in_group(
            "Microsoft.Web/nonsense/one?api-version=2023-12-01",
        ))
        .await
        .fails(404, "InvalidResourceType");
}

#[tokio::test(start_paused = true)]
async fn templates_create_these_types() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let identity = json!({"type": "UserAssigned", "userAssignedIdentities": {"[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'abc')]": {}}});
    let resource = |kind: &str, name: &str, version: &str| {
        json!({
            "type": kind, "name": name, "apiVersion": version, "location": "eastus",
            "sku": {"name": "Standard"}, "properties": {}, "identity": identity,
        })
    };
    let mut slot = resource("Microsoft.Web/sites/slots", "app/staging", "2023-12-01");
    slot["dependsOn"] = json!(["app"]);
    // Each is followed in another way.
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            resource("Microsoft.Web/sites", "app", "2023-12-01"),
            slot,
            resource("Microsoft.ServiceBus/namespaces", "bus", "2024-01-01"),
            resource("Microsoft.KeyVault/managedHSMs", "hsm", "2026-02-01"),
            resource("Microsoft.Kusto/clusters", "kusto", "2024-04-13"),
        ],
        "outputs": {"principal": {"type": "string", "value": "[reference('app', '2023-12-01', 'Full').identity.type]"}},
    });
    let path = in_group(&format!("Microsoft.Resources/deployments/one?{R}"));
    let body = json!({"properties": {"mode": "Incremental", "template": template}});
    azure.put(&path, body).await.is(201);
    for _ in 0..4 {
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        azure.get(&path).await.is(200);
    }
    let deployed = azure.get(&path).await.is(200).json();
    assert_eq!(
        deployed["properties"]["provisioningState"], "Succeeded",
        "{deployed}"
    );
    assert_eq!(
        deployed["properties"]["outputs"]["principal"]["value"],
        "UserAssigned"
    );
    assert_eq!(
        deployed["properties"]["outputResources"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    let all = rows(&azure, json!({"query": "resources | where isnotempty(identity.userAssignedIdentities) | project name, properties"})).await;
    assert_eq!(all.len(), 5, "{all:?}");
}
