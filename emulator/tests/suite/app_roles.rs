use std::slice::from_ref;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::{Options, seed};
use hyper::Method;
use serde_json::{Value, json};

use crate::graph_client::{Graph, encoded};
use crate::support::{Answer, uai, vm};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const KEY_VAULT: &str = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
const USER_READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";
const MAIL_SEND: &str = "b633e1c5-b582-4048-a93e-9f11b44c7e96";
/// `User.Read`, which only an application with a user can have.
const USER_READ: &str = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";
const UNKNOWN: &str = "99999999-0000-0000-0000-000000000000";

impl Graph {
    /// The service principal with that application id.
    async fn api(&self, app_id: &str) -> Value {
        let path = format!("/servicePrincipals(appId='{app_id}')");
        self.get(&path).await.is(200).json()
    }

    async fn api_id(&self, app_id: &str) -> String {
        self.api(app_id).await["id"].as_str().unwrap().to_owned()
    }

    async fn assign(&self, principal: &str, resource: &str, role: &str) -> Answer {
        let body = json!({"principalId": principal, "resourceId": resource, "appRoleId": role});
        let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
        self.post(&path, body).await
    }

    /// The roles in a token of the machine for Microsoft Graph.
    async fn roles_of_machine(&self, resource: &str) -> Value {
        let path =
            format!("/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}");
        let answer = self
            .azure
            .raw(Method::GET, &path, &[("metadata", "true")], "")
            .await;
        let answer = answer.unwrap().is(200).json();
        let token = answer["access_token"].as_str().unwrap();
        let claims = token.split('.').nth(1).unwrap();
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        claims["roles"].clone()
    }
}

#[tokio::test]
async fn microsoft_s_apis_have_their_ids_and_permissions() {
    let graph = Graph::start().await;
    let role = |api: &Value, value: &str| {
        let roles = api["appRoles"].as_array().unwrap().clone();
        roles
            .into_iter()
            .find(|role| role["value"] == value)
            .unwrap()
    };
    let microsoft_graph = graph.api(GRAPH).await;
    assert_eq!(microsoft_graph["displayName"], "Microsoft Graph");
    assert_eq!(
        role(&microsoft_graph, "User.Read.All"),
        json!({
            "allowedMemberTypes": ["Application"],
            "description": "Allows the app to read user profiles without a signed in user.",
            "displayName": "Read all users' full profiles",
            "id": USER_READ_ALL,
            "isEnabled": true,
            "origin": "Application",
            "value": "User.Read.All",
        })
    );
    assert_eq!(
        role(&microsoft_graph, "AppRoleAssignment.ReadWrite.All")["id"],
        "06b708a9-e830-4db3-a914-8e69da51d44f"
    );
    let scopes = microsoft_graph["oauth2PermissionScopes"]
        .as_array()
        .unwrap();
    let user_read = scopes.iter().find(|scope| scope["value"] == "User.Read");
    assert_eq!(user_read.unwrap()["id"], USER_READ);
    let exchange = graph.api(EXCHANGE).await;
    assert_eq!(exchange["displayName"], "Office 365 Exchange Online");
    assert_eq!(
        role(&exchange, "Exchange.ManageAsApp")["id"],
        "dc50a0fb-09a3-484d-be87-e023b12c6440"
    );
    assert_eq!(graph.api(KEY_VAULT).await["appRoles"], json!([]));

    for (filter, name) in [
        (
            "startswith(displayName,'microsoft g')".to_owned(),
            "Microsoft Graph",
        ),
        (
            format!("appId eq '{EXCHANGE}'"),
            "Office 365 Exchange Online",
        ),
        (
            "servicePrincipalNames/any(n:n eq 'https://vault.azure.net')".to_owned(),
            "Azure Key Vault",
        ),
    ] {
        let path = format!(
            "/servicePrincipals?$select=displayName,appId&$filter={}",
            encoded(&filter)
        );
        let found = graph.get(&path).await.is(200).json();
        assert_eq!(found["value"].as_array().unwrap().len(), 1, "{filter}");
        assert_eq!(found["value"][0]["displayName"], name);
    }
}

