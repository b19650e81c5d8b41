//! Removing an identity without a trace, through the real client, on the emulator; also when the
//! process that does it ends at any moment.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use emulator::Options;
use managed_identity::access::{self, Assign, Principal, Role, RoleScope};
use managed_identity::arm::{Agreement, Client};
use managed_identity::base::Category;
use managed_identity::connect::connect;
use managed_identity::identity::{self, Create, UserAssignedIdentity};
use serde_json::{Value, json};

use crate::resource_types::{self, Type, settled};
use crate::support::{self, Local, by_id, on, target};

const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
const OTHER: &str = "bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f";

/// The machines that have the identity that goes and the one that stays.
const MACHINES: [(&str, &str, &str); 4] = [
    (SUBSCRIPTION, "virtualMachines", "vm1"),
    (SUBSCRIPTION, "virtualMachines", "vm2"),
    (SUBSCRIPTION, "virtualMachineScaleSets", "set1"),
    (OTHER, "virtualMachines", "vm3"),
];

fn machine_path((subscription, kind, name): (&str, &str, &str)) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/myResourceGroup/providers/\
         Microsoft.Compute/{kind}/{name}?api-version=2025-04-01"
    )
}

/// An emulator with an identity that is used in every way, and one that is used as much.
struct World {
    local: Local,
    gone: UserAssignedIdentity,
    kept: UserAssignedIdentity,
}

impl World {
    async fn new(operation_time: Duration) -> Self {
        let local = Local::with(Options {
            operation_time,
            ..Options::default()
        })
        .await;
        Self::build(local).await
    }

    async fn build(local: Local) -> Self {
        let other = json!({"id": OTHER, "name": "Other"});
        local.admin("POST", "subscriptions", other).await;
        let gone = make(&local, "gone").await;
        let kept = make(&local, "kept").await;
        for machine in MACHINES {
            let body = json!({"location": "eastus",
                "identity": {"type": "SystemAssigned, UserAssigned",
                    "userAssignedIdentities": {&gone.id: {}, &kept.id: {}}},
                "properties": {"upgradePolicy": {"mode": "Automatic"}}});
            let (status, answer) = local.raw("PUT", &machine_path(machine), body).await;
            assert!(status < 300, "{answer}");
        }
        for identity in [&gone, &kept] {
            give(&local.client, identity, "Reader", SUBSCRIPTION).await;
            give(&local.client, identity, "Contributor", OTHER).await;
        }
        Self { local, gone, kept }
    }

    async fn remove(&self) -> managed_identity::base::Result<()> {
        access::remove_detached(&self.local.client, &by_id(&self.gone.id)).await
    }

    async fn read(&self, path: &str) -> (u16, Value) {
        self.local.raw("GET", path, Value::Null).await
    }

    /// How many machines have the identity.
    async fn having(&self, identity: &UserAssignedIdentity) -> usize {
        let mut count = 0;
        for machine in MACHINES {
            let (_, answer) = self.read(&machine_path(machine)).await;
            let assigned = &answer["identity"]["userAssignedIdentities"];
            let ids = assigned.as_object().into_iter().flatten();
            count += ids
                .filter(|(id, _)| id.eq_ignore_ascii_case(&identity.id))
                .count();
            assert_ne!(answer["identity"]["principalId"], Value::Null, "{answer}");
        }
        count
    }

    async fn roles(&self, identity: &UserAssignedIdentity) -> usize {
        let mut count = 0;
        for subscription in [SUBSCRIPTION, OTHER] {
            let path = format!(
                "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments\
                 ?api-version=2022-04-01&$filter=principalId%20eq%20'{}'",
                identity.properties.principal_id
            );
            let (_, answer) = self.read(&path).await;
            count += answer["value"].as_array().unwrap().len();
        }
        count
    }

    async fn exists(&self, identity: &UserAssignedIdentity) -> bool {
        let path = format!("{}?api-version=2024-11-30", identity.id);
        self.read(&path).await.0 == 200
    }

