use std::time::Duration;

use emulator::seed;
use serde_json::{Value, json};

use crate::support::{Azure, in_group, key, uai, vm};

fn list(name: &str, parameters: &str) -> String {
    in_group(&format!(
        "Microsoft.ManagedIdentity/userAssignedIdentities/{name}/listAssociatedResources?api-version=2022-01-31-preview{parameters}"
    ))
}

#[tokio::test]
async fn machines_that_use_an_identity() {
    let azure = Azure::start().await;
    azure.set(json!({"operationMs": 0})).await;
    azure.identity("abc").await;
    let empty = azure.post(&list("abc", ""), Value::Null).await.is(200);
    assert_eq!(empty.json(), json!({"totalCount": 0, "value": []}));
    let body = json!({"location": "eastus", "identity": {"type": "UserAssigned", "userAssignedIdentities": {key("abc"): {}}}});
    for name in ["one", "two", "three"] {
        azure.put(&vm(name), body.clone()).await.is(201);
    }
    let set = vm("set").replace("virtualMachines", "virtualMachineScaleSets");
    azure.put(&set, body).await.is(201);

    let found = azure
        .post(&list("ABC", ""), Value::Null)
        .await
        .is(200)
        .json();
    assert_eq!(found["totalCount"], 4);
    let one = found["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "one");
    assert_eq!(
        one,
        Some(&json!({
            "id": vm("one").split('?').next(),
            "name": "one",
            "type": "microsoft.compute/virtualmachines",
            "resourceGroup": "myresourcegroup",
            "subscriptionId": seed::SUBSCRIPTION_ID,
            "subscriptionDisplayName": "Emulator subscription",
        }))
    );
    let names = async |parameters: &str| {
        let mut url = list("abc", parameters);
        let mut names = Vec::new();
        while !url.is_empty() {
            let page = azure.post(&url, Value::Null).await.is(200).json();
            let value = page["value"].as_array().unwrap().iter();
            names.extend(value.map(|row| row["name"].as_str().unwrap().to_owned()));
            url = page["nextLink"].as_str().unwrap_or_default().to_owned();
        }
        names
    };
    azure.set(json!({"pageSize": 2})).await;
    let order = "&$orderby=name%20desc";
    assert_eq!(names(order).await, ["two", "three", "set", "one"]);
    assert_eq!(
        names(&format!("{order}&$top=3")).await,
        ["two", "three", "set"]
    );
    assert_eq!(
        names(&format!("{order}&$skip=1&$top=2")).await,
        ["three", "set"]
    );
    let vms = "&$filter=contains(type,%20'virtualMachines')%20and%20type%20eq%20'Microsoft.Compute/virtualMachines'&$orderby=name";
    assert_eq!(names(vms).await, ["one", "three", "two"]);
    assert_eq!(names("&$filter=name%20eq%20'set'").await, ["set"]);

    for parameters in ["&$filter=x", "&$orderby=x", "&$top=x", "&$skiptoken=x"] {
        azure
            .post(&list("abc", parameters), Value::Null)
            .await
            .fails(400, "BadRequest");
    }
    azure
        .post(&list("none", ""), Value::Null)
        .await
        .fails(404, "ResourceNotFound");
    azure
        .post(
            &list("abc", "").replace("2022-01-31-preview", "2024-11-30"),
            Value::Null,
        )
        .await
        .fails(400, "NoRegisteredProviderFound");
}

#[tokio::test(start_paused = true)]
async fn once_a_second() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    azure.identity("def").await;
    azure.set(json!({"throttling": true})).await;
    azure.post(&list("abc", ""), Value::Null).await.is(200);
    let refused = azure.post(&list("def", ""), Value::Null).await;
    assert_eq!(refused.header("retry-after"), "1");
    refused.fails(429, "TooManyRequests");
    tokio::time::advance(Duration::from_secs(1)).await;
    azure.post(&list("def", ""), Value::Null).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn as_late_as_the_graph() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    azure.set(json!({"graphDelayMs": 5_000})).await;
    let body =
        json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {key("abc"): {}}}});
    azure.patch(&vm("myVM"), body).await.is(200);
    let count = async || {
        azure
            .post(&list("abc", ""), Value::Null)
            .await
            .is(200)
            .json()["totalCount"]
            .clone()
    };
    assert_eq!(count().await, 0);
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(count().await, 1);
    azure.delete(&uai("abc")).await.is(200);
}
