//! Application permissions through the real client, against the emulator.

use std::slice::from_ref;
use std::time::Instant;

use emulator::seed;
use futures_util::future::join_all;
use managed_identity::access::{
    self, AppRoleAssignment, AssignAppRole, FindAppRoles, MICROSOFT_GRAPH, Principal, RevokeAppRole,
};
use managed_identity::base::{Category, Error};
use managed_identity::identity::{self, Create};
use serde_json::{Value, json};

use crate::support::{Local, code, on, target};

const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const USER_READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";

async fn identity(local: &Local, name: &str) -> Principal {
    let wanted = Create {
        target: target(name),
        ..Create::default()
    };
    let made = identity::create(&local.client, &wanted).await.unwrap();
    with_object_id(&made.properties.principal_id)
}

fn with_object_id(id: &str) -> Principal {
    Principal {
        principal_id: Some(id.to_owned()),
        ..Principal::default()
    }
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn wanted(principal: &Principal, permission: &str) -> AssignAppRole {
    AssignAppRole {
        principal: principal.clone(),
        permission: permission.to_owned(),
        ..AssignAppRole::default()
    }
}

fn on_api(principal: &Principal, resource: &str, permission: &str) -> AssignAppRole {
    AssignAppRole {
        resource: Some(resource.to_owned()),
        ..wanted(principal, permission)
    }
}

async fn assign(local: &Local, asked: &AssignAppRole) -> Result<AppRoleAssignment, Error> {
    access::assign_app_role(&local.client, asked).await
}

async fn list(local: &Local, asked: &FindAppRoles) -> Result<Vec<AppRoleAssignment>, Error> {
    let mut pages = access::app_role_assignments(&local.client, asked).await?;
    let mut all = Vec::new();
    while let Some(page) = pages.next().await? {
        all.extend(page);
    }
    Ok(all)
}

async fn of(local: &Local, principal: &Principal) -> Vec<AppRoleAssignment> {
    let asked = FindAppRoles {
        principal: principal.clone(),
        ..FindAppRoles::default()
    };
    list(local, &asked).await.unwrap()
}

fn by_name(principal: &Principal, permission: &str) -> RevokeAppRole {
    RevokeAppRole {
        principal: principal.clone(),
        permission: Some(permission.to_owned()),
        ..RevokeAppRole::default()
    }
}

fn by_id(given: &AppRoleAssignment) -> RevokeAppRole {
    RevokeAppRole {
        id: Some(given.id.clone()),
        principal: with_object_id(&given.principal_id),
        ..RevokeAppRole::default()
    }
}

async fn revoke(local: &Local, asked: &RevokeAppRole) -> Result<(), Error> {
    access::revoke_app_role(&local.client, asked).await
}

/// The writes to assignments since the last `forget`.
async fn writes(local: &Local) -> Vec<String> {
    let requests = local.requests().await;
    let is_write = |line: &String| line.contains("appRoleAssign") && !line.starts_with("GET ");
    requests.into_iter().filter(is_write).collect()
}

/// An API of one's own.
async fn register(local: &Local, name: &str, roles: Value) -> (String, String) {
    let (id, app_id) = (new_id(), new_id());
    let api = json!({
        "id": id, "appId": app_id, "type": "ServicePrincipal", "displayName": name,
        "appRoles": roles,
    });
    local.admin("POST", "principals", api).await;
    (id, app_id)
}

#[tokio::test]
async fn a_permission_is_given_seen_and_taken() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let given = assign(&local, &wanted(&principal, "User.Read.All"))
        .await
        .unwrap();
    assert_eq!(Some(&given.principal_id), principal.principal_id.as_ref());
    assert_eq!(given.app_role_id, USER_READ_ALL);
    let names = [
        &given.principal_display_name,
        &given.principal_type,
        &given.resource_display_name,
        &given.resource_app_id,
        &given.permission,
        &given.permission_display_name,
    ];
    assert_eq!(
        names,
        [
            "id1",
            "ServicePrincipal",
            "Microsoft Graph",
            MICROSOFT_GRAPH,
            "User.Read.All",
            "Read all users' full profiles",
        ]
    );
    assert!(!given.created.is_empty());
    assert_eq!(of(&local, &principal).await, from_ref(&given));
    let on_graph = FindAppRoles {
        resource: Some("microsoft graph".to_owned()),
        ..FindAppRoles::default()
    };
    assert_eq!(list(&local, &on_graph).await.unwrap(), from_ref(&given));

    revoke(&local, &by_id(&given)).await.unwrap();
    assert!(of(&local, &principal).await.is_empty());
    for again in [by_id(&given), by_name(&principal, "User.Read.All")] {
        let error = revoke(&local, &again).await.unwrap_err();
        assert_eq!(error.code(), "AppRoleAssignmentNotFound");
        assert_eq!(error.category(), Category::ObjectNotFound);
    }
}

