//! The identity of scale sets and their instances, through the real client, on the emulator.

use managed_identity::arm::Scope;
use managed_identity::compute::{self, SCALE_SET, Update, Upgrade};
use managed_identity::identity::{self, Create};
use managed_identity::resource::{IdentityType, ResourceIdentity, Wanted};
use serde_json::{Value, json};

use crate::support::{self, Local, change_of, code, of, on, target};

const SET: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/\
    myResourceGroup/providers/Microsoft.Compute/virtualMachineScaleSets/mySet";

fn path(tail: &str) -> String {
    format!("{SET}{tail}?api-version=2025-04-01")
}

/// An emulator with the identities id1 and id2, and a scale set of three instances.
async fn with_set(mode: &str) -> Local {
    let local = Local::start().await;
    for name in ["id1", "id2"] {
        let wanted = Create {
            target: target(name),
            ..Create::default()
        };
        identity::create(&local.client, &wanted).await.unwrap();
    }
    let body = json!({
        "location": "eastus",
        "sku": {"name": "Standard_D2s_v5", "tier": "Standard", "capacity": 3},
        "properties": {"upgradePolicy": {"mode": mode}},
    });
    let (status, answer) = local.raw("PUT", &path(""), body).await;
    assert!(status < 300, "{answer}");
    local
}

fn add(name: &str, upgrade: Upgrade) -> Update {
    let wanted = Wanted::Merge {
        add: vec![name.to_owned()],
        remove: Vec::new(),
        system_assigned: None,
        remove_missing: false,
    };
    let update = change_of(of(SCALE_SET, target("mySet")), wanted);
    Update { upgrade, ..update }
}

fn names(set: &ResourceIdentity) -> Vec<&str> {
    set.assigned.iter().map(|one| one.name()).collect()
}

/// Which instances have the set's model, by id.
async fn up_to_date(local: &Local) -> Vec<bool> {
    let (_, answer) = local
        .raw("GET", &path("/virtualMachines"), Value::Null)
        .await;
    let instances = answer["value"].as_array().unwrap();
    instances
        .iter()
        .map(|one| one["properties"]["latestModelApplied"] == true)
        .collect()
}

#[tokio::test]
async fn a_set_is_changed_as_a_machine_is() {
    let local = with_set("Automatic").await;
    let client = &local.client;
    compute::update(client, &add("id1", Upgrade::None))
        .await
        .unwrap();
    let set = compute::update(client, &add("id2", Upgrade::None))
        .await
        .unwrap();
    assert_eq!(names(&set), ["id1", "id2"]);
    assert_eq!(set.identity_type, IdentityType::UserAssigned);
    assert_eq!(set.upgrade_mode, "Automatic");
    assert_eq!(up_to_date(&local).await, [true, true, true]);
    assert!(local.heard.warnings.lock().unwrap().is_empty());

    let mut pages = compute::list(client, SCALE_SET, &Scope::default()).unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap(), [set]);
}

#[tokio::test]
async fn manual_instances_are_warned_of_and_brought_up() {
    let local = with_set("Manual").await;
    let client = &local.client;
    compute::update(client, &add("id1", Upgrade::None))
        .await
        .unwrap();
    assert_eq!(up_to_date(&local).await, [false, false, false]);
    let warnings = local.heard.warnings.lock().unwrap().join("\n");
    assert!(warnings.contains("-UpgradeInstance"), "{warnings}");

    let listed = Upgrade::Listed(vec!["1".to_owned()]);
    compute::update(client, &add("id1", listed)).await.unwrap();
    assert_eq!(up_to_date(&local).await, [false, true, false]);

    compute::update(client, &add("id1", Upgrade::All))
        .await
        .unwrap();
    assert_eq!(up_to_date(&local).await, [true, true, true]);

    local.forget().await;
    compute::update(client, &add("id1", Upgrade::All))
        .await
        .unwrap();
    assert!(
        local.methods().await.iter().all(|method| method == "GET"),
        "all is so already"
    );
}

#[tokio::test]
async fn an_upgrade_that_meets_another_operation_is_made_again_and_no_other_refusal_is() {
    let local = with_set("Manual").await;
    let refusal = |code: &str| json!({"status": 409, "code": code, "message": "Azure's words."});
    let fault = |code: &str| on("POST", "/manualupgrade", refusal(code));
    let upgrades = async || {
        let requests = local.requests().await;
        let posts = requests.iter().filter(|line| line.starts_with("POST "));
        posts
            .filter(|line| line.ends_with("/manualupgrade"))
            .count()
    };
    local.fault(fault("Conflict")).await;
    compute::update(&local.client, &add("id1", Upgrade::All))
        .await
        .unwrap();
    assert_eq!(up_to_date(&local).await, [true, true, true]);
    assert_eq!(upgrades().await, 2);

    local.forget().await;
    local.fault(fault("ScopeLocked")).await;
    let error = compute::update(&local.client, &add("id2", Upgrade::All))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "ScopeLocked");
    let text = error.to_string();
    assert!(
        text.contains("Azure's words. The scale set was changed"),
        "{text}"
    );
    assert_eq!(upgrades().await, 1);
}

#[tokio::test]
async fn an_instance_that_is_not_there_is_named() {
    let local = with_set("Manual").await;
    let listed = Upgrade::Listed(vec!["7".to_owned()]);
    let wanted = add("id1", listed);
    let plan = compute::plan_update(&local.client, &wanted).await;
    assert_eq!(code(plan), "InstanceNotFound");
    local.forget().await;
    let error = compute::update(&local.client, &wanted).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "InstanceNotFound");
    assert!(error.to_string().contains("'7'"), "{error}");
    assert_eq!(local.methods().await, ["GET"], "nothing was written");
}

#[tokio::test]
async fn instances_are_for_sets_and_for_those_who_wait() {
    let local = with_set("Manual").await;
    let mut hasty = add("id1", Upgrade::All);
    hasty.change.no_wait = true;
    assert_eq!(
        code(compute::update(&local.client, &hasty).await),
        "InvalidIdentityChange"
    );
    let mut vm = add("id1", Upgrade::All);
    vm.change.resource = support::vm();
    assert_eq!(
        code(compute::update(&local.client, &vm).await),
        "InvalidIdentityChange"
    );
}
