//! Machines are switched on and off, and their instance views follow.

use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, C, in_group, key, vm};

fn machine(rest: &str) -> String {
    in_group(&format!("Microsoft.Compute/virtualMachines/myVM{rest}?{C}"))
}

fn set(rest: &str) -> String {
    in_group(&format!(
        "Microsoft.Compute/virtualMachineScaleSets/mySet{rest}?{C}"
    ))
}

/// The power state in an instance view.
fn power(view: &Value) -> &str {
    let statuses = view["statuses"].as_array().unwrap();
    let codes = statuses.iter().filter_map(|status| status["code"].as_str());
    codes
        .filter_map(|code| code.strip_prefix("PowerState/"))
        .next()
        .unwrap()
}

async fn view(azure: &Azure, path: &str) -> Value {
    azure.get(path).await.is(200).json()
}

/// Does it, and waits for the end.
async fn act(azure: &Azure, path: &str) -> Answer {
    let answer = azure.post(path, Value::Null).await.is(202);
    assert!(answer.body.is_empty());
    assert_eq!(azure.wait_for(&answer).await["status"], "Succeeded");
    answer
}

#[tokio::test(start_paused = true)]
async fn a_machine_is_switched_off_and_on() {
    let azure = Azure::start().await;
    let path = machine("/instanceView");
    let running = view(&azure, &path).await;
    assert_eq!(power(&running), "running");
    assert_eq!(running["vmAgent"]["statuses"][0]["displayStatus"], "Ready");

    let answer = azure
        .post(&machine("/deallocate"), Value::Null)
        .await
        .is(202);
    let meanwhile = view(&azure, &path).await;
    assert_eq!(power(&meanwhile), "deallocating");
    assert_eq!(
        meanwhile["statuses"][0]["code"],
        "ProvisioningState/updating"
    );
    azure
        .post(&machine("/start"), Value::Null)
        .await
        .fails(409, "Conflict");
    let location = answer.header("location").to_owned();
    azure.get(&location).await.is(202);
    assert_eq!(azure.wait_for(&answer).await["status"], "Succeeded");
    azure.get(&location).await.is(200);
    let off = view(&azure, &path).await;
    assert_eq!(power(&off), "deallocated");
    assert_eq!(off["statuses"][1]["displayStatus"], "VM deallocated");
    assert_eq!(off["statuses"][0]["code"], "ProvisioningState/succeeded");
    assert_eq!(off.get("vmAgent"), None);

    for action in ["powerOff", "restart", "redeploy"] {
        let refused = azure
            .post(&machine(&format!("/{action}")), Value::Null)
            .await
            .fails(409, "OperationNotAllowed");
        assert!(
            refused.message().starts_with(&format!(
                "Operation '{action}' is not allowed on VM 'myVM' since the VM is either deallocated"
            )),
            "{}",
            refused.message()
        );
    }
    act(&azure, &machine("/start")).await;
    assert_eq!(power(&view(&azure, &path).await), "running");
    act(&azure, &machine("/POWEROFF")).await;
    assert_eq!(power(&view(&azure, &path).await), "stopped");
    act(&azure, &machine("/restart")).await;
    assert_eq!(power(&view(&azure, &path).await), "running");
    for action in ["redeploy", "reapply", "deallocate", "deallocate"] {
        act(&azure, &machine(&format!("/{action}"))).await;
    }

    // Lists show it, too, in both ways that clients ask.
    let all = in_group(&format!("Microsoft.Compute/virtualMachines?{C}"));
    assert_eq!(
        azure.get(&all).await.json()["value"][0]["properties"].get("instanceView"),
        None
    );
    for query in ["statusOnly=true", "$expand=instanceView"] {
        let list = azure.get(&format!("{all}&{query}")).await.is(200).json();
        let view = &list["value"][0]["properties"]["instanceView"];
        assert_eq!(power(view), "deallocated", "{query}");
    }
    azure
        .send(Method::GET, &machine("/start"), &[], Value::Null)
        .await
        .fails(405, "HttpMethodNotSupported");
    azure
        .post(&machine("/explode"), Value::Null)
        .await
        .fails(404, "InvalidResourceType");
}

#[tokio::test(start_paused = true)]
async fn a_reapply_meets_a_dead_identity_and_ends_a_failure() {
    let azure = Azure::start().await;
    azure.identity("abc").await;
    let body =
        json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": { key("abc"): {} }}});
    let answer = azure.patch(&vm("myVM"), body).await.is(200);
    azure.wait_for(&answer).await;
    azure.delete(&crate::support::uai("abc")).await.is(200);
    let answer = azure.post(&machine("/reapply"), Value::Null).await.is(202);
    let status = azure.wait_for(&answer).await;
    assert_eq!(status["error"]["code"], "FailedIdentityOperation");
    let state = |body: Value| body["properties"]["provisioningState"].clone();
    assert_eq!(state(azure.get(&vm("myVM")).await.json()), "Failed");
    act(&azure, &machine("/restart")).await;
    assert_eq!(state(azure.get(&vm("myVM")).await.json()), "Succeeded");
}

#[tokio::test(start_paused = true)]
async fn instances_of_a_set_are_switched_one_by_one_and_together() {
    let azure = Azure::start().await;
    let answer = azure
        .put(
            &set(""),
            json!({"location": "eastus", "sku": {"name": "Standard_B1s", "capacity": 3}}),
        )
        .await
        .is(201);
    azure.wait_for(&answer).await;
    act(&azure, &set("/virtualMachines/1/deallocate")).await;
    azure
        .post(&set("/virtualMachines/1/restart"), Value::Null)
        .await
        .fails(409, "OperationNotAllowed");
    let one = view(&azure, &set("/virtualMachines/1/instanceView")).await;
    assert_eq!(power(&one), "deallocated");
    let answer = azure
        .post(&set("/powerOff"), json!({"instanceIds": ["2"]}))
        .await
        .is(202);
    azure.wait_for(&answer).await;
    let list = azure
        .get(&format!("{}&$expand=instanceView", set("/virtualMachines")))
        .await
        .is(200)
        .json();
    let states: Vec<&str> = list["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| power(&one["properties"]["instanceView"]))
        .collect();
    assert_eq!(states, ["running", "deallocated", "stopped"]);
    let summary = view(&azure, &set("/instanceView")).await;
    assert_eq!(
        summary["virtualMachine"]["statusesSummary"],
        json!([
            {"code": "ProvisioningState/succeeded", "count": 3},
            {"code": "PowerState/running", "count": 1},
            {"code": "PowerState/stopped", "count": 1},
            {"code": "PowerState/deallocated", "count": 1},
        ])
    );
    azure
        .post(&set("/start"), json!({"instanceIds": ["9"]}))
        .await
        .fails(400, "InvalidParameter");
    azure
        .post(&set("/virtualMachines/9/start"), Value::Null)
        .await
        .fails(404, "ResourceNotFound");
    act(&azure, &set("/start")).await;
    let summary = view(&azure, &set("/instanceView")).await;
    assert_eq!(
        summary["virtualMachine"]["statusesSummary"][1],
        json!({"code": "PowerState/running", "count": 3})
    );
}
