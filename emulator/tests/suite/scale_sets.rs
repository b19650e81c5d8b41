use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Azure, C, in_group, key};

fn set(rest: &str) -> String {
    in_group(&format!(
        "Microsoft.Compute/virtualMachineScaleSets/mySet{rest}?{C}"
    ))
}

async fn create(azure: &Azure, mode: &str) {
    let body = json!({
        "location": "eastus",
        "sku": {"name": "Standard_B1s", "capacity": 2},
        "properties": {"upgradePolicy": {"mode": mode}},
    });
    let answer = azure.put(&set(""), body).await;
    assert!([200, 201].contains(&answer.status), "{answer:?}");
    assert_eq!(azure.wait_for(&answer).await["status"], "Succeeded");
}

async fn latest(azure: &Azure) -> Vec<bool> {
    let list = azure.get(&set("/virtualMachines")).await.is(200).json();
    let instances = list["value"].as_array().unwrap();
    instances
        .iter()
        .map(|i| i["properties"]["latestModelApplied"].as_bool().unwrap())
        .collect()
}

fn wants(name: &str) -> Value {
    json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": { key(name): {} }}})
}

#[tokio::test(start_paused = true)]
async fn instances_of_a_manual_set_wait_for_their_upgrade() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    create(&azure, "Manual").await;
    assert_eq!(latest(&azure).await, [true, true]);
    let answer = azure.patch(&set(""), wants("abc")).await.is(200);
    assert_eq!(answer.json()["properties"]["provisioningState"], "Updating");
    assert_eq!(azure.wait_for(&answer).await["status"], "Succeeded");
    let body = azure.get(&set("")).await.json();
    assert!(body["identity"]["userAssignedIdentities"][key("abc")]["principalId"].is_string());
    assert_eq!(body["etag"], "\"2\"");
    assert_eq!(latest(&azure).await, [false, false]);

    let answer = azure
        .post(&set("/manualupgrade"), json!({"instanceIds": ["1"]}))
        .await
        .is(202);
    azure
        .post(&set("/manualupgrade"), json!({"instanceIds": ["0"]}))
        .await
        .fails(409, "Conflict");
    let location = answer.header("location").to_owned();
    azure.get(&location).await.is(202);
    assert_eq!(azure.wait_for(&answer).await["status"], "Succeeded");
    azure.get(&location).await.is(200);
    assert_eq!(latest(&azure).await, [false, true]);
    let instance = azure.get(&set("/virtualMachines/1")).await.is(200).json();
    assert_eq!(instance["identity"]["type"], "UserAssigned");
    assert_eq!(
        azure
            .get(&set("/virtualMachines/0"))
            .await
            .json()
            .get("identity"),
        None
    );
    let answer = azure
        .post(&set("/manualupgrade"), json!({"instanceIds": ["*"]}))
        .await
        .is(202);
    azure.wait_for(&answer).await;
    assert_eq!(latest(&azure).await, [true, true]);

    // Tags are no part of the model; more instances start with it.
    let answer = azure
        .patch(
            &set(""),
            json!({"tags": {"a": "b"}, "sku": {"name": "Standard_B1s", "capacity": 3}}),
        )
        .await
        .is(200);
    azure.wait_for(&answer).await;
    assert_eq!(latest(&azure).await, [true, true, true]);

    azure
        .post(&set("/manualupgrade"), json!({}))
        .await
        .fails(400, "InvalidParameter");
    let answer = azure
        .post(&set("/manualupgrade"), json!({"instanceIds": ["9"]}))
        .await
        .fails(400, "InvalidParameter");
    assert_eq!(answer.json()["error"]["target"], "instanceIds");
    azure
        .get(&set("/virtualMachines/9"))
        .await
        .fails(404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn instances_of_an_automatic_set_follow() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    create(&azure, "Automatic").await;
    let answer = azure.patch(&set(""), wants("abc")).await.is(200);
    azure.wait_for(&answer).await;
    assert_eq!(latest(&azure).await, [true, true]);
    let instance = azure.get(&set("/virtualMachines/0")).await.is(200).json();
    assert!(instance["identity"]["userAssignedIdentities"][key("abc")]["clientId"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_put_of_location_and_sku_alone_scales_and_keeps_the_rest() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let mut body = wants("abc");
    body["location"] = json!("eastus");
    body["tags"] = json!({"a": "b"});
    body["zones"] = json!(["1"]);
    body["sku"] = json!({"name": "Standard_B1s", "tier": "Standard", "capacity": 2});
    body["properties"] = json!({
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {"osProfile": {"computerNamePrefix": "web"}},
    });
    let answer = azure.put(&set(""), body.clone()).await.is(201);
    azure.wait_for(&answer).await;
    let before = azure.get(&set("")).await.json();

    let scaled = json!({
        "location": "eastus",
        "sku": {"name": "Standard_B1s", "tier": "Standard", "capacity": 3},
    });
    let answer = azure.put(&set(""), scaled).await.is(200);
    azure.wait_for(&answer).await;
    let after = azure.get(&set("")).await.json();
    for member in ["tags", "zones", "identity"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    let profile = |set: &Value| set["properties"]["virtualMachineProfile"].clone();
    assert_eq!(profile(&after), profile(&before));
    assert_eq!(after["properties"]["upgradePolicy"]["mode"], "Manual");
    assert_eq!(after["sku"]["capacity"], 3);
    assert_eq!(latest(&azure).await, [true, true, true]);

    // What it names is replaced, with all that is in it.
    let named = json!({
        "location": "eastus",
        "properties": {"virtualMachineProfile": {"licenseType": "None"}, "upgradePolicy": null},
    });
    let answer = azure.put(&set(""), named).await.is(200);
    azure.wait_for(&answer).await;
    let after = azure.get(&set("")).await.json();
    assert_eq!(profile(&after), json!({"licenseType": "None"}));
    assert_eq!(after["properties"]["upgradePolicy"]["mode"], "Manual");
    assert_eq!(after["sku"]["capacity"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_patch_changes_what_it_names_at_any_depth() {
    let azure = Azure::start().await;
    create(&azure, "Manual").await;
    let patch = json!({
        "sku": {"capacity": 4},
        "properties": {"upgradePolicy": {"rollingUpgradePolicy": {"maxBatchInstancePercent": 20}}},
    });
    let answer = azure.patch(&set(""), patch).await.is(200);
    azure.wait_for(&answer).await;
    let after = azure.get(&set("")).await.json();
    assert_eq!(after["sku"], json!({"name": "Standard_B1s", "capacity": 4}));
    assert_eq!(
        after["properties"]["upgradePolicy"],
        json!({"mode": "Manual", "rollingUpgradePolicy": {"maxBatchInstancePercent": 20}})
    );

    let patch =
        json!({"properties": {"hardwareProfile": {"vmSizeProperties": {"vCPUsAvailable": 1}}}});
    let machine = crate::support::vm("myVM");
    let answer = azure.patch(&machine, patch).await.is(200);
    azure.wait_for(&answer).await;
    let hardware = azure.get(&machine).await.json()["properties"]["hardwareProfile"].clone();
    assert_eq!(
        hardware,
        json!({"vmSize": "Standard_B2ms", "vmSizeProperties": {"vCPUsAvailable": 1}})
    );
}

#[tokio::test(start_paused = true)]
async fn sets_and_machines_are_two_types() {
    let azure = Azure::start().await;
    create(&azure, "Manual").await;
    let names = async |kind: &str| -> Vec<String> {
        let list = azure
            .get(&in_group(&format!("Microsoft.Compute/{kind}?{C}")))
            .await
            .is(200)
            .json();
        list["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("virtualMachines").await, ["myVM"]);
    assert_eq!(names("virtualMachineScaleSets").await, ["mySet"]);
    azure
        .get(&set("").replace("virtualMachineScaleSets", "virtualMachines"))
        .await
        .is(404);
    let stale = azure
        .send(
            Method::PATCH,
            &set(""),
            &[("if-match", "\"0\"")],
            json!({"tags": {}}),
        )
        .await;
    stale.fails(412, "PreconditionFailed");
    let answer = azure.delete(&set("")).await.is(202);
    azure.wait_for(&answer).await;
    azure.get(&set("")).await.fails(404, "ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn how_long_to_wait_is_as_azure_says_and_never_beyond_the_end() {
    let azure = Azure::start().await;
    let body = json!({"location": "eastus", "sku": {"name": "Standard_B1s", "capacity": 1}});
    let answer = azure.put(&set(""), body).await.is(201);
    assert_eq!(
        answer.header("retry-after"),
        "1",
        "the operation takes a second"
    );
    azure.wait_for(&answer).await;

    azure.set(json!({"operationMs": 100_000})).await;
    let start = set("/start");
    let answer = azure.post(&start, Value::Null).await.is(202);
    assert_eq!(answer.header("retry-after"), "10");
    let url = answer.header("azure-asyncoperation").to_owned();
    let poll = async |after: u64| {
        tokio::time::advance(std::time::Duration::from_secs(after)).await;
        azure.get(&url).await.is(200)
    };
    assert_eq!(poll(10).await.header("retry-after"), "37");
    assert_eq!(poll(70).await.header("retry-after"), "20");
    let done = poll(20).await;
    assert_eq!(done.json()["status"], "Succeeded");
    assert_eq!(done.headers.get("retry-after"), None);

    azure
        .set(json!({"operationMs": 100, "retryAfterSeconds": 3}))
        .await;
    let answer = azure.post(&start, Value::Null).await.is(202);
    assert_eq!(answer.header("retry-after"), "3");
}
