//! The identity of virtual machines through the real client, against the emulator.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use emulator::Options;
use futures_util::future::BoxFuture;
use managed_identity::arm::{Agreement, Scope};
use managed_identity::base::{Category, Observer, Progress};
use managed_identity::compute::{self, Update, VIRTUAL_MACHINE};
use managed_identity::identity::{self, Create};
use managed_identity::resource::{self, Existence, IdentityType, ResourceIdentity, Wanted};
use serde_json::{Value, json};

use crate::support::{
    self, GROUP, Local, VM, assigned_names as names, code, make_identities as make, merge, on,
    target, update,
};

const VM_PATH: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/\
    myResourceGroup/providers/Microsoft.Compute/virtualMachines/myVM?api-version=2025-04-01";

fn exact(identity_type: IdentityType, identities: &[&str]) -> Update {
    update(Wanted::Exact {
        identity_type,
        identities: identities.iter().map(|name| (*name).to_owned()).collect(),
    })
}

#[tokio::test]
async fn the_story_nothing_is_lost() {
    let local = Local::start().await;
    let client = &local.client;
    let ids = make(&local, &["id1", "id2"]).await;

    let vm = compute::update(client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id1"]);
    assert_eq!(vm.identity_type, IdentityType::UserAssigned);
    assert!(!vm.assigned[0].principal_id.is_empty());

    let vm = compute::update(client, &merge(&[&ids[1]], &[], None))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id1", "id2"]);

    let vm = compute::update(client, &merge(&[], &[], Some(true)))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id1", "id2"]);
    assert_eq!(vm.identity_type, IdentityType::SystemAndUserAssigned);
    assert!(!vm.principal_id.is_empty() && !vm.tenant_id.is_empty());

    let vm = compute::update(client, &merge(&[], &["ID1"], None))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id2"]);
    assert_eq!(vm.identity_type, IdentityType::SystemAndUserAssigned);

    let vm = compute::update(client, &merge(&[], &["id2"], Some(false)))
        .await
        .unwrap();
    assert_eq!(vm.identity_type, IdentityType::None);
    assert_eq!(vm.principal_id, "");
    assert_eq!(resource::get(client, &support::vm()).await.unwrap(), vm);
}

#[tokio::test]
async fn the_exact_form_says_what_it_drops() {
    let local = Local::start().await;
    let client = &local.client;
    make(&local, &["id1", "id2"]).await;
    compute::update(client, &merge(&["id1", "id2"], &[], Some(true)))
        .await
        .unwrap();

    let vm = compute::update(client, &exact(IdentityType::UserAssigned, &["id2"]))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id2"]);
    assert_eq!(vm.identity_type, IdentityType::UserAssigned);
    let warnings = local.heard.warnings.lock().unwrap().join("\n");
    assert!(warnings.contains("id1") && warnings.contains("system-assigned"));
    assert!(!warnings.contains("id2"));
}

#[tokio::test]
async fn a_long_operation_is_waited_for() {
    let local = Local::with(Options {
        operation_time: Duration::from_millis(120),
        ..Options::default()
    })
    .await;
    let client = &local.client;
    make(&local, &["id1"]).await;
    let vm = compute::update(client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    assert_eq!(vm.provisioning_state, "Succeeded");
    assert!(!vm.assigned[0].client_id.is_empty());
    assert!(!local.heard.progress.lock().unwrap().is_empty());

    let mut hasty = merge(&[], &["id1"], None);
    hasty.change.no_wait = true;
    let vm = compute::update(client, &hasty).await.unwrap();
    assert_eq!(vm.provisioning_state, "Updating");
}

#[tokio::test]
async fn a_look_comes_when_the_service_says_in_milliseconds() {
    let local = Local::with(Options {
        operation_time: Duration::from_millis(200),
        ..Options::default()
    })
    .await;
    make(&local, &["id1"]).await;
    local.forget().await;
    let change = merge(&["id1"], &[], None);
    compute::update(&local.client, &change).await.unwrap();
    let requests = local.requests().await;
    let looks = requests
        .iter()
        .filter(|one| one.contains("/operations/"))
        .count();
    // By the policy of these tests, there would be one every two milliseconds.
    assert_eq!(looks, 1, "{requests:?}");
}

#[tokio::test]
async fn what_is_so_already_is_not_written() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    let wanted = merge(&["id1"], &["id7"], None);
    compute::update(&local.client, &wanted).await.unwrap();
    local.forget().await;
    let vm = compute::update(&local.client, &wanted).await.unwrap();
    assert_eq!(names(&vm), ["id1"]);
    assert_eq!(local.methods().await, ["GET"]);
}

#[tokio::test]
async fn somebody_elses_write_in_between_is_kept() {
    let local = Local::start().await;
    let ids = make(&local, &["id1", "id2"]).await;
    let vm = raced(&local, &merge(&["id1"], &[], None), &ids[1]).await;
    assert_eq!(names(&vm), ["id1", "id2"]);
}

/// Makes an update while somebody else, between its look and its write, puts one identity on the
/// machine in place of all that it has.
async fn raced(local: &Local, update: &Update, theirs: &str) -> ResourceIdentity {
    local.forget().await;
    // The first PATCH is held up long enough for another client to write first.
    local.fault(on("PATCH", VM, json!({"delayMs": 300}))).await;
    let (mine, ()) = tokio::join!(
        compute::update(&local.client, update),
        write_first(local, theirs)
    );
    let methods = local.methods().await;
    let patches = methods.iter().filter(|method| *method == "PATCH");
    assert_eq!(patches.count(), 2, "the first was stale: {methods:?}");
    mine.unwrap()
}

/// Puts one identity on the machine in place of all that it has, once a client has looked at it.
async fn write_first(local: &Local, theirs: &str) {
    while !local.methods().await.contains(&"GET".to_owned()) {
        tokio::task::yield_now().await;
    }
    let identity = json!({"type": "UserAssigned", "userAssignedIdentities": {theirs: {}}});
    let body = json!({"location": "eastus", "identity": identity});
    let (status, answer) = local.raw("PUT", VM_PATH, body).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn a_stale_version_is_read_anew_up_to_a_bound() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    let stale = json!({"status": 412, "code": "PreconditionFailed", "message": "stale"});
    let mut fault = on("PATCH", VM, stale);
    fault["times"] = json!(3);
    local.fault(fault.clone()).await;
    let vm = compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id1"]);

    fault["times"] = json!(1000);
    local.fault(fault).await;
    let error = compute::update(&local.client, &merge(&[], &["id1"], None))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "PreconditionFailed");
    assert_eq!(error.category(), Category::ResourceBusy);
    let told = "Gave up after 12 attempts: another client keeps modifying virtual machine 'myVM'. \
                Nothing was changed.";
    assert!(error.to_string().starts_with(told), "{error}");
}

