use std::time::Duration;

use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, key, sub, uai, vm};

const PATH: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
const OTHER: &str = "bbbb0b0b-cc1c-dd2d-ee3e-ffffff4f4f4f";

async fn ask(azure: &Azure, query: &str, options: Value) -> Answer {
    azure
        .post(PATH, json!({"query": query, "options": options}))
        .await
}

async fn data(azure: &Azure, query: &str) -> Value {
    ask(azure, query, Value::Null).await.is(200).json()["data"].clone()
}

async fn many(azure: &Azure, subscription: &str, count: usize) -> Answer {
    let body = json!({"subscriptionId": subscription, "resourceGroup": "myResourceGroup", "prefix": "made-", "count": count});
    azure.admin(Method::POST, "/identities", body).await
}

async fn add_subscription(azure: &Azure, id: &str) -> Answer {
    let body = json!({"id": id, "name": "Other"});
    azure.admin(Method::POST, "/subscriptions", body).await
}

fn using(id: &str) -> String {
    format!(
        "resources | where isnotempty(identity.userAssignedIdentities) | mv-expand uai=bag_keys(identity.userAssignedIdentities) | where tostring(uai) =~ '{id}' | project id,name,type,resourceGroup,subscriptionId | order by id asc"
    )
}

#[tokio::test]
async fn who_uses_an_identity() {
    let azure = Azure::start().await;
    azure.set(json!({"operationMs": 0})).await;
    azure.identity("abc").await;
    azure.identity("def").await;
    let both = json!({"identity": {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {key("abc"): {}, key("def"): {}}}});
    azure.patch(&vm("myVM"), both).await.is(200);
    let answer = ask(&azure, &using(&key("ABC").to_lowercase()), Value::Null).await;
    assert_eq!(answer.header("x-ms-user-quota-remaining"), "14");
    assert_eq!(answer.header("x-ms-user-quota-resets-after"), "00:00:05");
    let vm_id = vm("myVM").split('?').next().unwrap().to_owned();
    assert_eq!(
        answer.is(200).json(),
        json!({
            "totalRecords": 1,
            "count": 1,
            "facets": [],
            "resultTruncated": "false",
            "data": [{
                "id": vm_id,
                "name": "myVM",
                "type": "microsoft.compute/virtualmachines",
                "resourceGroup": "myresourcegroup",
                "subscriptionId": seed::SUBSCRIPTION_ID,
            }],
        })
    );
    assert_eq!(data(&azure, &using(&key("none"))).await, json!([]));

    let machine = data(&azure, "Resources | where name == 'myVM'").await[0].clone();
    assert_eq!(machine["identity"]["type"], "SystemAssigned, UserAssigned");
    assert!(machine["identity"]["userAssignedIdentities"][key("abc")]["principalId"].is_string());
    assert_eq!(
        machine["properties"]["hardwareProfile"]["vmSize"],
        "Standard_B2ms"
    );
    assert_eq!(machine["managedBy"], "");
    assert_eq!(machine["tenantId"], seed::TENANT_ID);
    let identity = data(
        &azure,
        "resources | where type =~ 'Microsoft.ManagedIdentity/userAssignedIdentities' and name == 'abc'",
    )
    .await[0]
        .clone();
    let real = azure.get(&uai("abc")).await.json();
    for member in ["id", "name", "location", "tags", "properties"] {
        assert_eq!(identity[member], real[member]);
    }
    assert_eq!(
        identity["type"],
        "microsoft.managedidentity/userassignedidentities"
    );
    assert_eq!(identity["identity"], Value::Null);

    // A dead reference is a reference.
    azure.delete(&uai("abc")).await.is(200);
    assert_eq!(
        data(&azure, &using(&key("abc")))
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn containers_and_roles() {
    let azure = Azure::start().await;
    assert_eq!(
        data(&azure, "resourcecontainers | where type == 'microsoft.resources/subscriptions/resourcegroups' | project name, location | order by name asc").await,
        json!([{"name": "TestRG", "location": "eastus"}, {"name": "myResourceGroup", "location": "eastus"}])
    );
    assert_eq!(
        data(&azure, "ResourceContainers | where type =~ 'microsoft.resources/subscriptions' | project name, subscriptionId").await,
        json!([{"name": "Emulator subscription", "subscriptionId": seed::SUBSCRIPTION_ID}])
    );
    let id = azure.identity("abc").await["properties"]["principalId"].clone();
    let reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let path =
        "/providers/Microsoft.Authorization/roleAssignments/10000000-0000-4000-8000-000000000001";
    let role = sub(&format!(
        "/providers/Microsoft.Authorization/roleDefinitions/{reader}"
    ));
    let body = json!({"properties": {"roleDefinitionId": role, "principalId": id}});
    azure
        .put(&format!("{}?api-version=2022-04-01", sub(path)), body)
        .await
        .is(201);
    let found = data(&azure, "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' | project id, p = tostring(properties.principalId), role = tolower(properties.roleDefinitionId)").await;
    let role = format!("/providers/microsoft.authorization/roledefinitions/{reader}");
    assert_eq!(found, json!([{"id": sub(path), "p": id, "role": role}]));
    let roles = data(&azure, &format!("authorizationresources | where type == 'microsoft.authorization/roledefinitions' and tolower(id) == '{role}' | project name = properties.roleName")).await;
    assert_eq!(roles, json!([{"name": "Reader"}]));
}

#[tokio::test]
async fn many_identities_in_many_subscriptions_in_pages() {
    let azure = Azure::start().await;
    let made = add_subscription(&azure, &OTHER.to_uppercase())
        .await
        .is(201);
    assert_eq!(
        made.json(),
        json!({"id": OTHER, "name": "Other", "resourceGroup": "myResourceGroup"})
    );
    add_subscription(&azure, OTHER)
        .await
        .fails(409, "AlreadyExists");
    add_subscription(&azure, "x")
        .await
        .fails(400, "InvalidContent");
    let list = azure
        .get("/subscriptions?api-version=2022-09-01")
        .await
        .json();
    assert_eq!(list["value"].as_array().unwrap().len(), 2);
    let made = many(&azure, seed::SUBSCRIPTION_ID, 1_200).await.is(201);
    assert_eq!(
        made.json(),
        json!({"count": 1_200, "first": "made-00001", "last": "made-01200"})
    );
    many(&azure, OTHER, 300).await.is(201);
    many(&azure, OTHER, 1).await.fails(400, "InvalidContent");
    many(&azure, "x", 1).await.fails(400, "InvalidContent");
    let query = "resources | where type =~ 'microsoft.managedidentity/userassignedidentities' | project id, name | order by id asc";
    let mut token = Value::Null;
    let mut ids = Vec::new();
    for (count, more) in [(1_000, true), (500, false)] {
        let page = ask(&azure, query, json!({"$top": 1_000, "$skipToken": token})).await;
        let page = page.is(200).json();
        assert_eq!(page["totalRecords"], 1_500);
        assert_eq!(page["count"], count);
        assert_eq!(page["resultTruncated"], "false");
        assert_eq!(page.get("$skipToken").is_some(), more);
        token = page["$skipToken"].clone();
        ids.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].to_string()),
        );
    }
    let sorted = ids.clone();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), &ids), (1_500, &sorted));

    // 100 when nothing is said; without an id or with a limit there is nothing to go on with.
    let page = ask(&azure, query, json!({"$skip": 1_450})).await.json();
    assert_eq!((&page["count"], page.get("$skipToken")), (&json!(50), None));
    for (query, total) in [
        ("resources | project name", 1_507),
        ("resources | take 200", 200),
    ] {
        let page = ask(&azure, query, Value::Null).await.is(200).json();
        assert_eq!(page["totalRecords"], total);
        assert_eq!(page["count"], 100);
        assert_eq!(page["resultTruncated"], "true");
        assert!(page.get("$skipToken").is_none());
    }
    for (subscriptions, count) in [
        (json!([OTHER]), 300),
        (json!([OTHER, seed::SUBSCRIPTION_ID]), 1_507),
        (json!([]), 1_507),
        (json!([OTHER, "00000000-0000-0000-0000-000000000000"]), 300),
    ] {
        let body = json!({"query": "resources | count", "subscriptions": subscriptions});
        let answer = azure.post(PATH, body).await.is(200).json();
        assert_eq!(answer["data"], json!([{"Count": count}]));
    }
}

