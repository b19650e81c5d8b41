//! Role assignments through the real client, against the emulator.

use std::time::{Duration, Instant};

use managed_identity::access::{
    self, Assign, Find, Principal, Revoke, Role, RoleAssignment, RoleScope,
};
use managed_identity::base::{Category, ScopeId};
use managed_identity::identity::{self, Create};
use serde_json::json;

use crate::support::{self, GROUP, Local, code, target};

const SUBSCRIPTION: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

fn group() -> ScopeId {
    ScopeId::parse(&format!("{SUBSCRIPTION}/resourceGroups/{GROUP}")).unwrap()
}

fn on(scope: &str) -> RoleScope {
    RoleScope {
        scope: Some(scope.to_owned()),
        ..RoleScope::default()
    }
}

fn with_object_id(principal_id: &str) -> Principal {
    Principal {
        principal_id: Some(principal_id.to_owned()),
        ..Principal::default()
    }
}

async fn principal(local: &Local, name: &str) -> String {
    let wanted = Create {
        target: target(name),
        ..Create::default()
    };
    let made = identity::create(&local.client, &wanted).await.unwrap();
    made.properties.principal_id
}

fn by_id(id: &str) -> Revoke {
    Revoke {
        id: Some(id.to_owned()),
        ..Revoke::default()
    }
}

fn assign(principal_id: &str, role: &str) -> Assign {
    Assign {
        principal: with_object_id(principal_id),
        scope: on(group().as_str()),
        role: Role::named(role),
        ..Assign::default()
    }
}

async fn all(local: &Local, scope: &str, principal_id: &str) -> Vec<RoleAssignment> {
    let wanted = Find {
        principal: with_object_id(principal_id),
        scope: on(scope),
        ..Find::default()
    };
    access::find(&local.client, &wanted).await.unwrap()
}

#[tokio::test]
async fn a_role_is_given_seen_and_taken() {
    let local = Local::start().await;
    let principal_id = principal(&local, "id1").await;
    let mut wanted = assign(&principal_id, "reader");
    wanted.description = Some("for the tests".to_owned());
    let given = access::assign(&local.client, &wanted).await.unwrap();
    assert_eq!(given.properties.principal_id, principal_id);
    assert_eq!(given.properties.principal_type, "ServicePrincipal");
    assert_eq!(
        given.properties.description.as_deref(),
        Some("for the tests")
    );

    assert_eq!(given.role_name, "Reader");
    let seen = all(&local, SUBSCRIPTION, &principal_id).await;
    let with_name = RoleAssignment {
        principal_name: "id1".to_owned(),
        ..given.clone()
    };
    assert_eq!(seen, [with_name]);

    let revoke = by_id(&given.id);
    access::revoke(&local.client, &revoke).await.unwrap();
    assert!(all(&local, SUBSCRIPTION, &principal_id).await.is_empty());
    let error = access::revoke(&local.client, &revoke).await.unwrap_err();
    assert_eq!(error.code(), "RoleAssignmentNotFound");
    assert_eq!(error.category(), Category::ObjectNotFound);
}

#[tokio::test]
async fn giving_a_role_twice_is_giving_it_once() {
    let local = Local::start().await;
    let principal_id = principal(&local, "id1").await;
    let wanted = assign(&principal_id, "Reader");
    let first = access::assign(&local.client, &wanted).await.unwrap();
    let again = access::assign(&local.client, &wanted).await.unwrap();
    assert_eq!(first.id, again.id);
    assert_eq!(all(&local, group().as_str(), &principal_id).await.len(), 1);
}

#[tokio::test]
async fn one_that_somebody_else_gave_under_another_name_comes_back() {
    let local = Local::start().await;
    let principal_id = principal(&local, "id1").await;
    let role = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/\
         11111111-2222-3333-4444-555555555555?api-version=2022-04-01",
        group()
    );
    let body = json!({"properties": {
        "roleDefinitionId":
            format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "principalId": principal_id,
        "principalType": "ServicePrincipal",
    }});
    let (status, answer) = local.raw("PUT", &path, body).await;
    assert_eq!(status, 201, "{answer}");

    let mut wanted = assign(&principal_id, "Reader");
    let found = access::assign(&local.client, &wanted).await.unwrap();
    assert_eq!(found.name, "11111111-2222-3333-4444-555555555555");
    wanted.role = Role {
        id: Some(role.to_owned()),
        ..Role::default()
    };
    let found = access::assign(&local.client, &wanted).await.unwrap();
    assert_eq!(found.name, "11111111-2222-3333-4444-555555555555");
}