#[tokio::test]
async fn an_identity_that_does_not_exist_is_azures_error() {
    let local = Local::start().await;
    let error = compute::update(&local.client, &merge(&["ghost"], &[], None))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "FailedIdentityOperation");
    assert!(error.to_string().contains("ghost"), "{error}");
    let vm = resource::get(&local.client, &support::vm()).await.unwrap();
    assert_eq!(vm.identity_type, IdentityType::None);
}

#[tokio::test]
async fn a_plan_names_what_is_added_removed_and_kept() {
    let local = Local::start().await;
    make(&local, &["id1", "id2", "id3"]).await;
    compute::update(&local.client, &merge(&["id1", "id2"], &[], None))
        .await
        .unwrap();
    local.forget().await;
    let plan = compute::plan_update(&local.client, &merge(&["id3"], &["id1"], Some(true)))
        .await
        .unwrap();
    assert!(plan.changes());
    for words in [
        "enable the system-assigned",
        "add ",
        "id3",
        "remove ",
        "id1",
        "keep ",
        "id2",
    ] {
        assert!(plan.description.contains(words), "{}", plan.description);
    }
    let plan = compute::plan_update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    assert!(!plan.changes());
    assert!(local.methods().await.iter().all(|method| method == "GET"));
}

#[tokio::test]
async fn contradictions_and_bad_ids_are_refused_before_any_request() {
    let local = Local::start().await;
    local.forget().await;
    let cases = [
        (merge(&["id1"], &["ID1"], None), "InvalidIdentityChange"),
        (merge(&[], &[], None), "MissingParameter"),
        (merge(&["a b"], &[], None), "InvalidIdentityId"),
        (merge(&["/x/y"], &[], None), "InvalidResourceId"),
        (exact(IdentityType::None, &["id1"]), "InvalidIdentityChange"),
        (
            exact(IdentityType::UserAssigned, &[]),
            "InvalidIdentityChange",
        ),
    ];
    for (wanted, expected) in cases {
        assert_eq!(
            code(compute::update(&local.client, &wanted).await),
            expected
        );
    }
    assert_eq!(local.requests().await, Vec::<String>::new());
}