    /// Nothing is left of the one, and nothing has happened to the other.
    async fn assert_removed(&self) {
        assert_eq!(self.having(&self.gone).await, 0);
        assert_eq!(self.roles(&self.gone).await, 0);
        assert!(!self.exists(&self.gone).await);
        self.assert_kept().await;
    }

    async fn assert_kept(&self) {
        assert_eq!(self.having(&self.kept).await, MACHINES.len());
        assert_eq!(self.roles(&self.kept).await, 2);
        assert!(self.exists(&self.kept).await);
    }

    async fn changing_requests(&self) -> Vec<String> {
        let mut requests = self.local.requests().await;
        requests.retain(|line| {
            let query = line.to_lowercase().ends_with("resourcegraph/resources");
            !line.starts_with("GET") && !query && !line.ends_with("/token")
        });
        requests
    }
}

async fn make(local: &Local, name: &str) -> UserAssignedIdentity {
    let wanted = Create {
        target: target(name),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap()
}

async fn give(client: &Client, identity: &UserAssignedIdentity, role: &str, subscription: &str) {
    let give = Assign {
        principal: Principal {
            identity: by_id(&identity.id),
            ..Principal::default()
        },
        scope: RoleScope {
            subscription_id: Some(subscription.to_owned()),
            ..RoleScope::default()
        },
        role: Role::named(role),
        ..Assign::default()
    };
    access::assign(client, &give).await.unwrap();
}

#[tokio::test]
async fn nothing_is_left_behind() {
    let world = World::new(Duration::ZERO).await;
    world.remove().await.unwrap();
    world.assert_removed().await;
    assert!(world.local.heard.warnings.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_plan_names_every_step_and_changes_nothing() {
    let world = World::new(Duration::ZERO).await;
    world.local.forget().await;
    let plan = access::plan_remove_detached(&world.local.client, &by_id(&world.gone.id)).await;
    let plan = plan.unwrap();
    assert!(plan.changes());
    for step in [
        "remove it from virtual machine",
        "/vm1'",
        "/vm2'",
        "virtual machine scale set",
        "/set1'",
        "/vm3'",
        "the role 'Reader' of ServicePrincipal",
        "the role 'Contributor'",
        "then delete user-assigned identity",
    ] {
        assert!(
            plan.description.contains(step),
            "{step}: {}",
            plan.description
        );
    }
    assert_eq!(world.changing_requests().await, Vec::<String>::new());
    assert_eq!(world.having(&world.gone).await, MACHINES.len());
}

#[tokio::test]
async fn what_was_not_in_the_agreed_plan_is_not_removed() {
    let world = World::new(Duration::ZERO).await;
    let local = &world.local;
    let plan = access::plan_remove_detached(&local.client, &by_id(&world.gone.id)).await;
    let bound = local
        .client
        .bound_by(Agreement::to(&plan.unwrap().agreement()));

    // Less is within the agreement, and more is not.
    let (kind, name) = ("virtualMachines", "late");
    let machine = machine_path((SUBSCRIPTION, kind, name));
    let body = json!({"location": "eastus", "identity": {"type": "UserAssigned",
        "userAssignedIdentities": {&world.gone.id: {}}}});
    assert_eq!(local.raw("PUT", &machine, body).await.0, 201);
    local.forget().await;
    let error = access::remove_detached(&bound, &by_id(&world.gone.id)).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "PlanChanged");
    let text = error.to_string();
    assert!(text.contains("/late'") && !text.contains("/vm1'"), "{text}");
    assert_eq!(world.changing_requests().await, Vec::<String>::new());

    assert!(local.raw("DELETE", &machine, Value::Null).await.0 < 300);
    let first = machine_path(MACHINES[0]);
    let only = json!({"identity": {"type": "UserAssigned",
        "userAssignedIdentities": {&world.gone.id: null}}});
    assert_eq!(local.raw("PATCH", &first, only).await.0, 200);
    access::remove_detached(&bound, &by_id(&world.gone.id))
        .await
        .unwrap();
    assert!(!world.exists(&world.gone).await);
}

#[tokio::test]
async fn another_identity_of_the_same_name_is_not_the_one_agreed_to() {
    let local = Local::start().await;
    let first = make(&local, "id1").await;
    let plan = access::plan_remove_detached(&local.client, &by_id(&first.id)).await;
    let bound = local
        .client
        .bound_by(Agreement::to(&plan.unwrap().agreement()));
    identity::delete(&local.client, &by_id(&first.id))
        .await
        .unwrap();
    make(&local, "id1").await;
    let ended = access::remove_detached(&bound, &by_id(&first.id)).await;
    assert_eq!(support::code(ended), "PlanChanged");
}

#[tokio::test]
async fn an_identity_without_a_readable_principal_stays() {
    // Its roles are found by its principal: without that, they would be left behind.
    let world = World::new(Duration::ZERO).await;
    let fault = json!({"name": "ControlCharacters", "method": "GET", "pathContains": "/gone"});
    world.local.fault(fault).await;
    world.local.forget().await;
    let error = world.remove().await.unwrap_err();
    assert_eq!(error.code(), "UnexpectedContent");
    assert!(error.to_string().contains("nothing is removed"), "{error}");
    let methods = world.local.methods().await;
    let reads = |method: &String| method == "GET" || method == "POST";
    assert!(methods.iter().all(reads), "{methods:?}");
}

#[tokio::test]
async fn a_plan_fails_where_a_machine_could_not_be_changed() {
    let world = World::new(Duration::ZERO).await;
    let client = &world.local.client;
    identity::delete(client, &by_id(&world.kept.id))
        .await
        .unwrap();
    let plan = access::plan_remove_detached(client, &by_id(&world.gone.id)).await;
    let error = plan.unwrap_err();
    assert_eq!(error.code(), "FailedIdentityOperation");
    assert!(
        error
            .to_string()
            .contains("no user-assigned identity 'kept'"),
        "{error}"
    );
}

#[tokio::test]
async fn a_failure_says_what_is_done_and_the_same_call_goes_on() {
    let world = World::new(Duration::ZERO).await;
    let locked = json!({"status": 403, "code": "AuthorizationFailed", "message": "Not you."});
    world.local.fault(on("PATCH", "/vm2", locked)).await;
    let error = world.remove().await.unwrap_err();
    assert_eq!(error.code(), "AuthorizationFailed");
    let text = error.to_string();
    let (done, left) = text.split_once("Not done:").unwrap();
    assert!(done.contains("/vm1'") && done.contains("/set1'"), "{text}");
    for step in [
        "/vm2'",
        "'Reader'",
        "'Contributor'",
        "delete it",
        "Run the same command again to continue",
    ] {
        assert!(left.contains(step), "{step}: {text}");
    }
    assert_eq!(world.having(&world.gone).await, 1);
    assert_eq!(world.roles(&world.gone).await, 2);
    assert!(world.exists(&world.gone).await);
    world.assert_kept().await;

    let locked = json!({"status": 403, "code": "AuthorizationFailed", "message": "Not you."});
    let fault = on("DELETE", "/roleAssignments/", locked);
    world.local.fault(fault).await;
    let error = world.remove().await.unwrap_err();
    assert_eq!(error.code(), "AuthorizationFailed");
    assert!(
        error.to_string().contains("Not done: remove the role"),
        "{error}"
    );
    assert!(world.exists(&world.gone).await);

    world.remove().await.unwrap();
    world.assert_removed().await;
}

#[tokio::test]
async fn a_machine_that_can_not_be_read_is_not_taken_for_one_without_the_identity() {
    let world = World::new(Duration::from_millis(5)).await;
    let unreadable = json!({"value": [
        {"id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/\
                        Microsoft.Compute/virtualMachines/odd"), "location": ["x"],
         "identity": "odd"},
    ]});
    let body = unreadable.to_string();
    let answer = json!({"status": 200, "body": body, "contentType": "application/json"});
    for used in [false, true] {
        let list = on("GET", "/virtualMachines?", answer.clone());
        world.local.fault(list).await;
        let target = by_id(&world.gone.id);
        let error = match used {
            true => access::remove_unused(&world.local.client, &target).await,
            false => access::remove_detached(&world.local.client, &target).await,
        }
        .unwrap_err();
        assert_eq!(error.code(), "UnexpectedContent");
        let told = error.to_string();
        assert!(
            told.contains("'odd'") && told.contains("nothing is removed"),
            "{told}"
        );
    }
    assert_eq!(world.having(&world.gone).await, MACHINES.len());
    assert!(world.exists(&world.gone).await);
}

#[tokio::test]
async fn a_page_of_something_between_does_not_say_that_a_machine_is_gone() {
    let world = World::new(Duration::from_millis(5)).await;
    for method in ["GET", "PATCH"] {
        let page =
            json!({"status": 404, "body": "<html>Not here</html>", "contentType": "text/html"});
        world
            .local
            .fault(on(method, "/virtualMachines/vm2", page))
            .await;
        let error = world.remove().await.unwrap_err();
        assert_eq!(error.code(), "HttpStatus404", "{method}: {error}");
        assert!(world.exists(&world.gone).await);
    }
    world.remove().await.unwrap();
    world.assert_removed().await;
}

#[tokio::test]
async fn what_resource_graph_does_not_know_yet_is_found_in_the_identitys_own_subscription() {
    let local = Local::start().await;
    let late = json!({"graphDelayMs": 600_000});
    local.admin("PATCH", "settings", late).await;
    let world = World::build(local).await;
    world.remove().await.unwrap();
    // Only what is in another subscription is left to Resource Graph, which is late.
    assert_eq!(world.having(&world.gone).await, 1);
    assert_eq!(world.roles(&world.gone).await, 1);
    world.assert_kept().await;

    world
        .local
        .admin("PATCH", "settings", json!({"graphDelayMs": 0}))
        .await;
    world.remove().await.unwrap();
    assert_eq!(
        world.having(&world.gone).await,
        0,
        "the dead reference is found"
    );
    let warnings = world.local.heard.warnings.lock().unwrap();
    assert!(
        warnings[0].contains("its remaining assignments are removed"),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn one_that_nobody_knows_is_a_warning() {
    let local = Local::start().await;
    access::remove_detached(&local.client, &target("nobody"))
        .await
        .unwrap();
    let plan = access::plan_remove_detached(&local.client, &target("nobody")).await;
    assert!(!plan.unwrap().changes());
    let warnings = local.heard.warnings.lock().unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("There is no user-assigned identity"));
}

#[tokio::test]
async fn other_resources_are_named_and_not_touched() {
    let local = Local::start().await;
    let gone = make(&local, "gone").await;
    let path = machine_path((SUBSCRIPTION, "virtualMachines", "cluster"));
    let body = json!({"location": "eastus", "properties": {"profile": {"node": gone.id}}});
    assert_eq!(local.raw("PUT", &path, body).await.0, 201);
    let plan = access::plan_remove_detached(&local.client, &by_id(&gone.id)).await;
    assert!(plan.unwrap().description.contains("Not changed"));
    access::remove_detached(&local.client, &by_id(&gone.id))
        .await
        .unwrap();
    let (_, answer) = local.raw("GET", &path, Value::Null).await;
    assert_eq!(answer["properties"]["profile"]["node"], gone.id.as_str());
    let warnings = local.heard.warnings.lock().unwrap();
    assert!(warnings[0].contains("/cluster'"), "{warnings:?}");
}

#[tokio::test]
async fn one_that_is_in_use_is_not_deleted() {
    let world = World::new(Duration::ZERO).await;
    let client = &world.local.client;
    let federated = make(&world.local, "federated").await;
    let path = format!(
        "{}/federatedIdentityCredentials/github?api-version=2024-11-30",
        federated.id
    );
    let body = json!({"properties": {"issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:o/r:pull_request", "audiences": ["api://AzureADTokenExchange"]}});
    assert_eq!(world.local.raw("PUT", &path, body).await.0, 201);
    let powerful = make(&world.local, "powerful").await;
    give(client, &powerful, "Reader", OTHER).await;

    world.local.forget().await;
    let cases: [(&UserAssignedIdentity, &[&str]); 3] = [
        (
            &world.gone,
            &["/vm1'", "/vm2'", "/set1'", "/vm3'", "'Reader'"],
        ),
        (&federated, &["federated credential 'github'"]),
        (&powerful, &["the role 'Reader'"]),
    ];
    for (identity, uses) in cases {
        let ended = access::remove_unused(client, &by_id(&identity.id)).await;
        let error = ended.unwrap_err();
        assert_eq!(error.code(), "IdentityInUse");
        assert_eq!(error.category(), Category::InvalidOperation);
        for one in uses {
            assert!(error.to_string().contains(one), "{one}: {error}");
        }
        let plan = access::plan_remove_unused(client, &by_id(&identity.id)).await;
        assert_eq!(support::code(plan), "IdentityInUse");
    }
    assert_eq!(world.changing_requests().await, Vec::<String>::new());

    let free = make(&world.local, "free").await;
    access::remove_unused(client, &by_id(&free.id))
        .await
        .unwrap();
    assert!(!world.exists(&free).await);
}

/// Tells the process that removes where the emulator is.
const ENDPOINT: &str = "MI_TEST_ENDPOINT";
const IDENTITY: &str = "MI_TEST_IDENTITY";

/// Run by itself it is a test as any other; the next test runs it as a process that it can end.
#[tokio::test]
async fn a_process_removes_an_identity() {
    let (Ok(endpoint), Ok(identity)) = (std::env::var(ENDPOINT), std::env::var(IDENTITY)) else {
        let world = World::new(Duration::from_millis(5)).await;
        world.remove().await.unwrap();
        return world.assert_removed().await;
    };
    let observer = std::sync::Arc::new(support::Heard::default());
    let connection = connect(support::sign_in(&endpoint), observer)
        .await
        .unwrap();
    access::remove_detached(&connection.client, &by_id(&identity))
        .await
        .unwrap();
}

fn start_process(world: &World) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "removal::a_process_removes_an_identity"])
        .env(ENDPOINT, world.local.emulator.endpoint())
        .env(IDENTITY, &world.gone.id)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the process has sent the request that is held, or has ended without sending it.
