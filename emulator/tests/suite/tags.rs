//! `Microsoft.Resources/tags/default` on any scope.

use emulator::seed;
use serde_json::{Value, json};

use crate::support::{Azure, R, in_group, sub, uai, vm};

const T: &str = "api-version=2021-04-01";

fn tags(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Resources/tags/default?{T}")
}

fn body(tags: Value) -> Value {
    json!({"properties": {"tags": tags}})
}

fn patch(operation: &str, tags: Value) -> Value {
    json!({"operation": operation, "properties": {"tags": tags}})
}

#[tokio::test(start_paused = true)]
async fn tags_of_every_kind_of_scope() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let net = in_group("Microsoft.Network/virtualNetworks/net");
    azure
        .put(
            &format!("{net}?api-version=2024-05-01"),
            json!({"location": "eastus"}),
        )
        .await
        .is(201);
    let group = sub(&format!("/resourceGroups/{}", seed::RESOURCE_GROUP));
    for (scope, own) in [
        (sub(""), format!("{}?{R}", sub(""))),
        (group.clone(), format!("{group}?{R}")),
        (
            in_group("Microsoft.ManagedIdentity/userAssignedIdentities/abc"),
            uai("abc"),
        ),
        (
            in_group("Microsoft.Compute/virtualMachines/myVM"),
            vm("myVM"),
        ),
        (net.clone(), format!("{net}?api-version=2024-05-01")),
    ] {
        let path = tags(&scope);
        let none = azure.get(&path).await.is(200).json();
        assert_eq!(none["properties"]["tags"], json!({}), "{scope}");
        assert_eq!(
            none["id"],
            format!("{scope}/providers/Microsoft.Resources/tags/default")
        );
        let set = azure
            .put(&path, body(json!({"Dept": "a", "Env": "b"})))
            .await
            .is(200)
            .json();
        assert_eq!(set["type"], "Microsoft.Resources/tags");
        let of = async || azure.get(&own).await.is(200).json()["tags"].clone();
        assert_eq!(of().await, json!({"Dept": "a", "Env": "b"}), "{scope}");
        azure
            .patch(&path, patch("Merge", json!({"dept": "c", "x": "y"})))
            .await
            .is(200);
        assert_eq!(of().await, json!({"Dept": "c", "Env": "b", "x": "y"}));
        azure
            .patch(&path, patch("Delete", json!({"DEPT": "", "Env": "z"})))
            .await
            .is(200);
        assert_eq!(of().await, json!({"Env": "b", "x": "y"}));
        azure
            .patch(&path, patch("Replace", json!({"n": "m"})))
            .await
            .is(200);
        assert_eq!(of().await, json!({"n": "m"}));
        azure.delete(&path).await.is(200);
        let left = azure.get(&path).await.is(200).json();
        assert_eq!(left["properties"]["tags"], json!({}));
    }
}

#[tokio::test(start_paused = true)]
async fn what_tags_are_refused_for() {
    let azure = Azure::start().await;
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    azure
        .patch(&tags(&machine), patch("Add", json!({})))
        .await
        .fails(400, "InvalidTagsPatchOperation");
    azure
        .put(&tags(&machine), body(json!({"a/b": "c"})))
        .await
        .fails(400, "InvalidTagNameCharacters");
    let half = |from: usize| -> Value {
        (from..from + 30)
            .map(|i| (i.to_string(), json!("")))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    azure.put(&tags(&machine), body(half(0))).await.is(200);
    azure
        .patch(&tags(&machine), patch("Merge", half(30)))
        .await
        .fails(400, "TooManyTags");
    let absent = in_group("Microsoft.Compute/virtualMachines/absent");
    azure
        .get(&tags(&absent))
        .await
        .fails(404, "ResourceNotFound");

    let etag = azure.get(&vm("myVM")).await.json()["etag"].clone();
    azure.delete(&tags(&machine)).await.is(200);
    assert_ne!(azure.get(&vm("myVM")).await.json()["etag"], etag);
    let answer = azure.patch(&vm("myVM"), json!({})).await.is(200);
    azure
        .put(&tags(&machine), body(json!({})))
        .await
        .fails(409, "Conflict");
    azure.wait_for(&answer).await;
    azure.put(&tags(&machine), body(json!({}))).await.is(200);
}