#[tokio::test]
async fn machines_are_listed_with_their_identities() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    for resource_group in [Some(GROUP.to_owned()), None] {
        let scope = Scope {
            resource_group,
            ..Scope::default()
        };
        let mut pages = compute::list(&local.client, VIRTUAL_MACHINE, &scope).unwrap();
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!(page.len(), 1);
        assert_eq!(names(&page[0]), ["id1"]);
    }
}

fn drop_missing() -> Update {
    update(Wanted::Merge {
        add: Vec::new(),
        remove: Vec::new(),
        system_assigned: None,
        remove_missing: true,
    })
}

/// myVM with id1, id2 and id3, of which id2 was deleted.
async fn with_a_dead_reference() -> Local {
    let local = Local::start().await;
    make(&local, &["id1", "id2", "id3"]).await;
    let all = merge(&["id1", "id2", "id3"], &[], None);
    compute::update(&local.client, &all).await.unwrap();
    identity::delete(&local.client, &target("id2"))
        .await
        .unwrap();
    local
}

#[tokio::test]
async fn a_dead_reference_is_named_and_dropped() {
    let local = with_a_dead_reference().await;
    let client = &local.client;
    let error = compute::update(client, &merge(&[], &["id3"], None))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "FailedIdentityOperation");
    let text = error.to_string();
    assert!(text.contains("no user-assigned identity 'id2'"), "{text}");
    assert!(text.contains("-RemoveMissing"), "{text}");
    assert!(text.contains(VM), "{text}");

    let plan = compute::plan_update(client, &drop_missing()).await.unwrap();
    assert!(plan.description.contains("remove ") && plan.description.contains("id2"));

    let vm = compute::update(client, &drop_missing()).await.unwrap();
    assert_eq!(names(&vm), ["id1", "id3"]);
    local.forget().await;
    compute::update(client, &drop_missing()).await.unwrap();
    assert!(local.methods().await.iter().all(|method| method == "GET"));
}

#[tokio::test]
async fn a_check_tells_the_dead_from_the_living() {
    let local = with_a_dead_reference().await;
    let mut vm = resource::get(&local.client, &support::vm()).await.unwrap();
    resource::check_references(&local.client, &mut vm)
        .await
        .unwrap();
    for assigned in &vm.assigned {
        let wanted = match assigned.name() {
            "id2" => Existence::Missing,
            _ => Existence::Exists,
        };
        assert_eq!(assigned.existence, wanted, "{}", assigned.name());
    }
}

#[tokio::test]
async fn what_was_not_waited_for_can_be_waited_for_later() {
    let local = Local::with(Options {
        operation_time: Duration::from_millis(150),
        ..Options::default()
    })
    .await;
    make(&local, &["id1"]).await;
    let mut hasty = merge(&["id1"], &[], None);
    hasty.change.no_wait = true;
    let vm = compute::update(&local.client, &hasty).await.unwrap();
    assert!(vm.is_changing());

    let kind = VIRTUAL_MACHINE;
    let done = resource::wait(&local.client, &support::of(kind, support::by_id(&vm.id)))
        .await
        .unwrap();
    assert_eq!(done.provisioning_state, "Succeeded");
    assert!(!done.assigned[0].client_id.is_empty());
}

#[tokio::test]
async fn an_operation_that_fails_while_not_waited_for_is_told_by_the_wait() {
    let local = with_a_dead_reference().await;
    let mut hasty = merge(&[], &["id3"], None);
    hasty.change.no_wait = true;
    let _ = compute::update(&local.client, &hasty).await;
    let kind = VIRTUAL_MACHINE;
    let error = resource::wait(&local.client, &support::of(kind, target(VM))).await;
    let error = error.unwrap_err();
    assert_eq!(error.category(), Category::InvalidOperation);
    assert!(error.to_string().contains(VM), "{error}");
}