#[tokio::test]
async fn rows_as_a_table() {
    let azure = Azure::start().await;
    let expected = json!({
        "columns": [{"name": "name", "type": "string"}, {"name": "tags", "type": "object"}],
        "rows": [["myVM", {}]],
    });
    let query =
        "resources | where type =~ 'Microsoft.Compute/virtualMachines' | project name, tags";
    let asked = ask(&azure, query, json!({"resultFormat": "table"})).await;
    assert_eq!(asked.is(200).json()["data"], expected);
    let old = azure
        .post(
            &PATH.replace("2022-10-01", "2019-04-01"),
            json!({"query": query}),
        )
        .await;
    assert_eq!(old.is(200).json()["data"], expected);
}

#[tokio::test]
async fn what_is_not_understood_is_an_error() {
    let azure = Azure::start().await;
    let answer = ask(
        &azure,
        "resources\n| join kind=inner (resources) on id",
        Value::Null,
    )
    .await;
    let body = answer.fails(400, "BadRequest").json();
    let details = &body["error"]["details"];
    assert_eq!(details[0]["code"], "InvalidQuery");
    assert_eq!(details[1]["code"], "InvalidQueryLanguage");
    assert_eq!(details[1]["token"], "join");
    assert_eq!(
        (&details[1]["line"], &details[1]["characterPositionInLine"]),
        (&json!(2), &json!(3))
    );
    let codes = async |body: Value| {
        let answer = azure.post(PATH, body).await.fails(400, "BadRequest").json();
        answer["error"]["details"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()["code"]
            .clone()
    };
    for (query, code) in [
        ("advisorresources", "DisallowedLogicalTableName"),
        ("resources | where", "ParserFailure"),
        ("resources | where properties == ", "ParserFailure"),
        ("", "ParserFailure"),
    ] {
        assert_eq!(codes(json!({"query": query})).await, code, "{query}");
    }
    for body in [
        json!({}),
        json!({"query": 1}),
        json!({"query": "resources", "subscriptions": "x"}),
        json!({"query": "resources", "subscriptions": ["x"]}),
        json!({"query": "resources", "managementGroups": ["mg"]}),
        json!({"query": "resources", "facets": [{"expression": "location"}]}),
        json!({"query": "resources", "options": {"$top": 0}}),
        json!({"query": "resources", "options": {"$top": 1001}}),
        json!({"query": "resources", "options": {"$skipToken": "abc"}}),
        json!({"query": "resources", "options": {"resultFormat": "csv"}}),
        json!({"query": "resources", "options": {"surprise": 1}}),
        json!({"query": "resources", "surprise": 1}),
    ] {
        assert_eq!(codes(body.clone()).await, "InvalidRequest", "{body}");
    }
    let none =
        json!({"query": "resources", "subscriptions": ["00000000-0000-0000-0000-000000000000"]});
    assert_eq!(codes(none).await, "NoValidSubscriptionsInQueryRequest");
    azure
        .post(
            &PATH.replace("2022-10-01", "2023-10-01"),
            json!({"query": "resources"}),
        )
        .await
        .fails(400, "NoRegisteredProviderFound");
    azure.get(PATH).await.fails(405, "HttpMethodNotSupported");
}

#[tokio::test(start_paused = true)]
async fn fifteen_queries_in_five_seconds() {
    let azure = Azure::start().await;
    azure.set(json!({"throttling": true})).await;
    for left in (0..15).rev() {
        let answer = ask(&azure, "resources | count", Value::Null).await.is(200);
        assert_eq!(answer.header("x-ms-user-quota-remaining"), left.to_string());
    }
    tokio::time::advance(Duration::from_millis(2_500)).await;
    let answer = ask(&azure, "resources | count", Value::Null).await;
    assert_eq!(answer.header("x-ms-user-quota-remaining"), "0");
    assert_eq!(answer.header("x-ms-user-quota-resets-after"), "00:00:03");
    answer.fails(429, "RateLimiting");
    tokio::time::advance(Duration::from_secs(3)).await;
    let answer = ask(&azure, "resources | count", Value::Null).await.is(200);
    assert_eq!(answer.header("x-ms-user-quota-remaining"), "14");
}

#[tokio::test(start_paused = true)]
async fn changes_show_after_a_delay() {
    let azure = Azure::start().await;
    azure.identity("before").await;
    azure.set(json!({"graphDelayMs": 10_000})).await;
    let names = async || {
        let query = "resources | where type has 'userassignedidentities' | project name | order by name asc";
        let rows = data(&azure, query).await;
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    azure.identity("first").await;
    assert_eq!(names().await, ["before"]);
    tokio::time::advance(Duration::from_secs(6)).await;
    azure.delete(&uai("before")).await.is(200);
    many(&azure, seed::SUBSCRIPTION_ID, 1).await.is(201);
    assert_eq!(names().await, ["before"]);
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(names().await, ["before", "first"]);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(names().await, ["first", "made-00001"]);
    azure.identity("last").await;
    assert_eq!(names().await, ["first", "made-00001"]);
    azure.set(json!({"graphDelayMs": 0})).await;
    assert_eq!(names().await, ["first", "last", "made-00001"]);
}
