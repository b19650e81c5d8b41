//! Management locks, and what they refuse.

use emulator::seed;
use serde_json::{Value, json};

use crate::support::{Azure, C, R, in_group, sub, uai, vm};

const L: &str = "api-version=2020-05-01";

fn group() -> String {
    sub(&format!("/resourceGroups/{}", seed::RESOURCE_GROUP))
}

fn lock(scope: &str, name: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/{name}?{L}")
}

fn level(level: &str) -> Value {
    json!({"properties": {"level": level, "notes": "Ask the team."}})
}

async fn listed(azure: &Azure, scope: &str, filter: &str) -> Vec<String> {
    let path = format!("{scope}/providers/Microsoft.Authorization/locks?{L}{filter}");
    let list = azure.get(&path).await.is(200).json();
    let items = list["value"].as_array().unwrap().iter();
    items
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn locks_are_made_read_listed_and_removed() {
    let azure = Azure::start().await;
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    let made = azure
        .put(&lock(&group(), "Keep"), level("CanNotDelete"))
        .await
        .is(201)
        .json();
    assert_eq!(
        made,
        json!({
            "id": format!("{}/providers/Microsoft.Authorization/locks/Keep", group()),
            "name": "Keep",
            "type": "Microsoft.Authorization/locks",
            "properties": {"level": "CanNotDelete", "notes": "Ask the team."},
        })
    );
    assert_eq!(
        azure.get(&lock(&group(), "KEEP")).await.is(200).json(),
        made
    );
    azure
        .put(
            &lock(&group(), "keep"),
            json!({"properties": {"level": "ReadOnly"}}),
        )
        .await
        .is(200);
    azure
        .put(&lock(&machine, "vm"), level("CanNotDelete"))
        .await
        .is(201);
    azure
        .put(&lock(&sub(""), "all"), level("CanNotDelete"))
        .await
        .is(201);
    assert_eq!(listed(&azure, &sub(""), "").await.len(), 3);
    assert_eq!(
        listed(&azure, &sub(""), "&$filter=atScope()").await,
        ["all"]
    );
    assert_eq!(
        listed(&azure, &machine, "&$filter=atScope()").await.len(),
        3
    );
    assert_eq!(
        listed(&azure, &group(), "&$filter=atScope()").await.len(),
        2
    );
    let other = sub(&format!("/resourceGroups/{}", seed::SECOND_RESOURCE_GROUP));
    assert_eq!(listed(&azure, &other, "").await, ["all"]);

    for (body, code) in [
        (level("Sometimes"), "InvalidLock"),
        (json!({}), "InvalidLock"),
        (json!({"properties": 1}), "InvalidRequestContent"),
    ] {
        azure.put(&lock(&group(), "x"), body).await.fails(400, code);
    }
    let absent = in_group("Microsoft.Compute/virtualMachines/absent");
    azure
        .put(&lock(&absent, "x"), level("ReadOnly"))
        .await
        .fails(404, "ResourceNotFound");
    azure
        .get(&lock(&group(), "x"))
        .await
        .fails(404, "LockNotFound");
    azure
        .get(
            &format!(
                "{}&$filter=name eq 'x'",
                lock(&group(), "").replace("/?", "?")
            )
            .replace(' ', "%20"),
        )
        .await
        .fails(400, "UnsupportedFilter");
    azure.delete(&lock(&machine, "vm")).await.is(200);
    azure.delete(&lock(&machine, "vm")).await.is(204);
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_forbids_deletion_lets_writes_pass() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    azure
        .put(&lock(&machine, "keep"), level("CanNotDelete"))
        .await
        .is(201);
    let answer = azure
        .patch(&vm("myVM"), json!({"tags": {"a": "b"}}))
        .await
        .is(200);
    azure.wait_for(&answer).await;
    let refused = azure.delete(&vm("myVM")).await.fails(409, "ScopeLocked");
    assert_eq!(
        refused.message(),
        format!(
            "The scope '{machine}' cannot perform delete operation because following scope(s) are locked: '{machine}'. Please remove the lock and try again."
        )
    );
    assert_eq!(refused.header("x-ms-failure-cause"), "gateway");
    // The group would take it along.
    let refused = azure
        .delete(&format!("{}?{R}", group()))
        .await
        .fails(409, "ScopeLocked");
    assert!(refused.message().contains(&format!("locked: '{machine}'")));
    azure.delete(&uai("abc")).await.is(200);
    azure.delete(&lock(&machine, "keep")).await.is(200);
    azure.delete(&vm("myVM")).await.is(202);
}

#[tokio::test(start_paused = true)]
async fn a_lock_for_reading_alone_refuses_every_write_below_it() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    azure
        .put(&lock(&group(), "frozen"), level("ReadOnly"))
        .await
        .is(201);
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    let refused = azure
        .patch(&vm("myVM"), json!({"tags": {}}))
        .await
        .fails(409, "ScopeLocked");
    assert_eq!(
        refused.message(),
        format!(
            "The scope '{machine}' cannot perform write operation because following scope(s) are locked: '{}'. Please remove the lock and try again.",
            group()
        )
    );
    let start = format!("{machine}/start?{C}");
    let refused = azure.post(&start, Value::Null).await;
    let refused = refused.fails(409, "ScopeLocked");
    assert!(
        refused
            .message()
            .starts_with(&format!("The scope '{machine}' cannot perform write"))
    );
    azure
        .put(&uai("new"), json!({"location": "eastus"}))
        .await
        .fails(409, "ScopeLocked");
    azure.delete(&uai("abc")).await.fails(409, "ScopeLocked");
    let role = format!(
        "{machine}/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111?api-version=2022-04-01"
    );
    azure.put(&role, json!({})).await.fails(409, "ScopeLocked");
    azure.get(&vm("myVM")).await.is(200);

    // Both locks are named; the name of a group that begins alike is no part of it.
    azure
        .put(&lock(&sub(""), "all"), level("ReadOnly"))
        .await
        .is(201);
    let refused = azure.delete(&uai("abc")).await.fails(409, "ScopeLocked");
    assert!(
        refused
            .message()
            .contains(&format!("locked: '{},{}'", sub(""), group()))
    );
    azure.delete(&lock(&sub(""), "all")).await.is(200);
    let longer = format!("{}2?{R}", group());
    azure
        .put(&longer, json!({"location": "eastus"}))
        .await
        .is(201);

    azure.delete(&lock(&group(), "frozen")).await.is(200);
    azure.delete(&uai("abc")).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn locks_go_with_what_they_are_on() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let id = in_group("Microsoft.ManagedIdentity/userAssignedIdentities/abc");
    let inner = format!("{id}/federatedIdentityCredentials/x");
    azure
        .put(&lock(&id, "one"), level("ReadOnly"))
        .await
        .is(201);
    azure
        .put(
            &format!("{inner}?{}", crate::support::V),
            json!({"properties": {"issuer": "https://x", "subject": "y", "audiences": ["api://AzureADTokenExchange"]}}),
        )
        .await
        .fails(409, "ScopeLocked");
    azure.delete(&lock(&id, "one")).await.is(200);
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    azure.delete(&lock(&machine, "x")).await.is(204);
    assert!(listed(&azure, &group(), "").await.is_empty());
}