#[tokio::test]
async fn a_status_that_can_not_be_read_is_not_a_failure() {
    let local = Local::with(Options {
        operation_time: Duration::from_millis(50),
        ..Options::default()
    })
    .await;
    make(&local, &["id1"]).await;
    for status in [404, 500] {
        let action = json!({"status": status, "code": "Odd", "message": "m"});
        local.fault(on("GET", "/operations/", action)).await;
    }
    compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_machine_that_is_busy_is_waited_for() {
    let local = Local::with(Options {
        operation_time: Duration::from_millis(80),
        ..Options::default()
    })
    .await;
    make(&local, &["id1", "id2"]).await;
    let mut hasty = merge(&["id1"], &[], None);
    hasty.change.no_wait = true;
    compute::update(&local.client, &hasty).await.unwrap();
    let vm = compute::update(&local.client, &merge(&["id2"], &[], None))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id1", "id2"]);
    assert!(vm.assigned.iter().all(|one| !one.client_id.is_empty()));
}

#[tokio::test]
async fn who_may_not_assign_an_identity_is_told_the_role() {
    let local = Local::start().await;
    let ids = make(&local, &["id1"]).await;
    let setting = json!({"unassignable": [ids[0]]});
    local.admin("PATCH", "settings", setting).await;
    let error = compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "LinkedAuthorizationFailed");
    assert_eq!(error.category(), Category::PermissionDenied);
    let text = error.to_string();
    assert!(text.contains("Managed Identity Operator"), "{text}");
    assert!(text.contains("userAssignedIdentities/id1"), "{text}");
}

#[tokio::test]
async fn an_identity_of_another_group_works_and_one_of_another_tenant_is_told() {
    let local = Local::start().await;
    let wanted = Create {
        target: managed_identity::arm::Target {
            resource_group: Some("TestRG".to_owned()),
            ..target("id1")
        },
        ..Create::default()
    };
    let elsewhere = identity::create(&local.client, &wanted).await.unwrap().id;
    let vm = compute::update(&local.client, &merge(&[&elsewhere], &[], None))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id1"]);

    let foreign = elsewhere.replace("aaaa0a0a-", "bbbb0b0b-");
    let error = compute::update(&local.client, &merge(&[&foreign], &[], None))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "LinkedAuthorizationFailed");
    assert!(error.to_string().contains("another tenant"), "{error}");
}

#[tokio::test]
async fn the_first_look_waits_as_the_answer_asks() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    let operation = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/providers/\
                     Microsoft.Compute/locations/eastus/operations/asked?t=1";
    let accepted = json!({
        "status": 200,
        "headers": {
            "Azure-AsyncOperation": format!("{}{operation}", local.emulator.endpoint()),
            "Retry-After": "1",
        },
        "body": json!({"id": "/x", "name": VM}).to_string(),
        "contentType": "application/json",
    });
    let ended = json!({
        "status": 200,
        "body": json!({"status": "Succeeded"}).to_string(),
        "contentType": "application/json",
    });
    local.fault(on("PATCH", VM, accepted)).await;
    local.fault(on("GET", "operations/asked", ended)).await;
    let started = Instant::now();
    compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    // Without being asked to, this client looks after two milliseconds.
    assert!(started.elapsed() >= Duration::from_secs(1));
}

/// A fault that answers a PATCH of the machine as one that began an operation, which the test
/// answers for.
fn accepts(local: &Local) -> Value {
    let operation = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/providers/\
                     Microsoft.Compute/locations/eastus/operations/told?t=1";
    let address = format!("{}{operation}", local.emulator.endpoint());
    let body = json!({"id": "/x", "name": VM, "properties": {"provisioningState": "Updating"}});
    let accepted = json!({
        "status": 202,
        "headers": {"Azure-AsyncOperation": address},
        "body": body.to_string(),
        "contentType": "application/json",
    });
    on("PATCH", VM, accepted)
}

/// A fault that answers a look at an operation.
fn ends(status: &str, code: &str, message: &str) -> Value {
    let ended = json!({"status": status, "error": {"code": code, "message": message}});
    let action = json!({
        "status": 200,
        "body": ended.to_string(),
        "contentType": "application/json",
    });
    on("GET", "/operations/", action)
}

async fn patches(local: &Local) -> usize {
    let methods = local.methods().await;
    methods.iter().filter(|method| *method == "PATCH").count()
}

#[tokio::test]
async fn a_change_that_a_later_operation_preempted_is_made_again() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    local.forget().await;
    local.fault(accepts(&local)).await;
    local
        .fault(ends("Canceled", "OperationPreempted", "A later one came."))
        .await;
    let vm = compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    assert_eq!(names(&vm), ["id1"]);
    assert_eq!(patches(&local).await, 2);
}

