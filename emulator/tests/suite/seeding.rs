//! Filling an emulator: subscriptions, groups, resources in every state, and a seed.

use emulator::{Options, seed};
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, C, R, V, in_group, key, sub, uai, vm};

async fn add(azure: &Azure, body: Value) -> Answer {
    azure.admin(Method::POST, "/resources", body).await
}

fn machines(with: Value) -> Value {
    let mut body = json!({"types": ["Microsoft.Compute/virtualMachines"], "list": true});
    body.as_object_mut()
        .unwrap()
        .extend(with.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn subscriptions_and_groups_are_added() {
    let azure = Azure::start().await;
    let add = async |body: Value| azure.admin(Method::POST, "/subscriptions", body).await;
    let first = add(json!({})).await.is(201).json();
    let second = add(json!({"name": "Shop"})).await.is(201).json();
    assert_eq!(first["name"], "Emulator subscription 2");
    assert_eq!(second["name"], "Shop");
    assert_ne!(first["id"], second["id"]);
    let listed = azure.get(&format!("/subscriptions?{R}")).await.json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 3);
    add(json!({"id": first["id"]}))
        .await
        .fails(409, "AlreadyExists");
    add(json!({"id": "x"})).await.fails(400, "InvalidContent");
    add(json!({"name": " "})).await.fails(400, "InvalidContent");

    let groups = async |body: Value| azure.admin(Method::POST, "/resourcegroups", body).await;
    let both = json!({
        "names": ["a", "b"],
        "subscriptions": [seed::SUBSCRIPTION_ID, first["id"]],
        "location": "West Europe",
        "tags": {"team": "web"},
    });
    let made = groups(both).await.is(201).json();
    assert_eq!(made["resourceGroups"].as_array().unwrap().len(), 4);
    let path = format!(
        "/subscriptions/{}/resourceGroups/B?{R}",
        first["id"].as_str().unwrap()
    );
    let read = azure.get(&path).await.is(200).json();
    assert_eq!(
        (&read["location"], &read["tags"]["team"]),
        (&json!("westeurope"), &json!("web"))
    );
    groups(json!({"names": ["c", "A"]}))
        .await
        .fails(409, "AlreadyExists");
    azure
        .get(&sub(&format!("/resourceGroups/c?{R}")))
        .await
        .is(404);
    for wrong in [
        json!({"names": []}),
        json!({"names": ["c", "C"]}),
        json!({"names": ["c."]}),
        json!({"names": ["c"], "location": "moon"}),
        json!({"names": ["c"], "tags": {"a": 1}}),
        json!({"names": ["c"], "surprise": 1}),
    ] {
        groups(wrong).await.fails(400, "InvalidContent");
    }
    groups(json!({"names": ["c"], "subscriptions": ["none"]}))
        .await
        .fails(404, "NotFound");
}

#[tokio::test]
async fn machines_have_names_a_place_and_what_machines_have() {
    let azure = Azure::start().await;
    let made = add(
        &azure,
        machines(json!({
            "names": ["web1", "web2"],
            "resourceGroup": "fleet",
            "location": "westeurope",
            "tags": {"role": "web"},
            "systemAssigned": true,
        })),
    )
    .await
    .is(201)
    .json();
    let [one, two] = &made["resources"].as_array().unwrap()[..] else {
        panic!("{made}");
    };
    assert_eq!(
        (&one["name"], &two["name"]),
        (&json!("web1"), &json!("web2"))
    );
    assert_ne!(one["principalId"], two["principalId"]);
    assert_eq!(one["identityType"], "SystemAssigned");
    let group = azure
        .get(&sub(&format!("/resourceGroups/fleet?{R}")))
        .await
        .is(200)
        .json();
    assert_eq!(group["location"], "westeurope");
    let read = azure
        .get(&format!("{}?{C}", one["id"].as_str().unwrap()))
        .await
        .is(200)
        .json();
    assert_eq!(read["identity"]["principalId"], one["principalId"]);
    assert_eq!(read["properties"]["osProfile"]["computerName"], "web1");
    assert_eq!(read["properties"]["provisioningState"], "Succeeded");
    // Its disk and its interface are there, too, and are its own.
    let properties = &read["properties"];
    for (id, version, owner) in [
        (
            &properties["storageProfile"]["osDisk"]["managedDisk"]["id"],
            "2024-03-02",
            "/managedBy",
        ),
        (
            &properties["networkProfile"]["networkInterfaces"][0]["id"],
            "2024-05-01",
            "/properties/virtualMachine/id",
        ),
    ] {
        let path = format!("{}?api-version={version}", id.as_str().unwrap());
        let beside = azure.get(&path).await.is(200).json();
        assert_eq!(beside.pointer(owner), Some(&one["id"]), "{beside}");
        assert_eq!(beside["location"], "westeurope");
    }
    // A group that is there says where it is.
    let more = machines(json!({"names": ["web3"], "resourceGroup": "FLEET"}));
    let more = add(&azure, more).await.is(201).json();
    assert_eq!(more["resources"][0]["location"], "westeurope");
    let again = machines(json!({"names": ["web4", "WEB1"], "resourceGroup": "fleet"}));
    let refused = add(&azure, again).await.fails(409, "AlreadyExists");
    assert!(refused.message().starts_with("names: "), "{refused:?}");
    for wrong in [
        json!({"names": ["a", "A"]}),
        json!({"names": ["a b"]}),
        json!({"names": []}),
        json!({"names": ["a"], "count": 1, "prefix": "a"}),
        json!({"count": 1}),
        json!({"names": ["a"], "provisioningState": "Broken"}),
        json!({"names": ["a"], "capacity": 1}),
        json!({"names": ["a"], "systemAssigned": true, "identity": {"type": "None"}}),
    ] {
        add(&azure, machines(wrong))
            .await
            .fails(400, "InvalidContent");
    }
}

#[tokio::test]
async fn identities_are_there_are_made_or_are_gone() {
    let azure = Azure::start().await;
    azure.identity("there").await;
    let missing = machines(json!({"names": ["a"], "userAssigned": ["there", "new"]}));
    let refused = add(&azure, missing).await.fails(404, "NotFound");
    assert!(refused.message().contains("/new'"), "{refused:?}");

    let body = json!({
        "names": ["a"],
        "userAssigned": [key("THERE"), "new"],
        "createIdentities": true,
        "deletedIdentities": ["gone"],
    });
    let made = add(&azure, machines(body)).await.is(201).json();
    let user = made["resources"][0]["userAssigned"].as_array().unwrap();
    assert_eq!(user.len(), 3, "{made}");
    assert!(user.iter().all(|one| one["clientId"].is_string()));
    let new = azure.get(&uai("new")).await.is(200).json();
    let made = user
        .iter()
        .find(|one| one["id"].as_str().unwrap().ends_with("/new"));
    assert_eq!(
        new["properties"]["principalId"],
        made.unwrap()["principalId"]
    );
    azure.get(&uai("gone")).await.is(404);
    let read = azure.get(&vm("a")).await.is(200).json();
    assert_eq!(
        read["identity"]["userAssignedIdentities"]
            .as_object()
            .unwrap()
            .len(),
        3
    );

    // As in Azure, every write fails at its end until the reference is taken away.
    let started = azure
        .patch(&vm("a"), json!({"tags": {"a": "b"}}))
        .await
        .is(200);
    tokio::time::pause();
    let ended = azure.wait_for(&started).await;
    assert_eq!(ended["status"], "Failed", "{ended}");
    let gone = json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {key("gone"): null}}});
    let started = azure.patch(&vm("a"), gone).await.is(200);
    assert_eq!(azure.wait_for(&started).await["status"], "Succeeded");

    let name = |ids: Value| machines(json!({"names": ["b"], "deletedIdentities": ids}));
    add(&azure, name(json!(["there"])))
        .await
        .fails(409, "AlreadyExists");
    add(&azure, name(json!(["/x/y"])))
        .await
        .fails(400, "InvalidContent");
    let short = json!({"names": ["b"], "userAssigned": ["x"], "createIdentities": true});
    add(&azure, machines(short))
        .await
        .fails(400, "InvalidContent");
    let elsewhere = "/subscriptions/bbbb0b0b-cc1c-dd2d-ee3e-ffffff4f4f4f/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/new2";
    let body = json!({"names": ["b"], "userAssigned": [elsewhere], "createIdentities": true});
    add(&azure, machines(body)).await.fails(404, "NotFound");
    azure.get(&vm("b")).await.is(404);
}