#[tokio::test]
async fn an_app_role_is_assigned_and_removed() {
    let graph = Graph::start().await;
    let principal = graph.identity("abc").await;
    let api = graph.api_id(GRAPH).await;
    let made = graph
        .assign(&principal, &api, USER_READ_ALL)
        .await
        .is(201)
        .json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (
            &made["principalId"],
            &made["principalType"],
            &made["principalDisplayName"]
        ),
        (&json!(principal), &json!("ServicePrincipal"), &json!("abc"))
    );
    assert_eq!(
        (
            &made["resourceId"],
            &made["resourceDisplayName"],
            &made["appRoleId"]
        ),
        (
            &json!(api),
            &json!("Microsoft Graph"),
            &json!(USER_READ_ALL)
        )
    );
    assert!(made["createdDateTime"].as_str().unwrap().ends_with('Z'));
    let again = graph.assign(&principal, &api, USER_READ_ALL).await;
    assert_eq!(
        again.fails(400, "Request_BadRequest").message(),
        "Permission being assigned already exists on the object"
    );

    let of_principal = format!("/servicePrincipals/{principal}/appRoleAssignments");
    let of_resource = format!("/servicePrincipals/{api}/appRoleAssignedTo");
    for path in [&of_principal, &of_resource] {
        assert_eq!(graph.ids(path).await, [id], "{path}");
        let found = graph.get(&format!("{path}/{id}")).await.is(200).json();
        assert_eq!(found["appRoleId"], USER_READ_ALL);
    }
    // Each end has its own.
    for path in [
        format!("/servicePrincipals/{principal}/appRoleAssignedTo"),
        format!("/servicePrincipals/{api}/appRoleAssignments"),
    ] {
        assert!(graph.ids(&path).await.is_empty());
        graph
            .delete(&format!("{path}/{id}"))
            .await
            .fails(400, "Request_BadRequest");
    }
    // An id says more than its letters in lower case.
    let (first, last) = id.split_at(42);
    let other = format!("{}{last}", first.to_lowercase());
    graph
        .delete(&format!("{of_principal}/{other}"))
        .await
        .fails(404, "Request_ResourceNotFound");
    graph
        .delete(&format!("{of_principal}/x"))
        .await
        .fails(400, "Request_BadRequest");
    graph.delete(&format!("{of_principal}/{id}")).await.is(204);
    graph
        .delete(&format!("{of_principal}/{id}"))
        .await
        .fails(404, "Request_ResourceNotFound");
    assert!(graph.ids(&of_resource).await.is_empty());

    // From the other end, and to a user and a group.
    let body = json!({"principalId": principal, "resourceId": api, "appRoleId": MAIL_SEND});
    let made = graph.post(&of_resource, body).await.is(201).json();
    let id = made["id"].as_str().unwrap();
    graph.delete(&format!("{of_resource}/{id}")).await.is(204);
    graph
        .send(Method::PUT, &of_principal, json!({}))
        .await
        .is(405);
}

#[tokio::test]
async fn what_can_t_be_assigned() {
    let graph = Graph::start().await;
    let principal = graph.identity("abc").await;
    let (api, vault) = (graph.api_id(GRAPH).await, graph.api_id(KEY_VAULT).await);
    let not_found = "Permission being assigned was not found on application";
    let not_valid = "Not a valid reference update.";
    for (resource, role, message) in [
        (api.as_str(), USER_READ, not_found),
        (&api, UNKNOWN, not_found),
        (&api, NO_ROLE, not_found),
        (&vault, USER_READ_ALL, not_found),
        (UNKNOWN, USER_READ_ALL, not_valid),
        // A role that is disabled.
        (&api, "aec9e0a0-6f46-4150-a9f7-05e9e3e87399", not_found),
    ] {
        let answer = graph.assign(&principal, resource, role).await;
        let answer = answer.fails(400, "Request_BadRequest");
        assert_eq!(answer.message(), message, "{role} of {resource}");
    }
    graph
        .assign(UNKNOWN, &api, USER_READ_ALL)
        .await
        .fails(404, "Request_ResourceNotFound");
    // An API without roles of its own has the role of that id.
    graph.assign(&principal, &vault, NO_ROLE).await.is(201);

    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    for missing in ["principalId", "resourceId", "appRoleId"] {
        let mut body = json!({"principalId": principal, "resourceId": api, "appRoleId": MAIL_SEND});
        for wrong in [Value::Null, json!("x"), json!(1)] {
            body[missing] = wrong;
            let answer = graph
                .post(&path, body.clone())
                .await
                .fails(400, "Request_BadRequest");
            assert!(answer.message().contains(missing), "{answer:?}");
        }
    }
    // Neither end of the assignment is in the path.
    let body = json!({"principalId": principal, "resourceId": api, "appRoleId": MAIL_SEND});
    let elsewhere = format!("/servicePrincipals/{vault}/appRoleAssignments");
    let answer = graph
        .post(&elsewhere, body)
        .await
        .fails(400, "Request_BadRequest");
    assert_eq!(answer.message(), not_valid);
    graph
        .get(&format!("/users/{principal}/appRoleAssignments"))
        .await
        .is(404);
    graph
        .get(&format!("/users/{}/appRoleAssignedTo", seed::USER_ID))
        .await
        .is(400);
    let filter = encoded("appRoleId eq 'x'");
    let filtered = graph.get(&format!("{path}?$filter={filter}")).await;
    filtered.fails(400, "Request_UnsupportedQuery");
    graph
        .get(&format!("{path}?$select=nonsense"))
        .await
        .fails(400, "BadRequest");
}