#[tokio::test]
async fn a_change_that_is_preempted_for_ever_is_given_up() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    local.forget().await;
    for mut fault in [
        accepts(&local),
        ends("Failed", "OperationPreempted", "A later one came."),
    ] {
        fault["times"] = json!(1000);
        local.fault(fault).await;
    }
    let error = compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "OperationPreempted");
    let text = error.to_string();
    assert!(
        text.starts_with(
            "Gave up after 12 attempts: another client keeps modifying virtual machine 'myVM'."
        ),
        "{text}"
    );
    assert!(!text.contains("Nothing was changed"), "{text}");
    assert_eq!(patches(&local).await, 12);
}

#[tokio::test]
async fn a_conflict_that_is_no_race_ends_at_once() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    let cases = [
        ("ScopeLocked", vec!["GET", "PATCH"]),
        ("PropertyChangeNotAllowed", vec!["GET", "PATCH"]),
        // What this code means is not known: the machine is asked whether Azure is at work.
        ("SomethingElse", vec!["GET", "PATCH", "GET"]),
    ];
    for (code, methods) in cases {
        local.forget().await;
        let refusal = json!({"status": 409, "code": code, "message": "Azure's own words."});
        local.fault(on("PATCH", VM, refusal)).await;
        let error = compute::update(&local.client, &merge(&["id1"], &[], None))
            .await
            .unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains("Azure's own words."), "{error}");
        assert_eq!(local.methods().await, methods, "{code}");
    }
}

#[tokio::test]
async fn a_conflict_that_is_a_race_is_tried_again() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    for code in [
        "Conflict",
        "AnotherOperationInProgress",
        "OperationPreempted",
    ] {
        let on_machine = compute::update(&local.client, &merge(&[], &["id1"], None)).await;
        assert_eq!(names(&on_machine.unwrap()), [""; 0]);
        local.forget().await;
        let refusal = json!({"status": 409, "code": code, "message": "m"});
        local.fault(on("PATCH", VM, refusal)).await;
        let vm = compute::update(&local.client, &merge(&["id1"], &[], None)).await;
        assert_eq!(names(&vm.unwrap()), ["id1"]);
        assert_eq!(patches(&local).await, 2, "{code}");
    }
}

#[tokio::test]
async fn a_conflict_of_any_code_is_waited_out_while_azure_is_at_work() {
    let local = Local::with(Options {
        operation_time: Duration::from_millis(300),
        ..Options::default()
    })
    .await;
    make(&local, &["id1", "id2"]).await;
    let mut hasty = merge(&["id1"], &[], None);
    hasty.change.no_wait = true;
    compute::update(&local.client, &hasty).await.unwrap();
    let refusal = json!({"status": 409, "code": "OperationNotAllowed", "message": "m"});
    local.fault(on("PATCH", VM, refusal)).await;
    let vm = compute::update(&local.client, &merge(&["id2"], &[], None)).await;
    assert_eq!(names(&vm.unwrap()), ["id1", "id2"]);
}

#[tokio::test]
async fn an_operation_that_failed_says_whether_the_identity_was_changed() {
    let told = "VM has reported a failure when processing extension 'Agent'.\n[stdout]\n\nbad";
    for (changed, words) in [
        (true, ". The identity was changed."),
        (false, ". The identity was not changed."),
    ] {
        let local = Local::start().await;
        make(&local, &["id1"]).await;
        if !changed {
            local.fault(accepts(&local)).await;
        }
        let code = "VMExtensionProvisioningError";
        local.fault(ends("Failed", code, told)).await;
        let error = compute::update(&local.client, &merge(&["id1"], &[], None))
            .await
            .unwrap_err();
        assert_eq!(error.code(), code);
        let text = error.to_string();
        assert!(text.contains(words), "{text}");
        assert!(text.contains("extension 'Agent'. [stdout] bad."), "{text}");
        assert!(error.recommendation().contains("'Agent'"), "{text}");
    }
}

/// What Compute answers when it does not find an identity.
fn not_found(id: &str) -> Value {
    let message = format!(
        "Identity operation for resource 'x' failed with error 'Failed to perform resource \
         identity operation. Status: 'BadRequest'. Response: '{{\"error\":{{\"code\":\
         \"BadRequest\",\"message\":\"Resource '{id}' was not found.\"}}}}'.'."
    );
    json!({"status": 400, "code": "FailedIdentityOperation", "message": message})
}