#[tokio::test]
async fn a_principal_that_is_not_known_yet_is_waited_for() {
    let local = Local::start().await;
    let delay = json!({"replicationDelayMs": 120});
    local.admin("PATCH", "settings", delay).await;
    let principal_id = principal(&local, "id1").await;
    let given = access::assign(&local.client, &assign(&principal_id, "Reader")).await;
    assert_eq!(given.unwrap().properties.principal_id, principal_id);
    assert!(!local.heard.progress.lock().unwrap().is_empty());
}

/// For so many requests, role assignments do not know any principal.
async fn principal_not_found(local: &Local, times: u32) {
    let fault = json!({
        "method": "PUT", "pathContains": "roleAssignments", "times": times,
        "action": {"status": 400, "code": "PrincipalNotFound", "message": "Not yet."},
    });
    local.fault(fault).await;
}

/// Nobody: a mistyped id.
fn mistyped() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[tokio::test]
async fn a_mistyped_principal_is_not_waited_for_as_a_new_one_is() {
    let local = Local::start().await;
    let id = mistyped();
    let started = Instant::now();
    let error = access::assign(&local.client, &assign(&id, "Reader"))
        .await
        .unwrap_err();
    assert!(started.elapsed() < local.client.retry().replication);
    assert_eq!(error.code(), "PrincipalNotFound");
    let told = error.to_string();
    assert!(
        told.contains("-PrincipalId") && told.contains(&id),
        "{told}"
    );
    let asked = local.requests().await;
    let graph = format!("GET /v1.0/directoryObjects/{id}");
    assert_eq!(
        asked.iter().filter(|line| **line == graph).count(),
        1,
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_client_id_is_told_from_an_object_id() {
    let local = Local::start().await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    let made = identity::create(&local.client, &wanted).await.unwrap();
    let given = assign(&made.properties.client_id, "Reader");
    let error = access::assign(&local.client, &given).await.unwrap_err();
    assert_eq!(error.code(), "InvalidPrincipalId");
    let told = error.to_string();
    assert!(
        told.contains("'id1'") && told.contains(&made.properties.principal_id),
        "{told}"
    );
}

#[tokio::test]
async fn a_principal_that_the_directory_knows_is_waited_for() {
    let local = Local::start().await;
    let id = mistyped();
    let person = json!({"id": id, "type": "ServicePrincipal", "displayName": "app"});
    local.admin("POST", "principals", person).await;
    principal_not_found(&local, 30).await;
    access::assign(&local.client, &assign(&id, "Reader"))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_wait_for_a_principal_is_the_callers_to_choose() {
    let local = Local::start().await;
    // Known to exist, and still for no longer than asked.
    let id = principal(&local, "id1").await;
    principal_not_found(&local, 1000).await;
    let mut wanted = assign(&id, "Reader");
    wanted.principal_wait = Some(Duration::ZERO);
    local.forget().await;
    let error = access::assign(&local.client, &wanted).await.unwrap_err();
    assert_eq!(error.code(), "PrincipalNotFound");
    assert_eq!(
        local
            .methods()
            .await
            .iter()
            .filter(|method| *method == "PUT")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_mistyped_member_is_not_waited_for() {
    let local = Local::start().await;
    let group = local
        .admin(
            "POST",
            "principals",
            json!({
                "id": mistyped(), "type": "Group", "displayName": "operators",
            }),
        )
        .await;
    let id = mistyped();
    let started = Instant::now();
    let wanted = access::Membership {
        group: group["id"].as_str().unwrap().to_owned(),
        principal_id: id.clone(),
        principal_wait: None,
    };
    let error = access::add_member(&local.client, &wanted)
        .await
        .unwrap_err();
    assert!(started.elapsed() < local.client.retry().replication);
    let told = error.to_string();
    assert!(
        told.contains("-PrincipalId") && told.contains(&id),
        "{told}"
    );
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let local = Local::start().await;
    let principal_id = principal(&local, "id1").await;
    let unknown = access::assign(&local.client, &assign(&principal_id, "Emperor")).await;
    let error = unknown.unwrap_err();
    assert_eq!(error.code(), "RoleDefinitionDoesNotExist");
    assert!(error.to_string().contains("'Emperor'"), "{error}");

    local.forget().await;
    assert_eq!(
        code(access::assign(&local.client, &assign("id1", "Reader")).await),
        "InvalidPrincipalId"
    );
    assert_eq!(
        code(access::revoke(&local.client, &by_id("/subscriptions/s")).await),
        "InvalidRoleAssignmentId"
    );
    assert_eq!(local.requests().await, Vec::<String>::new());
}

#[tokio::test]
async fn roles_are_listed_by_name() {
    let local = Local::start().await;
    let mut pages = access::definitions(&local.client, &group(), Some("Managed Identity Operator"));
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!(page[0].name, "f1a07417-d97a-45cb-824c-7a7467783830");
    let mut pages = access::definitions(&local.client, &group(), Some("it's ' quoted"));
    assert_eq!(pages.next().await.unwrap().unwrap(), []);
}

const BY_IDS: &str = "POST /v1.0/directoryObjects/getByIds";

/// A subscription with assignments to two identities and to a principal that the directory does not
/// have any more, and the names that are found.
async fn with_assignments() -> (Local, Vec<String>) {
    let local = Local::start().await;
    let mut principals = Vec::new();
    for name in ["id1", "id2", "gone"] {
        let wanted = Create {
            target: target(name),
            ..Create::default()
        };
        let made = identity::create(&local.client, &wanted).await.unwrap();
        let given = assign(&made.properties.principal_id, "Reader");
        access::assign(&local.client, &given).await.unwrap();
        principals.push(made.properties.principal_id);
        if name == "gone" {
            identity::delete(&local.client, &target(name))
                .await
                .unwrap();
        }
    }
    local.forget().await;
    (local, principals)
}

async fn names_of_holders(local: &Local, find: &Find) -> Vec<String> {
    let found = access::find(&local.client, find).await.unwrap();
    let mut names: Vec<String> = found.into_iter().map(|one| one.principal_name).collect();
    names.sort();
    names
}

async fn asked_the_directory(local: &Local) -> usize {
    let requests = local.requests().await;
    requests.iter().filter(|line| *line == BY_IDS).count()
}

#[tokio::test]
async fn holders_have_their_names_by_one_request() {
    let (local, principals) = with_assignments().await;
    let names = names_of_holders(&local, &Find::default()).await;
    assert_eq!(names, ["", "id1", "id2"]);
    assert_eq!(asked_the_directory(&local).await, 1);
    // What was answered within the minute is not asked again.
    let first = Find {
        principal: Principal {
            principal_id: Some(principals[0].clone()),
            ..Principal::default()
        },
        ..Find::default()
    };
    assert_eq!(names_of_holders(&local, &first).await, ["id1"]);
    assert_eq!(asked_the_directory(&local).await, 1);
}

#[tokio::test]
async fn the_name_of_an_identity_that_was_read_is_known() {
    let (local, _) = with_assignments().await;
    let of_identity = Find {
        principal: Principal {
            identity: target("id2"),
            ..Principal::default()
        },
        ..Find::default()
    };
    assert_eq!(names_of_holders(&local, &of_identity).await, ["id2"]);
    assert_eq!(asked_the_directory(&local).await, 0);
}

#[tokio::test]
async fn holders_have_no_names_where_the_directory_may_not_be_read() {
    let (local, _) = with_assignments().await;
    local
        .fault(support::on("POST", "/getByIds", json!({
            "status": 403, "code": "Authorization_RequestDenied", "message": "Insufficient privileges."
        })))
        .await;
    for _ in 0..2 {
        let names = names_of_holders(&local, &Find::default()).await;
        assert_eq!(names, ["", "", ""]);
    }
    assert_eq!(asked_the_directory(&local).await, 1);
    let verbose = local.heard.verbose.lock().unwrap();
    let told = verbose
        .iter()
        .filter(|line| line.starts_with("The names of principals are not shown: "));
    let told: Vec<_> = told.collect();
    assert!(
        told.len() == 2 && told[0].contains("Insufficient privileges"),
        "{told:?}"
    );
    assert!(local.heard.warnings.lock().unwrap().is_empty());
}