#[tokio::test]
async fn a_name_of_an_identity_is_in_the_group_of_each_resource() {
    let azure = Azure::start().await;
    let other = azure
        .admin(Method::POST, "/subscriptions", json!({}))
        .await
        .json();
    let body = json!({
        "names": ["a", "b"],
        "subscriptions": [seed::SUBSCRIPTION_ID, other["id"]],
        "userAssigned": ["own"],
        "createIdentities": true,
    });
    let made = add(&azure, machines(body)).await.is(201).json();
    let ids: Vec<&str> = made["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["userAssigned"][0]["id"].as_str().unwrap())
        .collect();
    assert!(
        ids[0].contains(seed::SUBSCRIPTION_ID) && ids[1].contains(other["id"].as_str().unwrap())
    );
    for id in ids {
        azure.get(&format!("{id}?{V}")).await.is(200);
    }
}

#[tokio::test]
async fn a_state_stays_until_the_next_write() {
    let azure = Azure::start().await;
    for state in ["Failed", "updating"] {
        let name = format!("in-{state}");
        let body = json!({"names": [name], "provisioningState": state});
        add(&azure, machines(body)).await.is(201);
        let read = async || azure.get(&vm(&name)).await.is(200).json();
        let shown = read().await["properties"]["provisioningState"].clone();
        assert!(
            shown.as_str().unwrap().eq_ignore_ascii_case(state),
            "{shown}"
        );
        tokio::time::pause();
        let patch = json!({"identity": {"type": "SystemAssigned"}});
        let started = azure.patch(&vm(&name), patch).await.is(200);
        azure.wait_for(&started).await;
        assert_eq!(read().await["properties"]["provisioningState"], "Succeeded");
        tokio::time::resume();
    }
    let site = json!({"types": ["Microsoft.Web/sites"], "names": ["app"], "provisioningState": "Failed", "list": true});
    let made = add(&azure, site).await.is(201).json();
    assert_eq!(made["resources"][0]["resourceType"], "Microsoft.Web/sites");
}

#[tokio::test]
async fn a_scale_set_has_instances_some_without_the_model() {
    let azure = Azure::start().await;
    let body = json!({
        "types": ["Microsoft.Compute/virtualMachineScaleSets"],
        "names": ["set"],
        "capacity": 3,
        "outdated": 2,
        "upgradeMode": "manual",
        "systemAssigned": true,
        "list": true,
    });
    let made = add(&azure, body).await.is(201).json();
    assert_eq!(made["resources"][0]["upgradeMode"], "Manual");
    let path = in_group(&format!(
        "Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines?{C}"
    ));
    let listed = azure.get(&path).await.is(200).json();
    let latest: Vec<bool> = listed["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["properties"]["latestModelApplied"].as_bool().unwrap())
        .collect();
    assert_eq!(latest, [false, false, true]);
    let set = |with: Value| {
        let mut body =
            json!({"types": ["Microsoft.Compute/virtualMachineScaleSets"], "names": ["x"]});
        body.as_object_mut()
            .unwrap()
            .extend(with.as_object().unwrap().clone());
        body
    };
    for wrong in [
        json!({"capacity": 1_001}),
        json!({"capacity": 1, "outdated": 2}),
        json!({"upgradeMode": "Sometimes"}),
    ] {
        add(&azure, set(wrong)).await.fails(400, "InvalidContent");
    }
}

#[tokio::test]
async fn the_log_is_asked_for_parts_and_cleared_up_to_one() {
    let azure = Azure::start().await;
    azure.identity("id1").await;
    let throttled = json!({"name": "Throttled", "path": "*/id2?*", "method": "PUT"});
    azure.fault(throttled).await;
    azure
        .put(&uai("id2"), json!({"location": "eastus"}))
        .await
        .is(429);
    let of = async |query: &str| -> Vec<Value> {
        let path = format!("/requests?{query}");
        let found = azure
            .admin(Method::GET, &path, Value::Null)
            .await
            .is(200)
            .json();
        found.as_array().unwrap().clone()
    };
    assert_eq!(of("method=PUT").await.len(), 2);
    let refused = of("method=put&method=DELETE&status=4*").await;
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (&refused[0]["fault"], &refused[0]["faultName"]),
        (&json!(true), &json!("Throttled"))
    );
    let first = of("path=/id1").await;
    assert_eq!((first.len(), &first[0]["faultName"]), (1, &Value::Null));
    let through = first[0]["sequence"].as_u64().unwrap();
    let clear = async |text: &str| {
        azure
            .admin(
                Method::DELETE,
                &format!("/requests?through={text}"),
                Value::Null,
            )
            .await
    };
    clear(&through.to_string()).await.is(204);
    clear("x").await.fails(400, "InvalidContent");
    assert_eq!(of("").await.len(), 1);
}

#[tokio::test]
async fn one_fault_is_taken_away() {
    let azure = Azure::start().await;
    let post = async |fault: Value| {
        azure
            .admin(Method::POST, "/faults", fault)
            .await
            .is(201)
            .json()
    };
    let first = post(json!({"name": "Conflict"})).await;
    let second = post(json!({"name": "Throttled", "path": "/id1"})).await;
    let remove = async |id: &Value| {
        azure
            .admin(Method::DELETE, &format!("/faults/{id}"), Value::Null)
            .await
    };
    remove(&first["id"]).await.is(204);
    remove(&first["id"]).await.fails(404, "FaultNotFound");
    let left = azure
        .admin(Method::GET, "/faults", Value::Null)
        .await
        .json();
    assert_eq!(
        (left.as_array().unwrap().len(), &left[0]["id"]),
        (1, &second["id"])
    );
    azure
        .put(&uai("id2"), json!({"location": "eastus"}))
        .await
        .is(201);
    azure
        .put(&uai("id1"), json!({"location": "eastus"}))
        .await
        .is(429);
}

/// What a file holds is there at the start and after each reset, and the file stays as it is.
#[tokio::test]
async fn a_seed_is_read_and_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let (state, start) = (
        folder.path().join("state.json"),
        folder.path().join("seed.json"),
    );
    let first = Azure::with(Options {
        state_path: Some(state.clone()),
        ..Options::default()
    })
    .await;
    first.identity("from-seed").await;
    first.emulator.stop().await;
    std::fs::rename(&state, &start).unwrap();
    let text = std::fs::read(&start).unwrap();

    let options = Options {
        seed_path: Some(start.clone()),
        ..Options::default()
    };
    let azure = Azure::with(options.clone()).await;
    azure.get(&uai("from-seed")).await.is(200);
    azure.delete(&uai("from-seed")).await.is(200);
    azure.identity("later").await;
    azure
        .admin(Method::POST, "/reset", Value::Null)
        .await
        .is(204);
    azure.get(&uai("from-seed")).await.is(200);
    azure.get(&uai("later")).await.is(404);
    azure.identity("later").await;
    azure.emulator.stop().await;
    assert_eq!(std::fs::read(&start).unwrap(), text);

    // The state file that there is comes before the seed.
    let both = Options {
        state_path: Some(state.clone()),
        ..options
    };
    let azure = Azure::with(both.clone()).await;
    azure.identity("kept").await;
    azure.emulator.stop().await;
    let azure = Azure::with(both).await;
    azure.get(&uai("kept")).await.is(200);
    azure.get(&uai("from-seed")).await.is(200);
    azure.emulator.stop().await;
    assert_eq!(std::fs::read(&start).unwrap(), text);
}