#[tokio::test]
async fn an_identity_that_compute_does_not_find_yet_is_waited_for() {
    let local = Local::start().await;
    let ids = make(&local, &["id1"]).await;
    let mut fault = on("PATCH", VM, not_found(&ids[0]));
    fault["times"] = json!(3);
    local.fault(fault.clone()).await;
    let vm = compute::update(&local.client, &merge(&["id1"], &[], None)).await;
    assert_eq!(names(&vm.unwrap()), ["id1"]);
    {
        let progress = local.heard.progress.lock().unwrap();
        let mut waits = progress.iter().filter(|one| one.status.contains("'id1'"));
        assert!(waits.any(|one| one.activity.contains("the new identity")));
    }

    fault["times"] = json!(1000);
    local.fault(fault).await;
    let mut impatient = support::sign_in(local.emulator.endpoint());
    impatient.retry.replication = Duration::from_millis(30);
    let connection = managed_identity::connect::connect(impatient, local.heard.clone()).await;
    let change = merge(&[], &["id1"], None);
    let error = compute::update(&connection.unwrap().client, &change).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "FailedIdentityOperation");
    assert!(error.to_string().contains("although it exists"), "{error}");
}

/// What a look at the machine answers, in place of what it is.
fn looks(state: &str, skip: u32, times: u32) -> Value {
    let body = json!({"id": VM_PATH.split('?').next(), "name": VM, "etag": "\"9\"",
        "properties": {"provisioningState": state}});
    let action = json!({
        "status": 200,
        "body": body.to_string(),
        "contentType": "application/json",
    });
    let mut fault = on("GET", "virtualMachines/myVM?", action);
    fault["skip"] = json!(skip);
    fault["times"] = json!(times);
    fault
}

#[tokio::test]
async fn a_change_without_an_operation_is_done_when_the_machine_is() {
    for status in [200, 202] {
        let local = Local::start().await;
        make(&local, &["id1"]).await;
        let mut accepted = accepts(&local);
        accepted["action"]["status"] = json!(status);
        accepted["action"]["headers"] = json!({});
        local.fault(accepted).await;
        local.fault(looks("Updating", 1, 3)).await;
        let vm = compute::update(&local.client, &merge(&["id1"], &[], None)).await;
        assert_eq!(vm.unwrap().provisioning_state, "Succeeded");
        let looked = local.methods().await;
        let looked = looked.iter().rev().take_while(|method| *method == "GET");
        assert_eq!(looked.count(), 4);
    }
}

#[tokio::test]
async fn a_change_without_an_operation_that_fails_later_is_an_error() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    let mut accepted = accepts(&local);
    accepted["action"]["headers"] = json!({});
    local.fault(accepted).await;
    local.fault(looks("Updating", 1, 2)).await;
    local.fault(looks("Failed", 1, 1000)).await;
    let error = compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("ended as Failed"), "{text}");
    assert!(text.contains("was not changed"), "{text}");
}

/// A user who goes no further at a warning.
struct Refusing(Mutex<Vec<String>>);

impl Observer for Refusing {
    fn wants_verbose(&self) -> bool {
        false
    }
    fn verbose(&self, _: String) {}
    fn warning(&self, text: String) {
        panic!("a warning that nobody can refuse: {text}");
    }
    fn guard(&self, text: String) -> BoxFuture<'_, bool> {
        self.0.lock().unwrap().push(text);
        Box::pin(ready(false))
    }
    fn progress(&self, _: Progress) {}
}

