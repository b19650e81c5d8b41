use std::time::Duration;

use emulator::{Options, seed};
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, C, V, in_group, key, sub, uai, vm};

fn wants(kind: &str, map: Value) -> Value {
    json!({"identity": {"type": kind, "userAssignedIdentities": map}})
}

/// Patches the machine and waits; the machine afterwards.
async fn patched(azure: &Azure, body: Value) -> Value {
    let answer = azure.patch(&vm("myVM"), body).await.is(200);
    assert_eq!(azure.wait_for(&answer).await["status"], "Succeeded");
    azure.get(&vm("myVM")).await.is(200).json()
}

#[tokio::test(start_paused = true)]
async fn a_patch_is_an_operation_whatever_its_status() {
    let azure = Azure::start().await;
    let identity = azure.identity("abc").await;
    let before = azure.get(&vm("MYVM")).await.is(200);
    assert_eq!(before.header("etag"), "\"1\"");
    let before = before.json();
    assert_eq!(before["etag"], "\"1\"");
    assert_eq!(before["name"], "myVM");
    assert_eq!(before.get("identity"), None);

    let id = identity["id"].as_str().unwrap();
    let answer = azure
        .patch(&vm("myVM"), wants("UserAssigned", json!({ id: {} })))
        .await
        .is(200);
    assert_eq!(answer.headers.get("location"), None);
    assert_eq!(answer.headers.get("retry-after"), None);
    assert_eq!(answer.header("etag"), "\"2\"");
    assert_eq!(
        answer.header("x-ms-ratelimit-remaining-resource"),
        "Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;10"
    );
    let url = answer.header("azure-asyncoperation");
    assert!(
        url.starts_with(&format!(
            "{}{}",
            azure.emulator.endpoint(),
            sub("/providers/Microsoft.Compute/locations/eastus/operations/")
        )),
        "{url}"
    );
    assert!(url.len() > 3_000, "several kilobytes: {}", url.len());
    let body = answer.json();
    assert_eq!(body["properties"]["provisioningState"], "Updating");
    assert_eq!(
        body["identity"],
        json!({"type": "UserAssigned", "userAssignedIdentities": { key("abc"): {} }})
    );
    assert_eq!(
        azure.get(&vm("myVM")).await.json(),
        body,
        "a key just added is empty"
    );

    let status = azure.wait_for(&answer).await;
    assert_eq!(status["status"], "Succeeded");
    assert!(status["endTime"].is_string());
    let after = azure.get(&vm("myVM")).await.json();
    assert_eq!(after["properties"]["provisioningState"], "Succeeded");
    assert_eq!(after["etag"], "\"2\"");
    let known = json!({"principalId": identity["properties"]["principalId"], "clientId": identity["properties"]["clientId"]});
    assert_eq!(
        after["identity"]["userAssignedIdentities"][key("abc")],
        known
    );
    assert_eq!(
        after["properties"]["hardwareProfile"],
        before["properties"]["hardwareProfile"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_url_of_an_operation_must_come_back_as_it_was() {
    let azure = Azure::start().await;
    azure.set(json!({"retryAfterSeconds": 35})).await;
    let answer = azure
        .patch(&vm("myVM"), json!({"tags": {"a": "b"}}))
        .await
        .is(200);
    let url = answer.header("azure-asyncoperation").to_owned();
    assert_eq!(azure.get(&url).await.is(200).header("retry-after"), "35");
    azure
        .get(&url[..url.len() - 1])
        .await
        .fails(403, "AuthorizationFailed");
    azure
        .get(&url[..2_048])
        .await
        .fails(403, "AuthorizationFailed");
    let (bare, _) = url.split_once("&t=").unwrap();
    azure.get(bare).await.fails(403, "AuthorizationFailed");
    let (path, query) = url.split_once('?').unwrap();
    azure
        .get(&format!("{path}0?{query}"))
        .await
        .fails(404, "ResourceNotFound");
    let unsigned = azure.raw(Method::GET, &url, &[], "").await.unwrap();
    unsigned.fails(401, "AuthenticationFailed");
    tokio::time::advance(Duration::from_secs(1)).await;
    let done = azure.get(&url).await.is(200);
    assert_eq!(done.headers.get("retry-after"), None);
}

#[tokio::test(start_paused = true)]
async fn a_short_operation_says_how_short() {
    let azure = Azure::start().await;
    let body = || json!({"tags": {"a": "b"}});
    let answer = azure.patch(&vm("myVM"), body()).await.is(200);
    assert_eq!(answer.headers.get("x-ms-retry-after-ms"), None);
    azure.wait_for(&answer).await;

    azure.set(json!({"operationMs": 200})).await;
    let answer = azure.patch(&vm("myVM"), body()).await.is(200);
    assert_eq!(answer.header("x-ms-retry-after-ms"), "200");
    let url = answer.header("azure-asyncoperation").to_owned();
    let running = azure.get(&url).await.is(200);
    assert_eq!(running.header("x-ms-retry-after-ms"), "200");
    tokio::time::advance(Duration::from_millis(200)).await;
    let done = azure.get(&url).await.is(200);
    assert_eq!(done.headers.get("x-ms-retry-after-ms"), None);

    azure
        .set(json!({"operationMs": 0, "retryAfterSeconds": 2}))
        .await;
    let deleted = azure.delete(&vm("myVM")).await.is(202);
    assert_eq!(deleted.header("retry-after"), "2");
    assert_eq!(deleted.headers.get("x-ms-retry-after-ms"), None);
}

#[tokio::test(start_paused = true)]
async fn a_patch_merges_the_map() {
    let azure = Azure::start().await;
    for name in ["one", "two", "three"] {
        azure.identity(name).await;
    }
    patched(
        &azure,
        wants("UserAssigned", json!({ key("one"): {}, key("two"): {} })),
    )
    .await;
    let machine = patched(
        &azure,
        wants(
            "UserAssigned",
            json!({ key("TWO").to_lowercase(): null, key("three"): {} }),
        ),
    )
    .await;
    let mut left: Vec<&String> = machine["identity"]["userAssignedIdentities"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    left.sort();
    assert_eq!(left, [&key("one"), &key("three")]);
    let machine = patched(&azure, wants("SystemAssigned,UserAssigned", Value::Null)).await;
    assert_eq!(machine["identity"]["type"], "SystemAssigned, UserAssigned");
    assert_eq!(machine["identity"]["tenantId"], seed::TENANT_ID);
    assert_eq!(
        machine["identity"]["userAssignedIdentities"]
            .as_object()
            .unwrap()
            .len(),
        2
    );
    let machine = patched(&azure, wants("UserAssigned", Value::Null)).await;
    assert_eq!(machine["identity"].get("principalId"), None);
    let machine = patched(
        &azure,
        wants(
            "SystemAssigned",
            json!({ key("one"): null, key("three"): null }),
        ),
    )
    .await;
    assert_eq!(machine["identity"].get("userAssignedIdentities"), None);
    assert_eq!(machine["identity"]["type"], "SystemAssigned");
    let machine = patched(&azure, wants("None", Value::Null)).await;
    assert_eq!(machine.get("identity"), None);
}

#[tokio::test(start_paused = true)]
async fn a_put_replaces_the_map() {
    let azure = Azure::start().await;
    for name in ["one", "two"] {
        azure.identity(name).await;
    }
    let path = vm("new-VM");
    let mut body = wants("UserAssigned", json!({ key("one"): {}, key("two"): {} }));
    body["location"] = json!("East US");
    body["zones"] = json!(["1"]);
    body["properties"] = json!({"hardwareProfile": {"vmSize": "S"}, "osProfile": {"adminPassword": "secret", "adminUsername": "u"}});
    let made = azure.put(&path, body.clone()).await.is(201);
    assert_eq!(made.json()["properties"]["provisioningState"], "Creating");
    assert_eq!(azure.wait_for(&made).await["status"], "Succeeded");
    let machine = azure.get(&path).await.json();
    assert_eq!(machine["zones"], json!(["1"]));
    assert_eq!(
        machine["properties"]["osProfile"],
        json!({"adminUsername": "u"}),
        "no passwords"
    );
    assert_eq!(machine["etag"], "\"1\"");

    body["identity"]["userAssignedIdentities"] = json!({ key("two"): {} });
    body["tags"] = json!({"a": "b"});
    let answer = azure.put(&path, body).await.is(200);
    azure.wait_for(&answer).await;
    let machine = azure.get(&path).await.json();
    assert_eq!(
        machine["identity"]["userAssignedIdentities"]
            .as_object()
            .unwrap()
            .len(),
        1
    );
    let answer = azure
        .put(&path, json!({"location": "eastus"}))
        .await
        .is(200);
    azure.wait_for(&answer).await;
    let machine = azure.get(&path).await.json();
    assert!(
        machine["identity"]["userAssignedIdentities"][key("two")]["principalId"].is_string(),
        "a body without identity changes none"
    );
    assert_eq!((machine.get("zones"), &machine["tags"]), (None, &json!({})));
    azure
        .put(&path, json!({"location": "westus"}))
        .await
        .fails(409, "InvalidResourceLocation");
    azure
        .put(&path, json!({}))
        .await
        .fails(400, "LocationRequired");
    azure
        .put(&vm("bad_"), json!({"location": "eastus"}))
        .await
        .is(201);
    azure
        .put(&vm("_bad"), json!({"location": "eastus"}))
        .await
        .fails(400, "InvalidParameter");
}

#[tokio::test(start_paused = true)]
async fn other_properties_are_merged_shallowly() {
    let azure = Azure::start().await;
    let machine = patched(&azure, json!({
        "tags": {"a": "b"},
        "properties": {"hardwareProfile": {"vmSize": "L"}, "userData": "x", "networkProfile": null},
    })).await;
    assert_eq!(machine["tags"], json!({"a": "b"}));
    assert_eq!(machine["properties"]["hardwareProfile"]["vmSize"], "L");
    assert_eq!(machine["properties"].get("networkProfile"), None);
    assert!(machine["properties"]["storageProfile"].is_object());
}

#[tokio::test(start_paused = true)]
async fn etags_guard_writes() {
    let azure = Azure::start().await;
    let body = json!({"tags": {"a": "b"}});
    let conditional = async |method: Method, header: &'static str, etag: &str| -> Answer {
        let mut body = body.clone();
        body["location"] = json!("eastus");
        azure
            .send(method, &vm("myVM"), &[(header, etag)], body)
            .await
    };
    let failed = conditional(Method::PATCH, "if-match", "\"7\"").await;
    failed.fails(412, "PreconditionFailed");
    conditional(Method::PUT, "if-match", "\"7\"")
        .await
        .fails(412, "PreconditionFailed");
    conditional(Method::PUT, "if-none-match", "*")
        .await
        .fails(412, "PreconditionFailed");
    let answer = conditional(Method::PATCH, "if-match", "\"1\"")
        .await
        .is(200);
    azure.wait_for(&answer).await;
    conditional(Method::PATCH, "if-match", "\"1\"")
        .await
        .fails(412, "PreconditionFailed");
    let answer = conditional(Method::PUT, "if-match", "\"2\"").await.is(200);
    azure.wait_for(&answer).await;
    let answer = conditional(Method::PATCH, "if-match", "*").await.is(200);
    assert_eq!(answer.header("etag"), "\"4\"");
    let log = azure.log().await;
    assert_eq!(log.last().unwrap()["ifMatch"], "*");
    let new = azure
        .send(
            Method::PUT,
            &vm("other"),
            &[("if-match", "*")],
            json!({"location": "eastus"}),
        )
        .await;
    new.fails(412, "PreconditionFailed");
}

#[tokio::test(start_paused = true)]
async fn one_write_at_a_time() {
    let azure = Azure::start().await;
    let body = json!({"tags": {"a": "b"}});
    let first = azure.patch(&vm("myVM"), body.clone()).await.is(200);
    let second = azure
        .patch(&vm("myVM"), body.clone())
        .await
        .fails(409, "Conflict");
    assert!(
        second
            .message()
            .starts_with("The request failed due to conflict with a concurrent request.")
    );
    azure.delete(&vm("myVM")).await.fails(409, "Conflict");
    azure.wait_for(&first).await;
    azure.patch(&vm("myVM"), body).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn identities_that_do_not_exist() {
    let azure = Azure::start().await;
    for name in ["live", "dead"] {
        azure.identity(name).await;
    }
    let named = azure
        .patch(
            &vm("myVM"),
            wants("UserAssigned", json!({ key("never"): {} })),
        )
        .await;
    let named = named.fails(400, "FailedIdentityOperation");
    let machine_id = in_group("Microsoft.Compute/virtualMachines/myVM");
    let message = |name: &str| {
        format!(
            "Identity operation for resource '{machine_id}' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{{\"error\":{{\"code\":\"BadRequest\",\"message\":\"Resource '{}' was not found.\"}}}}'.'.",
            key(name)
        )
    };
    assert_eq!(named.message(), message("never"));
    assert_eq!(
        azure.get(&vm("myVM")).await.json()["etag"],
        "\"1\"",
        "nothing happened"
    );

    patched(
        &azure,
        wants("UserAssigned", json!({ key("live"): {}, key("dead"): {} })),
    )
    .await;
    azure.delete(&uai("dead")).await.is(200);
    let before = azure.get(&vm("myVM")).await.json();
    assert_eq!(
        before["identity"]["userAssignedIdentities"]
            .as_object()
            .unwrap()
            .len(),
        2,
        "references stay"
    );

    let answer = azure
        .patch(
            &vm("myVM"),
            wants("SystemAssigned, UserAssigned", Value::Null),
        )
        .await
        .is(200);
    let status = azure.wait_for(&answer).await;
    assert_eq!(status["status"], "Failed");
    assert_eq!(status["error"]["code"], "FailedIdentityOperation");
    assert_eq!(status["error"]["message"], message("dead"));
    let after = azure.get(&vm("myVM")).await.json();
    assert_eq!(after["identity"], before["identity"], "as before");
    assert_eq!(after["properties"]["provisioningState"], "Failed");
    assert_ne!(after["etag"], before["etag"]);

    let machine = patched(&azure, wants("UserAssigned", json!({ key("dead"): null }))).await;
    assert_eq!(machine["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        machine["identity"]["userAssignedIdentities"]
            .as_object()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn bad_identities_are_refused_at_once() {
    let azure = Azure::start().await;
    let send = async |body: Value| azure.patch(&vm("myVM"), body).await;
    let answer = send(wants("UserAssigned", json!({ "myId": {} })))
        .await
        .fails(400, "InvalidParameter");
    assert_eq!(
        answer.json()["error"]["target"],
        "resourceIdentity.identityIds"
    );
    send(wants("UserAssigned", Value::Null))
        .await
        .fails(400, "MissingIdentityIds");
    send(wants("Whatever", Value::Null))
        .await
        .fails(400, "InvalidParameter");
    send(json!({"properties": 1}))
        .await
        .fails(400, "InvalidRequestContent");
    azure.identity("abc").await;
    let answer = send(wants("SystemAssigned", json!({ key("abc"): {} })))
        .await
        .fails(400, "InvalidParameter");
    assert_eq!(
        answer.message(),
        "ResourceIdentity identityIds should not be provided if the type is \"SystemAssigned\"."
    );
    azure
        .patch(&vm("none"), json!({}))
        .await
        .fails(404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn lists_and_deletion() {
    let azure = Azure::with(Options {
        page_size: 1,
        operation_time: Duration::ZERO,
        ..Options::default()
    })
    .await;
    azure
        .put(&vm("another"), json!({"location": "eastus"}))
        .await
        .is(201);
    for path in [
        in_group(&format!("Microsoft.Compute/virtualMachines?{C}")),
        sub(&format!(
            "/providers/microsoft.compute/virtualmachines?{C}&statusOnly=false"
        )),
    ] {
        let first = azure.get(&path).await.is(200).json();
        assert_eq!(first["value"][0]["name"], "another");
        assert_eq!(
            first["value"][0]["properties"]["provisioningState"], "Succeeded",
            "no time at all"
        );
        let second = azure
            .get(first["nextLink"].as_str().unwrap())
            .await
            .is(200)
            .json();
        assert_eq!(second["value"][0]["name"], "myVM");
        assert_eq!(second.get("nextLink"), None);
    }
    azure.set(json!({"operationMs": 1_000})).await;
    let answer = azure.delete(&vm("another")).await.is(202);
    let location = answer.header("location").to_owned();
    azure.get(&location).await.is(202);
    assert_eq!(
        azure.get(&vm("another")).await.json()["properties"]["provisioningState"],
        "Deleting"
    );
    assert_eq!(azure.wait_for(&answer).await["status"], "Succeeded");
    azure.get(&location).await.is(200);
    azure
        .get(&vm("another"))
        .await
        .fails(404, "ResourceNotFound");
    azure.delete(&vm("another")).await.is(204);
    azure
        .get(&format!("{}&$expand=instanceView", vm("myVM")))
        .await
        .is(200);
}

#[tokio::test(start_paused = true)]
async fn writes_of_one_machine_can_be_limited() {
    let azure = Azure::with(Options {
        operation_time: Duration::ZERO,
        ..Options::default()
    })
    .await;
    azure.set(json!({"vmWriteLimit": 2})).await;
    let body = json!({"tags": {}});
    let answer = azure.patch(&vm("myVM"), body.clone()).await.is(200);
    assert!(
        answer
            .header("x-ms-ratelimit-remaining-resource")
            .ends_with("UpdateVMResource;1")
    );
    azure.patch(&vm("MYVM"), body.clone()).await.is(200);
    let answer = azure
        .patch(&vm("myVM"), body.clone())
        .await
        .fails(429, "OperationNotAllowed");
    assert_eq!(
        answer.json()["error"]["details"][0]["code"],
        "TooManyRequests"
    );
    assert_eq!(answer.header("retry-after"), "30");
    tokio::time::advance(Duration::from_secs(30)).await;
    azure.patch(&vm("myVM"), body).await.is(200);
    azure
        .get(&format!(
            "{}?{V}",
            in_group("Microsoft.Compute/virtualMachines")
        ))
        .await
        .is(200);
}

#[tokio::test(start_paused = true)]
async fn headers_say_what_is_left_of_each_limit() {
    let azure = Azure::start().await;
    let answer = azure.patch(&vm("myVM"), json!({})).await.is(200);
    for (name, value) in [
        ("x-ms-ratelimit-remaining-subscription-writes", "199"),
        (
            "x-ms-ratelimit-remaining-subscription-global-writes",
            "2999",
        ),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let reads = "x-ms-ratelimit-remaining-subscription-reads";
    assert_eq!(answer.headers.get(reads), None);
    let operation = answer.header("x-ms-operation-identifier");
    assert!(
        operation.starts_with(&format!(
            "tenantId={},objectId={}/eastus/",
            seed::TENANT_ID,
            seed::PRINCIPAL_ID
        )),
        "{operation}"
    );
    let poll = azure
        .get(answer.header("azure-asyncoperation"))
        .await
        .is(200);
    assert_eq!(poll.header(reads), "249");
    assert_eq!(
        poll.header("x-ms-ratelimit-remaining-resource"),
        "Microsoft.Compute/GetOperationResource;44,Microsoft.Compute/GetOperationSubscriptionMaximum;14998"
    );
    poll.header("x-ms-operation-identifier");
    let read = azure.get(&vm("myVM")).await.is(200);
    assert_eq!(read.header(reads), "249");
    assert_eq!(read.headers.get("x-ms-operation-identifier"), None);
    azure.identity("abc").await;
    let deleted = azure.delete(&uai("abc")).await.is(200);
    assert_eq!(
        deleted.header("x-ms-ratelimit-remaining-subscription-deletes"),
        "199"
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_machine_is_whole() {
    let azure = Azure::start().await;
    let machine = azure.get(&vm("myVM")).await.is(200).json();
    let properties = &machine["properties"];
    for member in ["vmId", "timeCreated", "hardwareProfile", "osProfile"] {
        assert!(!properties[member].is_null(), "{member}");
    }
    let storage = &properties["storageProfile"];
    let image = &storage["imageReference"];
    let version = sub(&format!(
        "/providers/Microsoft.Compute/locations/eastus/publishers/{}/artifacttypes/vmimage/offers/{}/skus/{}/versions/{}?{C}",
        image["publisher"].as_str().unwrap(),
        image["offer"].as_str().unwrap(),
        image["sku"].as_str().unwrap(),
        image["exactVersion"].as_str().unwrap(),
    ));
    azure.get(&version).await.is(200);
    // Every id in it, and in what these name, is of something that is there.
    let get = async |id: &Value, version: &str| {
        let path = format!("{}?api-version={version}", id.as_str().unwrap());
        azure.get(&path).await.is(200).json()
    };
    for (disk, caching) in [
        (&storage["osDisk"], "ReadWrite"),
        (&storage["dataDisks"][0], "ReadOnly"),
    ] {
        assert_eq!(disk["caching"], caching);
        let found = get(&disk["managedDisk"]["id"], "2024-03-02").await;
        assert_eq!(found["name"], disk["name"]);
        assert_eq!(found["properties"]["diskSizeGB"], disk["diskSizeGB"]);
        assert_eq!(found["managedBy"], machine["id"]);
    }
    let interface = &properties["networkProfile"]["networkInterfaces"][0]["id"];
    let interface = get(interface, "2024-05-01").await;
    assert_eq!(
        interface["properties"]["virtualMachine"]["id"],
        machine["id"]
    );
    get(
        &interface["properties"]["networkSecurityGroup"]["id"],
        "2024-05-01",
    )
    .await;
    let configuration = &interface["properties"]["ipConfigurations"][0]["properties"];
    assert_eq!(configuration["privateIPAddress"], "10.0.0.4");
    get(&configuration["publicIPAddress"]["id"], "2024-05-01").await;
    let subnet = get(&configuration["subnet"]["id"], "2024-05-01").await;
    assert_eq!(subnet["name"], "myVMSubnet");
}