#[tokio::test]
async fn lists_have_pages_filters_and_properties() {
    let graph = Graph::start().await;
    let principal = graph.identity("abc").await;
    let (api, exchange) = (graph.api_id(GRAPH).await, graph.api_id(EXCHANGE).await);
    let roles = graph.api(GRAPH).await["appRoles"]
        .as_array()
        .unwrap()
        .clone();
    let mut all = Vec::new();
    for role in roles
        .iter()
        .filter(|role| role["isEnabled"] == true)
        .take(5)
    {
        let made = graph
            .assign(&principal, &api, role["id"].as_str().unwrap())
            .await;
        all.push(made.is(201).json()["id"].as_str().unwrap().to_owned());
    }
    let other = graph.assign(
        &principal,
        &exchange,
        "dc50a0fb-09a3-484d-be87-e023b12c6440",
    );
    let other = other.await.is(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    let by = async |filter: String| {
        graph
            .ids(&format!("{path}?$filter={}", encoded(&filter)))
            .await
    };
    assert_eq!(
        by(format!("resourceId eq {exchange}")).await,
        from_ref(&other)
    );
    all.sort();
    assert_eq!(by(format!("resourceId eq '{api}'")).await, all);
    assert_eq!(
        by("startswith(principalDisplayName,'x')".to_owned()).await,
        [""; 0]
    );
    all.push(other);
    all.sort();
    assert_eq!(graph.ids(&format!("{path}?$top=2")).await, all);
    let chosen = graph
        .get(&format!("{path}?$top=1&$select=resourceDisplayName,id"))
        .await;
    let chosen = chosen.is(200).json();
    assert_eq!(chosen["value"][0].as_object().unwrap().len(), 2);
    assert!(chosen["@odata.nextLink"].is_string());
}

#[tokio::test]
async fn assignments_go_with_the_principal() {
    let graph = Graph::start().await;
    let principal = graph.identity("abc").await;
    let api = graph.api_id(GRAPH).await;
    graph.assign(&principal, &api, USER_READ_ALL).await.is(201);
    let assigned = format!("/servicePrincipals/{api}/appRoleAssignedTo");
    assert_eq!(graph.ids(&assigned).await.len(), 1);
    graph.azure.delete(&uai("abc")).await.is(200);
    assert!(graph.ids(&assigned).await.is_empty());
    // An identity of the same name has another principal, and none of it.
    let again = graph.identity("abc").await;
    assert!(
        graph
            .ids(&format!("/servicePrincipals/{again}/appRoleAssignments"))
            .await
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_identity_can_t_have_a_role_for_a_while() {
    let graph = Graph::start().await;
    graph.azure.set(json!({"replicationDelayMs": 5_000})).await;
    let principal = graph.identity("abc").await;
    let api = graph.api_id(GRAPH).await;
    graph
        .assign(&principal, &api, USER_READ_ALL)
        .await
        .fails(404, "Request_ResourceNotFound");
    let body = json!({"principalId": principal, "resourceId": api, "appRoleId": MAIL_SEND});
    let assigned = format!("/servicePrincipals/{api}/appRoleAssignedTo");
    let answer = graph
        .post(&assigned, body)
        .await
        .fails(400, "Request_BadRequest");
    assert_eq!(answer.message(), "Not a valid reference update.");
    tokio::time::advance(Duration::from_secs(5)).await;
    graph.assign(&principal, &api, USER_READ_ALL).await.is(201);
}

#[tokio::test]
async fn an_api_of_one_s_own() {
    let graph = Graph::start().await;
    let (id, app_id) = (
        "11111111-1111-1111-1111-111111111111",
        "22222222-2222-2222-2222-222222222222",
    );
    let (reader, member) = (
        "33333333-3333-3333-3333-333333333333",
        "44444444-4444-4444-4444-444444444444",
    );
    let api = json!({
        "id": id, "type": "ServicePrincipal", "displayName": "My API", "appId": app_id,
        "appRoles": [
            {"id": reader, "value": "Orders.Read", "displayName": "Read orders"},
            {"id": member, "value": "Member", "displayName": "Member", "allowedMemberTypes": ["User"]},
        ],
    });
    let add = async |body: Value| graph.azure.admin(Method::POST, "/principals", body).await;
    add(api.clone()).await.is(201);
    let found = graph.api(app_id).await;
    assert_eq!(
        found["appRoles"][0]["allowedMemberTypes"],
        json!(["Application"])
    );
    let principal = graph.identity("abc").await;
    graph.assign(&principal, id, reader).await.is(201);
    graph
        .assign(&principal, id, member)
        .await
        .fails(400, "Request_BadRequest");
    // A user can have what is for users, and nothing else.
    let user = seed::USER_ID;
    let path = format!("/users/{user}/appRoleAssignments");
    let body = |role: &str| json!({"principalId": user, "resourceId": id, "appRoleId": role});
    graph
        .post(&path, body(reader))
        .await
        .fails(400, "Request_BadRequest");
    let made = graph.post(&path, body(member)).await.is(201).json();
    assert_eq!(made["principalType"], "User");

    for (member, wrong) in [
        ("appId", json!("x")),
        ("appId", json!(GRAPH)),
        ("type", json!("User")),
        (
            "appRoles",
            json!([{"id": "x", "value": "a", "displayName": "a"}]),
        ),
        ("appRoles", json!([{"id": reader, "nonsense": 1}])),
    ] {
        let mut body = api.clone();
        body[member] = wrong;
        assert_eq!(add(body).await.status, 400, "{member}");
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_name_the_roles_of_an_identity() {
    let graph = Graph::start().await;
    let patch = json!({"identity": {"type": "SystemAssigned"}});
    let patched = graph.azure.patch(&vm("myVM"), patch).await.is(200);
    graph.azure.wait_for(&patched).await;
    let machine = graph.azure.get(&vm("myVM")).await.json();
    let principal = machine["identity"]["principalId"]
        .as_str()
        .unwrap()
        .to_owned();
    let host = graph.azure.admin(
        Method::PUT,
        "/hosts/imds",
        json!({"machine": machine["id"]}),
    );
    host.await.is(200);
    let resource = "https://graph.microsoft.com/";
    assert_eq!(graph.roles_of_machine(resource).await, Value::Null);
    let api = graph.api_id(GRAPH).await;
    graph.assign(&principal, &api, USER_READ_ALL).await.is(201);
    assert_eq!(
        graph.roles_of_machine(resource).await,
        json!(["User.Read.All"])
    );
    let arm = "https://management.azure.com/";
    assert_eq!(graph.roles_of_machine(arm).await, Value::Null);
}

#[tokio::test]
async fn a_state_file_keeps_who_has_what() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options {
        state_path: Some(folder.path().join("state.json")),
        ..Options::default()
    };
    let graph = Graph::with(options()).await;
    let principal = graph.identity("abc").await;
    let api = graph.api_id(GRAPH).await;
    let made = graph
        .assign(&principal, &api, USER_READ_ALL)
        .await
        .is(201)
        .json();
    graph.azure.emulator.stop().await;
    let graph = Graph::with(options()).await;
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    assert_eq!(graph.ids(&path).await, [made["id"].as_str().unwrap()]);
}