#[tokio::test]
async fn apis_and_permissions_have_names_and_ids() {
    let local = Local::start().await;
    let roles = json!([{"id": new_id(), "value": "Orders.Read.All", "displayName": "Read"}]);
    let (id, app_id) = register(&local, "It's my API", roles.clone()).await;
    let principal = identity(&local, "id1").await;
    let role_id = roles[0]["id"].as_str().unwrap();
    let mut ids = Vec::new();
    for api in [id.as_str(), &app_id, "it's MY api"] {
        for permission in ["Orders.Read.All", "orders.read.all", role_id] {
            let given = assign(&local, &on_api(&principal, api, permission))
                .await
                .unwrap();
            assert_eq!(given.resource_app_id, app_id);
            ids.push(given.id);
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "one assignment, whatever it was called by");
    let exchange = on_api(&principal, EXCHANGE, "Exchange.ManageAsApp");
    assign(&local, &exchange).await.unwrap();
    assign(&local, &wanted(&principal, "Mail.Send"))
        .await
        .unwrap();

    let find = |resource: Option<&str>, permission: Option<&str>| FindAppRoles {
        principal: principal.clone(),
        resource: resource.map(str::to_owned),
        permission: permission.map(str::to_owned),
    };
    let found = async |resource: Option<&str>, permission: Option<&str>| {
        let found = list(&local, &find(resource, permission)).await.unwrap();
        let mut names: Vec<_> = found.into_iter().map(|one| one.permission).collect();
        names.sort();
        names
    };
    let all = ["Exchange.ManageAsApp", "Mail.Send", "Orders.Read.All"];
    assert_eq!(found(None, None).await, all);
    assert_eq!(found(Some(EXCHANGE), None).await, all[..1]);
    assert_eq!(found(None, Some("mail.send")).await, all[1..2]);
    assert_eq!(found(None, Some(role_id)).await, all[2..]);
    assert_eq!(found(Some(&app_id), Some(role_id)).await, all[2..]);
    // A misspelt name is told from one that nobody has.
    let misspelt = list(&local, &find(Some(EXCHANGE), Some("Exchange.ManageAsAp"))).await;
    assert_eq!(code(misspelt), "PermissionNotFound");
}

#[tokio::test]
async fn giving_a_permission_twice_is_giving_it_once() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let asked = wanted(&principal, "User.Read.All");
    let first = assign(&local, &asked).await.unwrap();
    local.forget().await;
    let again = assign(&local, &asked).await.unwrap();
    assert_eq!(first, again);
    assert!(writes(&local).await.is_empty());
    // At once, too: one of them is refused, and finds what the other gave.
    let other = identity(&local, "id2").await;
    let asked = wanted(&other, "User.Read.All");
    let both = join_all([assign(&local, &asked), assign(&local, &asked)]).await;
    let ids: Vec<_> = both.into_iter().map(|given| given.unwrap().id).collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn what_can_t_be_given_is_an_error_before_any_write() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    local.forget().await;
    for (permission, code, words) in [
        ("User.Raed.All", "PermissionNotFound", "User.Read.All"),
        ("User.Read", "PermissionNotForApplications", "User.Read.All"),
        ("AgentCard.Read.All", "PermissionDisabled", "disabled"),
        ("xyzzy", "PermissionNotFound", "-Permission"),
        (" ", "InvalidPermission", "-Permission"),
    ] {
        let error = assign(&local, &wanted(&principal, permission))
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{permission}");
        assert!(error.to_string().contains(words), "{error}");
    }
    for (resource, code) in [
        ("No such API", "ServicePrincipalNotFound"),
        (
            "11111111-1111-1111-1111-111111111111",
            "ServicePrincipalNotFound",
        ),
        ("", "InvalidResource"),
    ] {
        let error = assign(&local, &on_api(&principal, resource, "x"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{resource}");
    }
    let error = assign(&local, &on_api(&principal, "Azure Key Vault", "x"))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("offers no application permissions"),
        "{error}"
    );
    let error = assign(&local, &wanted(&Principal::default(), "Mail.Send"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "MissingParameter");
    let mut user = wanted(&with_object_id(seed::USER_ID), "Mail.Send");
    user.principal.principal_type = Some("User".to_owned());
    assert_eq!(code(assign(&local, &user).await), "InvalidPrincipalType");
    assert!(writes(&local).await.is_empty());
}

#[tokio::test]
async fn a_name_that_several_apis_have_is_an_error_that_lists_their_ids() {
    let local = Local::start().await;
    let (first, _) = register(&local, "Orders", json!([])).await;
    let (second, _) = register(&local, "Orders", json!([])).await;
    let principal = identity(&local, "id1").await;
    let error = assign(&local, &on_api(&principal, "orders", "x"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "AmbiguousServicePrincipalName");
    let told = error.to_string();
    assert!(told.contains(&first) && told.contains(&second), "{told}");
}

#[tokio::test]
async fn a_principal_that_is_not_known_yet_is_waited_for() {
    let local = Local::start().await;
    let delay = async |ms: u64| {
        let settings = json!({"replicationDelayMs": ms});
        local.admin("PATCH", "settings", settings).await;
    };
    delay(3_600_000).await;
    let principal = identity(&local, "id1").await;
    // What the directory does not know yet has nothing.
    assert!(of(&local, &principal).await.is_empty());
    let asked = wanted(&principal, "Mail.Send");
    let plan = access::plan_assign_app_role(&local.client, &asked);
    assert!(plan.await.unwrap().changes());
    delay(0).await;
    let action = json!({"status": 404, "code": "Request_ResourceNotFound", "message": "Not yet."});
    let mut fault = on("GET", "appRoleAssignments", action);
    fault["times"] = json!(3);
    local.fault(fault).await;
    assign(&local, &asked).await.unwrap();
    assert!(!local.heard.progress.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refusal_that_means_that_the_principal_is_not_known_yet_is_waited_for() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let action = json!({
        "status": 400, "code": "Request_BadRequest", "message": "Not a valid reference update.",
    });
    let mut fault = on("POST", "appRoleAssignments", action);
    fault["times"] = json!(3);
    local.fault(fault).await;
    assign(&local, &wanted(&principal, "Mail.Send"))
        .await
        .unwrap();
    assert_eq!(writes(&local).await.len(), 4);
}

#[tokio::test]
async fn a_refusal_because_of_other_changes_is_no_error() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let action = json!({
        "status": 409, "code": "Directory_ConcurrencyViolation",
        "message": "Error due to concurrent requests being made to the tenant.",
    });
    let mut fault = on("POST", "appRoleAssignments", action);
    fault["times"] = json!(3);
    local.fault(fault).await;
    assign(&local, &wanted(&principal, "Mail.Send"))
        .await
        .unwrap();
    assert_eq!(writes(&local).await.len(), 4);
}

#[tokio::test]
async fn a_mistyped_principal_is_not_waited_for_as_a_new_one_is() {
    let local = Local::start().await;
    let id = new_id();
    let nobody = with_object_id(&id);
    let started = Instant::now();
    let error = assign(&local, &wanted(&nobody, "Mail.Send"))
        .await
        .unwrap_err();
    assert!(started.elapsed() < local.client.retry().replication);
    assert_eq!(error.code(), "Request_ResourceNotFound");
    let told = error.to_string();
    assert!(
        told.contains("-PrincipalId") && told.contains(&id),
        "{told}"
    );
    let asked = FindAppRoles {
        principal: nobody.clone(),
        ..FindAppRoles::default()
    };
    for error in [
        list(&local, &asked).await.unwrap_err(),
        revoke(&local, &by_name(&nobody, "Mail.Send"))
            .await
            .unwrap_err(),
        access::plan_assign_app_role(&local.client, &wanted(&nobody, "Mail.Send"))
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.code(), "Request_ResourceNotFound");
        assert!(
            error.to_string().contains("no service principal"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn ids_of_another_kind_are_told_from_object_ids() {
    let local = Local::start().await;
    let wanted_identity = Create {
        target: target("id1"),
        ..Create::default()
    };
    let made = identity::create(&local.client, &wanted_identity)
        .await
        .unwrap();
    let started = Instant::now();
    for (id, words) in [
        (made.properties.client_id.as_str(), "client id of 'id1'"),
        (seed::USER_ID, "user 'Emulator user'"),
        (seed::GROUP_ID, "group 'myGroup'"),
    ] {
        let asked = wanted(&with_object_id(id), "Mail.Send");
        let error = assign(&local, &asked).await.unwrap_err();
        assert_eq!(error.code(), "InvalidPrincipalId", "{id}");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(started.elapsed() < local.client.retry().replication);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_no_error() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    local
        .fault(on("POST", "appRoleAssignments", json!({"close": "after"})))
        .await;
    let given = assign(&local, &wanted(&principal, "Mail.Send"))
        .await
        .unwrap();
    assert_eq!(of(&local, &principal).await, from_ref(&given));
    local
        .fault(on(
            "DELETE",
            "appRoleAssignments",
            json!({"close": "after"}),
        ))
        .await;
    revoke(&local, &by_id(&given)).await.unwrap();
    assert!(of(&local, &principal).await.is_empty());
}

#[tokio::test]
async fn a_list_that_is_late_is_looked_at_again() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let asked = wanted(&principal, "Mail.Send");
    let first = assign(&local, &asked).await.unwrap();
    let empty = json!({"status": 200, "body": "{\"value\":[]}", "contentType": "application/json"});
    let mut late = on("GET", "appRoleAssignments", empty);
    late["times"] = json!(3);
    local.fault(late.clone()).await;
    local.forget().await;
    assert_eq!(assign(&local, &asked).await.unwrap(), first);
    assert_eq!(writes(&local).await.len(), 1);
    // Another refusal does not say that it is there.
    let action = json!({"status": 400, "code": "Request_BadRequest", "message": "No."});
    local.fault(on("POST", "appRoleAssignments", action)).await;
    local.fault(late).await;
    let error = assign(&local, &asked).await.unwrap_err();
    assert_eq!(error.code(), "Request_BadRequest");
}

#[tokio::test]
async fn who_may_not_give_permissions_reads_what_is_needed() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let action = json!({
        "status": 403, "code": "Authorization_RequestDenied",
        "message": "Insufficient privileges to complete the operation.",
    });
    local.fault(on("POST", "appRoleAssignments", action)).await;
    let error = assign(&local, &wanted(&principal, "Mail.Send"))
        .await
        .unwrap_err();
    assert_eq!(error.category(), Category::PermissionDenied);
    let told = error.recommendation();
    for needed in [
        "AppRoleAssignment.ReadWrite.All",
        "Application.Read.All",
        "Privileged Role Administrator",
    ] {
        assert!(told.contains(needed), "{told}");
    }
}

#[tokio::test]
async fn permissions_whose_api_may_not_be_read_have_no_names() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let given = assign(&local, &wanted(&principal, "Mail.Send"))
        .await
        .unwrap();
    let other = local.other_client().await;
    let action = json!({
        "status": 403, "code": "Authorization_RequestDenied", "message": "No.",
    });
    local
        .fault(on(
            "GET",
            &format!("servicePrincipals/{}", given.resource_id),
            action,
        ))
        .await;
    let mut pages = access::app_role_assignments(
        &other,
        &FindAppRoles {
            principal,
            ..FindAppRoles::default()
        },
    )
    .await
    .unwrap();
    let found = pages.next().await.unwrap().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].app_role_id, given.app_role_id);
    assert_eq!(
        (
            found[0].permission.as_str(),
            found[0].resource_app_id.as_str()
        ),
        ("", "")
    );
}

#[tokio::test]
async fn plans_say_what_would_change() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let asked = wanted(&principal, "Mail.Send");
    let plan = async || {
        access::plan_assign_app_role(&local.client, &asked)
            .await
            .unwrap()
    };
    local.forget().await;
    let before = plan().await;
    let id = principal.principal_id.as_deref().unwrap();
    assert_eq!(
        before.description,
        format!(
            "Assign the application permission 'Mail.Send' of 'Microsoft Graph' to \
             ServicePrincipal {id}"
        )
    );
    assert!(writes(&local).await.is_empty());
    let given = assign(&local, &asked).await.unwrap();
    let after = plan().await;
    assert!(!after.changes() && after.description.starts_with("No change needed"));
    for asked in [by_id(&given), by_name(&principal, "Mail.Send")] {
        let plan = access::plan_revoke_app_role(&local.client, &asked)
            .await
            .unwrap();
        assert_eq!(
            plan.description,
            format!(
                "Remove the application permission 'Mail.Send' of 'Microsoft Graph' from 'id1' ({id})"
            )
        );
        assert_eq!(
            plan.effects,
            [format!("remove app role assignment '{}'", given.id)]
        );
    }
    assert_eq!(of(&local, &principal).await, [given]);
}

#[tokio::test]
async fn what_is_removed_is_named_well() {
    let local = Local::start().await;
    let principal = identity(&local, "id1").await;
    let bad = RevokeAppRole {
        id: Some("../x".to_owned()),
        principal: principal.clone(),
        ..RevokeAppRole::default()
    };
    assert_eq!(
        code(revoke(&local, &bad).await),
        "InvalidAppRoleAssignmentId"
    );
    let none = RevokeAppRole {
        principal: principal.clone(),
        ..RevokeAppRole::default()
    };
    assert_eq!(code(revoke(&local, &none).await), "MissingParameter");
    let all = FindAppRoles::default();
    assert_eq!(code(list(&local, &all).await), "MissingParameter");
    let error = revoke(&local, &by_name(&principal, "User.Raed.All"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "PermissionNotFound");
}

#[tokio::test]
async fn many_identities_at_once() {
    let local = Local::start().await;
    let identities = join_all((0..20).map(|at| {
        let (local, name) = (&local, format!("id{at}"));
        async move { identity(local, &name).await }
    }))
    .await;
    local.forget().await;
    let asked: Vec<AssignAppRole> = identities
        .iter()
        .flat_map(|one| [wanted(one, "User.Read.All"), wanted(one, "Mail.Send")])
        .collect();
    for given in join_all(asked.iter().map(|one| assign(&local, one))).await {
        given.unwrap();
    }
    let requests = local.requests().await;
    let looks = requests.iter().filter(|line| line.contains("appId="));
    assert_eq!(looks.count(), 1, "the API is looked up once");
    assert_eq!(writes(&local).await.len(), 40);
}