#[tokio::test]
async fn a_loss_that_is_refused_is_not_written() {
    let local = Local::start().await;
    make(&local, &["id1", "id2"]).await;
    compute::update(&local.client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    local.forget().await;
    let refusing = Arc::new(Refusing(Mutex::default()));
    let client = local.client.observed_by(refusing.clone());
    let wanted = exact(IdentityType::UserAssigned, &["id2"]);
    let error = compute::update(&client, &wanted).await.unwrap_err();
    assert_eq!(error.code(), "WarningRefused");
    assert_eq!(error.category(), Category::OperationStopped);
    assert_eq!(local.methods().await, ["GET"]);
    assert_eq!(refusing.0.lock().unwrap().len(), 1);
    assert!(refusing.0.lock().unwrap()[0].contains("loses id1"));
}

#[tokio::test]
async fn an_agreed_plan_binds() {
    let local = Local::start().await;
    make(&local, &["id1", "id2", "id3"]).await;
    let client = &local.client;
    compute::update(client, &merge(&["id1"], &[], None))
        .await
        .unwrap();
    let wanted = exact(IdentityType::UserAssigned, &["id2"]);
    let plan = compute::plan_update(client, &wanted).await.unwrap();
    let bound = client.bound_by(Agreement::to(&plan.agreement()));

    // Now more would be lost.
    compute::update(client, &merge(&["id3"], &[], None))
        .await
        .unwrap();
    local.forget().await;
    let error = compute::update(&bound, &wanted).await.unwrap_err();
    assert_eq!(error.code(), "PlanChanged");
    let text = error.to_string();
    assert!(text.contains("id3") && !text.contains("id1"), "{text}");
    assert_eq!(local.methods().await, ["GET"]);

    // Less is within the agreement.
    compute::update(client, &merge(&["id2"], &["id3"], None))
        .await
        .unwrap();
    let vm = compute::update(&bound, &wanted).await.unwrap();
    assert_eq!(names(&vm), ["id2"]);
}

#[tokio::test]
async fn a_plan_that_was_agreed_to_binds_after_a_lost_race_too() {
    let local = Local::start().await;
    let ids = make(&local, &["id1", "id2"]).await;
    let wanted = exact(IdentityType::UserAssigned, &["id1"]);
    let plan = compute::plan_update(&local.client, &wanted).await.unwrap();
    let bound = local.client.bound_by(Agreement::to(&plan.agreement()));
    local.forget().await;
    local.fault(on("PATCH", VM, json!({"delayMs": 300}))).await;
    let (mine, ()) = tokio::join!(
        compute::update(&bound, &wanted),
        write_first(&local, &ids[1])
    );
    assert_eq!(code(mine), "PlanChanged");
    let vm = resource::get(&local.client, &support::vm()).await.unwrap();
    assert_eq!(names(&vm), ["id2"]);
}

#[tokio::test]
async fn a_plan_fails_where_azure_would_refuse() {
    let local = Local::start().await;
    let ids = make(&local, &["id1", "id2"]).await;
    let plan = async |update: Update| compute::plan_update(&local.client, &update).await;
    let error = plan(merge(&["ghost"], &[], None)).await.unwrap_err();
    assert_eq!(error.code(), "FailedIdentityOperation");
    assert!(
        error
            .to_string()
            .contains("no user-assigned identity 'ghost'"),
        "{error}"
    );

    // One that may not be read may be there.
    let denied = json!({"status": 403, "code": "AuthorizationFailed", "message": "m"});
    local.fault(on("GET", "/ghost", denied)).await;
    assert!(plan(merge(&["ghost"], &[], None)).await.unwrap().changes());

    // A dead reference refuses every change but the one that drops it.
    compute::update(&local.client, &merge(&["id1", "id2"], &[], None))
        .await
        .unwrap();
    identity::delete(&local.client, &support::by_id(&ids[0]))
        .await
        .unwrap();
    let error = plan(merge(&[], &[], Some(true))).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no user-assigned identity 'id1'"),
        "{error}"
    );
    assert!(plan(drop_missing()).await.unwrap().changes());
    assert!(plan(merge(&[], &["id1"], None)).await.unwrap().changes());
    assert!(!plan(merge(&["id2"], &[], None)).await.unwrap().changes());
}

#[tokio::test]
async fn the_exact_form_says_what_it_drops_of_a_change_made_meanwhile() {
    let local = Local::start().await;
    let ids = make(&local, &["id1", "id2"]).await;
    let wanted = exact(IdentityType::UserAssigned, &["id1"]);
    let vm = raced(&local, &wanted, &ids[1]).await;
    assert_eq!(names(&vm), ["id1"]);
    let warnings = local.heard.warnings.lock().unwrap().join("\n");
    assert!(warnings.contains("loses id2"), "{warnings}");
}

#[tokio::test]
async fn a_plan_may_add_an_identity_that_is_not_known_yet() {
    let local = Local::start().await;
    make(&local, &["id1"]).await;
    let plan = compute::plan_update(&local.client, &merge(&["", "id1"], &[], None))
        .await
        .unwrap();
    assert!(
        plan.description
            .ends_with("add an identity that is not known yet, id1"),
        "{}",
        plan.description
    );
    let refused = compute::update(&local.client, &merge(&[""], &[], None)).await;
    assert_eq!(code(refused), "InvalidIdentityId");
}