async fn reached(world: &World, process: &mut Child) -> bool {
    loop {
        let faults = world.local.admin("GET", "faults", Value::Null).await;
        if faults[0]["hit"] == 1 {
            return true;
        }
        if let Some(status) = process.try_wait().unwrap() {
            assert!(status.success(), "the process failed by itself");
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_process_that_ends_at_any_step_leaves_what_the_same_call_finishes() {
    let mut world = World::new(Duration::from_millis(5)).await;
    let mut ended = 0;
    for step in 0.. {
        // Each request that concerns resources is held in its turn, and the process is ended.
        let held = json!({"pathContains": "/providers/", "skip": step,
            "action": {"delayMs": 3_600_000}});
        world.local.fault(held).await;
        let mut process = start_process(&world);
        let was_reached = reached(&world, &mut process).await;
        process.kill().unwrap();
        process.wait().unwrap();
        world.local.admin("DELETE", "faults", Value::Null).await;
        world.assert_kept().await;
        if !was_reached {
            break;
        }
        ended += 1;
        world.remove().await.unwrap();
        world.assert_removed().await;
        world.local.admin("POST", "reset", Value::Null).await;
        world = World::build(world.local).await;
    }
    world.assert_removed().await;
    // At least the looks, a change of each machine, both roles, and the deletion.
    assert!(ended > 10 + MACHINES.len(), "only {ended} steps");
}

/// Makes a resource of a type with the identity that goes and, where it can have two, the one that
/// stays.
async fn holder(local: &Local, kind: &Type, gone: &str, kept: &str) -> String {
    let mut map = json!({ gone: {} });
    if !kind.one {
        map[kept] = json!({});
    }
    let needs_system = kind.together && !(kind.alone && kind.without);
    let word = match needs_system {
        true => "SystemAssigned, UserAssigned",
        false => "UserAssigned",
    };
    let identity = json!({"identity": {"type": word, "userAssignedIdentities": map}});
    let (name, version) = (kind.known.resource_type, kind.known.api_version);
    resource_types::make(local, name, version, "holder", identity).await
}

#[tokio::test]
async fn the_identity_is_taken_off_a_resource_of_every_type() {
    let local = Local::start().await;
    let gone = make(&local, "gone").await;
    let kept = make(&local, "kept").await;
    let kinds: Vec<Type> = resource_types::types()
        .into_iter()
        // Resource Graph does not have the pools of batch accounts.
        .filter(|kind| kind.user && !kind.known.resource_type.ends_with("/pools"))
        .collect();
    let mut holders = Vec::new();
    for kind in &kinds {
        holders.push(holder(&local, kind, &gone.id, &kept.id).await);
    }
    let plan = access::plan_remove_detached(&local.client, &by_id(&gone.id)).await;
    let plan = plan.unwrap();
    assert_eq!(
        plan.effects.len(),
        holders.len() + 1,
        "{}",
        plan.description
    );
    access::remove_detached(&local.client, &by_id(&gone.id))
        .await
        .unwrap();

    assert!(
        identity::get(&local.client, &by_id(&gone.id))
            .await
            .is_err()
    );
    for (kind, id) in kinds.iter().zip(&holders) {
        let whole = settled(&local, id, kind.known.api_version).await;
        let text = whole["identity"].to_string().to_lowercase();
        assert!(!text.contains(&gone.id.to_lowercase()), "{whole}");
        assert!(kind.one || text.contains("/kept\""), "{whole}");
    }
    let log = support_warnings(&local);
    assert!(log.is_empty(), "{log:?}");
}

fn support_warnings(local: &Local) -> Vec<String> {
    local.heard.warnings.lock().unwrap().clone()
}

#[tokio::test]
async fn a_resource_that_resource_graph_does_not_know_yet_is_found() {
    let local = Local::start().await;
    let gone = make(&local, "gone").await;
    let settings = json!({"graphDelayMs": 3_600_000});
    local.admin("PATCH", "settings", settings).await;
    let body = json!({
        "identity": {"type": "UserAssigned", "userAssignedIdentities": { &gone.id: {} }},
    });
    let (kind, version) = ("Microsoft.Web/sites", "2023-12-01");
    let site = resource_types::make(&local, kind, version, "app1", body).await;
    let refused = access::remove_unused(&local.client, &by_id(&gone.id)).await;
    let error = refused.unwrap_err();
    assert_eq!(error.code(), "IdentityInUse");
    assert!(error.message().contains(&site), "{error}");
    access::remove_detached(&local.client, &by_id(&gone.id))
        .await
        .unwrap();
    let whole = settled(&local, &site, version).await;
    assert!(whole.get("identity").is_none(), "{whole}");
}

#[tokio::test]
async fn a_setting_that_names_the_identity_stops_its_removal_with_the_place() {
    let local = Local::start().await;
    let gone = make(&local, "gone").await;
    let body = json!({
        "identity": {"type": "UserAssigned", "userAssignedIdentities": { &gone.id: {} }},
        "properties": {"keyVaultReferenceIdentity": gone.id},
    });
    let (kind, version) = ("Microsoft.Web/sites", "2023-12-01");
    let site = resource_types::make(&local, kind, version, "app1", body).await;
    let error = access::remove_detached(&local.client, &by_id(&gone.id)).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "IdentityInSettings");
    let told = error.to_string();
    assert!(
        told.contains("properties.keyVaultReferenceIdentity"),
        "{told}"
    );
    assert!(
        told.contains(&format!(
            "Not done: remove it from Microsoft.Web/sites '{site}'"
        )),
        "{told}"
    );
    assert!(identity::get(&local.client, &by_id(&gone.id)).await.is_ok());
}
