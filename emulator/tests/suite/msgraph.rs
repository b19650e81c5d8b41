use std::slice::from_ref;
use std::time::Duration;

use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::graph_client::{Graph, encoded};
use crate::support::{in_group, sub, uai, vm};

#[tokio::test(start_paused = true)]
async fn tokens_are_for_one_or_the_other() {
    let graph = Graph::start().await;
    graph.get("/groups").await.is(200);
    let with = async |token: &str, path: &str| {
        let bearer = format!("Bearer {token}");
        graph
            .azure
            .raw(Method::GET, path, &[("authorization", &bearer)], "")
            .await
            .unwrap()
    };
    let wrong = with(&graph.azure.token, "/v1.0/groups").await;
    let wrong = wrong.fails(401, "InvalidAuthenticationToken");
    assert_eq!(
        wrong.message(),
        "Access token validation failure. Invalid audience."
    );
    assert!(wrong.header("www-authenticate").starts_with("Bearer"));
    with(&graph.token, &sub("?api-version=2022-09-01"))
        .await
        .fails(401, "InvalidAuthenticationTokenAudience");
    let none = graph
        .azure
        .raw(Method::GET, "/v1.0/groups", &[], "")
        .await
        .unwrap();
    let none = none.fails(401, "InvalidAuthenticationToken");
    assert_eq!(none.message(), "Access token is empty.");
    with("x", "/v1.0/groups")
        .await
        .fails(401, "InvalidAuthenticationToken");
    // The emulator's own address stands for whatever it serves.
    let own = graph
        .azure
        .sign_in(&format!("{}/.default", graph.azure.emulator.endpoint()))
        .await;
    with(&own, "/v1.0/groups").await.is(200);
    tokio::time::advance(Duration::from_secs(3_601)).await;
    let late = graph
        .get("/groups")
        .await
        .fails(401, "InvalidAuthenticationToken");
    assert!(late.message().contains("expired"));
}

#[tokio::test]
async fn errors_have_graph_s_form() {
    let graph = Graph::start().await;
    let answer = graph
        .get(&format!("/groups/{}", seed::PRINCIPAL_ID))
        .await
        .fails(404, "Request_ResourceNotFound");
    assert_eq!(
        answer.message(),
        format!(
            "Resource '{}' does not exist or one of its queried reference-property objects are not present.",
            seed::PRINCIPAL_ID
        )
    );
    let inner = &answer.json()["error"]["innerError"];
    assert_eq!(inner["request-id"], answer.header("request-id"));
    assert_eq!(
        inner["client-request-id"],
        answer.header("client-request-id")
    );
    assert_eq!(
        inner["date"].as_str().unwrap().len(),
        "2025-01-01T00:00:00".len()
    );

    for (path, code) in [
        ("/nonsense", "BadRequest"),
        ("/", "BadRequest"),
        ("/me", "BadRequest"),
        ("/groups/x", "Request_BadRequest"),
        ("/directoryObjects", "Request_UnsupportedQuery"),
        ("/groups?$filter=displayName%20eq%20x", "BadRequest"),
        (
            "/groups?$filter=mail%20eq%20'x'",
            "Request_UnsupportedQuery",
        ),
        ("/groups?$select=nonsense", "BadRequest"),
        ("/groups?$top=0", "Request_BadRequest"),
        ("/groups?$top=1000", "Request_BadRequest"),
        ("/groups?$orderby=displayName", "Request_UnsupportedQuery"),
        ("/groups?$skiptoken=%25", "Request_BadRequest"),
    ] {
        graph.get(path).await.fails(400, code);
    }
    graph.send(Method::PUT, "/groups", json!({})).await.is(405);
    let beta = format!("{}/beta/groups", graph.azure.emulator.endpoint());
    graph.get(&beta).await.fails(400, "BadRequest");
}

#[tokio::test]
async fn the_group_that_is_there() {
    let graph = Graph::start().await;
    for filter in [
        "displayName eq 'mygroup'",
        "startswith(displayName,'my')",
        "startsWith(DisplayName, 'MyG') and securityEnabled eq true",
    ] {
        let ids = graph
            .ids(&format!("/groups?$filter={}", encoded(filter)))
            .await;
        assert_eq!(ids, [seed::GROUP_ID], "{filter}");
    }
    let none = graph
        .ids(&format!(
            "/groups?$filter={}",
            encoded("displayName eq 'my'")
        ))
        .await;
    assert!(none.is_empty());
    let group = graph
        .get(&format!("/groups/{}", seed::GROUP_ID))
        .await
        .is(200)
        .json();
    assert_eq!(group["displayName"], seed::GROUP);
    assert_eq!(
        (&group["securityEnabled"], &group["mailEnabled"]),
        (&json!(true), &json!(false))
    );
    let chosen = graph
        .get("/groups?$select=id,displayName&$count=true")
        .await
        .is(200)
        .json();
    assert_eq!(
        chosen["value"],
        json!([{"id": seed::GROUP_ID, "displayName": seed::GROUP}])
    );
    assert_eq!(chosen["@odata.count"], 1);
    assert_eq!(graph.get("/groups/$count").await.is(200).body, "1");
}

#[tokio::test]
async fn groups_are_made_and_deleted() {
    let graph = Graph::start().await;
    let good = json!({"displayName": "It's one", "mailNickname": "one", "mailEnabled": false, "securityEnabled": true, "description": "d"});
    let made = graph.post("/groups", good.clone()).await.is(201).json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (&made["description"], &made["mailNickname"]),
        (&json!("d"), &json!("one"))
    );
    let by_name = encoded("displayName eq 'it''s one' and mailNickname eq 'one'");
    assert_eq!(graph.ids(&format!("/groups?$filter={by_name}")).await, [id]);
    for (name, value) in [
        ("displayName", Value::Null),
        ("displayName", json!("")),
        ("displayName", json!("x".repeat(257))),
        ("mailNickname", json!("a b")),
        ("mailEnabled", json!(true)),
        ("securityEnabled", Value::Null),
        ("groupTypes", json!(["Unified"])),
        ("owners@odata.bind", json!([])),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let answer = graph
            .post("/groups", bad)
            .await
            .fails(400, "Request_BadRequest");
        assert!(answer.message().contains(name), "{answer:?}");
    }
    graph
        .post("/groups", Value::Null)
        .await
        .fails(400, "BadRequest");
    graph.delete(&format!("/groups/{id}")).await.is(204);
    graph
        .delete(&format!("/groups/{id}"))
        .await
        .fails(404, "Request_ResourceNotFound");
}

#[tokio::test]
async fn members_come_and_go() {
    let graph = Graph::start().await;
    let principal = graph.identity("abc").await;
    let group = seed::GROUP_ID;
    assert!(graph.add(group, &principal).await.is(204).body.is_empty());
    let twice = graph
        .add(group, &principal)
        .await
        .fails(400, "Request_BadRequest");
    assert_eq!(
        twice.message(),
        "One or more added object references already exist for the following modified properties: 'members'."
    );
    let members = graph
        .get(&format!("/groups/{group}/members"))
        .await
        .is(200)
        .json();
    let member = &members["value"][0];
    assert_eq!(member["id"], principal);
    assert_eq!(member["@odata.type"], "#microsoft.graph.servicePrincipal");
    assert_eq!(
        (&member["displayName"], &member["servicePrincipalType"]),
        (&json!("abc"), &json!("ManagedIdentity"))
    );
    let chosen = graph
        .get(&format!(
            "/groups/{group}/members/microsoft.graph.servicePrincipal?$select=id"
        ))
        .await
        .is(200)
        .json();
    assert_eq!(chosen["value"], json!([{"id": principal}]));
    let users = graph
        .ids(&format!("/groups/{group}/members/microsoft.graph.user"))
        .await;
    assert!(users.is_empty());

    let missing = "99999999-0000-0000-0000-000000000000";
    graph
        .add(group, missing)
        .await
        .fails(404, "Request_ResourceNotFound");
    graph
        .add(missing, &principal)
        .await
        .fails(404, "Request_ResourceNotFound");
    graph
        .add(group, group)
        .await
        .fails(400, "Request_BadRequest");
    graph.add(group, "x").await.fails(400, "Request_BadRequest");
    graph
        .post(&format!("/groups/{group}/members/$ref"), json!({}))
        .await
        .fails(400, "Request_BadRequest");

    let gone = format!("/groups/{group}/members/{principal}/$ref");
    graph.delete(&gone).await.is(204);
    graph
        .delete(&gone)
        .await
        .fails(404, "Request_ResourceNotFound");
    // Who is deleted is in no group any more.
    graph.add(group, &principal).await.is(204);
    graph.azure.delete(&uai("abc")).await.is(200);
    assert!(
        graph
            .ids(&format!("/groups/{group}/members"))
            .await
            .is_empty()
    );
    graph
        .get(&format!("/servicePrincipals/{principal}"))
        .await
        .fails(404, "Request_ResourceNotFound");
}

#[tokio::test]
async fn members_of_each_kind_have_what_they_have_of_what_is_asked_for() {
    let graph = Graph::start().await;
    let principal = graph.identity("abc").await;
    for member in [&principal, seed::USER_ID] {
        graph.add(seed::GROUP_ID, member).await.is(204);
    }
    let path = format!(
        "/groups/{}/members?$select=id,displayName,appId",
        seed::GROUP_ID
    );
    let found = graph.get(&path).await.is(200).json();
    let names = |id: &str| {
        let mut members = found["value"].as_array().unwrap().iter();
        let member = members.find(|one| one["id"] == id).unwrap();
        let members = member.as_object().unwrap();
        members.keys().map(String::as_str).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&principal),
        ["@odata.type", "appId", "displayName", "id"]
    );
    assert_eq!(names(seed::USER_ID), ["@odata.type", "displayName", "id"]);
}

#[tokio::test]
async fn members_come_in_pages() {
    let graph = Graph::start().await;
    let mut all = Vec::new();
    for number in 0..5 {
        let principal = graph.identity(&format!("abc{number}")).await;
        graph.add(seed::GROUP_ID, &principal).await.is(204);
        all.push(principal);
    }
    all.sort();
    let path = format!("/groups/{}/members?$top=2", seed::GROUP_ID);
    assert_eq!(graph.ids(&path).await, all);
    let first = graph.get(&path).await.json();
    assert_eq!(first["value"].as_array().unwrap().len(), 2);
    let next = first["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with(graph.azure.emulator.endpoint()), "{next}");
    graph.azure.set(json!({"pageSize": 3})).await;
    let path = format!("/groups/{}/members", seed::GROUP_ID);
    assert_eq!(
        graph.get(&path).await.json()["value"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(graph.ids(&path).await, all);
}

#[tokio::test]
async fn membership_through_groups() {
    let graph = Graph::start().await;
    let principal = graph.identity("abc").await;
    let (inner, outer) = (graph.group("inner").await, graph.group("outer").await);
    graph.add(&inner, &principal).await.is(204);
    graph.add(&outer, &inner).await.is(204);
    let mut both = [inner.clone(), outer.clone()];
    both.sort();
    for set in ["servicePrincipals", "directoryObjects"] {
        let base = format!("/{set}/{principal}");
        assert_eq!(
            graph.ids(&format!("{base}/memberOf")).await,
            *from_ref(&inner)
        );
        assert_eq!(graph.ids(&format!("{base}/transitiveMemberOf")).await, both);
        let body = json!({"groupIds": [outer, seed::GROUP_ID]});
        let found = graph
            .post(&format!("{base}/checkMemberGroups"), body)
            .await
            .is(200)
            .json();
        assert_eq!(found["value"], json!([outer]));
        let found = graph
            .post(
                &format!("{base}/checkMemberObjects"),
                json!({"ids": [inner]}),
            )
            .await
            .is(200)
            .json();
        assert_eq!(found["value"], json!([inner]));
        let found = graph
            .post(
                &format!("{base}/getMemberGroups"),
                json!({"securityEnabledOnly": true}),
            )
            .await
            .is(200)
            .json();
        assert_eq!(found["value"], json!(both));
    }
    assert_eq!(
        graph.ids(&format!("/groups/{outer}/members")).await,
        *from_ref(&inner)
    );
    let mut all = [inner.clone(), principal.clone()];
    all.sort();
    assert_eq!(
        graph
            .ids(&format!("/groups/{outer}/transitiveMembers"))
            .await,
        all
    );
    let many: Vec<&str> = vec![seed::GROUP_ID; 21];
    graph
        .post(
            &format!("/directoryObjects/{principal}/checkMemberGroups"),
            json!({"groupIds": many}),
        )
        .await
        .fails(400, "Request_BadRequest");

    // A role given to the group is assigned to who is in it.
    let role = sub(
        "/providers/Microsoft.Authorization/roleAssignments/11111111-2222-3333-4444-555555555555?api-version=2022-04-01",
    );
    let body = json!({"properties": {
        "roleDefinitionId": sub("/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"),
        "principalId": outer, "principalType": "Group",
    }});
    graph.azure.put(&role, body).await.is(201);
    let list = |filter: &str| {
        sub(&format!(
            "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter={}",
            encoded(filter)
        ))
    };
    for (filter, count) in [
        (format!("assignedTo('{principal}')"), 1),
        (format!("principalId eq '{principal}'"), 0),
        (format!("principalId eq '{outer}'"), 1),
    ] {
        let found = graph.azure.get(&list(&filter)).await.is(200).json();
        assert_eq!(found["value"].as_array().unwrap().len(), count, "{filter}");
    }
}

#[tokio::test(start_paused = true)]
async fn service_principals_of_identities() {
    let graph = Graph::start().await;
    let identity = graph.azure.identity("abc").await;
    let (principal, client) = (
        &identity["properties"]["principalId"],
        &identity["properties"]["clientId"],
    );
    let by = async |filter: String| {
        graph
            .ids(&format!("/servicePrincipals?$filter={}", encoded(&filter)))
            .await
    };
    let client = client.as_str().unwrap();
    let want = [principal.as_str().unwrap().to_owned()];
    assert_eq!(by("displayName eq 'ABC'".to_owned()).await, want);
    assert_eq!(by("startswith(displayName,'ab')".to_owned()).await, want);
    assert_eq!(by(format!("appId eq '{client}'")).await, want);
    assert_eq!(
        by(format!("servicePrincipalNames/any(c:c eq '{client}')")).await,
        want
    );
    assert_eq!(
        by("servicePrincipalType eq 'ManagedIdentity'".to_owned()).await,
        want
    );
    let found = graph
        .get(&format!("/servicePrincipals(appId='{client}')"))
        .await
        .is(200)
        .json();
    assert_eq!(found["id"], *principal);
    assert_eq!(
        found["alternativeNames"],
        json!(["isExplicit=True", identity["id"]])
    );
    graph
        .get(&format!(
            "/servicePrincipals(appId='{}')",
            seed::PRINCIPAL_ID
        ))
        .await
        .fails(404, "Request_ResourceNotFound");

    // That of a machine has the machine's name.
    let patch = graph
        .azure
        .patch(&vm("myVM"), json!({"identity": {"type": "SystemAssigned"}}))
        .await;
    graph.azure.wait_for(&patch.is(200)).await;
    let machine = graph.azure.get(&vm("myVM")).await.json();
    let own = machine["identity"]["principalId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        by("displayName eq 'myVM'".to_owned()).await,
        *from_ref(&own)
    );
    let found = graph
        .get(&format!("/servicePrincipals/{own}"))
        .await
        .is(200)
        .json();
    assert_eq!(
        found["alternativeNames"],
        json!([
            "isExplicit=False",
            in_group("Microsoft.Compute/virtualMachines/myVM")
        ])
    );
    graph.add(seed::GROUP_ID, &own).await.is(204);
    let patch = graph
        .azure
        .patch(&vm("myVM"), json!({"identity": {"type": "None"}}))
        .await;
    graph.azure.wait_for(&patch.is(200)).await;
    assert!(
        graph
            .ids(&format!("/groups/{}/members", seed::GROUP_ID))
            .await
            .is_empty()
    );
    let application = graph
        .get(&format!("/servicePrincipals/{}", seed::PRINCIPAL_ID))
        .await;
    assert_eq!(application.is(200).json()["appId"], seed::CLIENT_ID);
}

#[tokio::test(start_paused = true)]
async fn a_new_identity_is_unknown_for_a_while() {
    let graph = Graph::start().await;
    graph.azure.set(json!({"replicationDelayMs": 5_000})).await;
    let principal = graph.identity("abc").await;
    let path = format!("/servicePrincipals/{principal}");
    graph
        .get(&path)
        .await
        .fails(404, "Request_ResourceNotFound");
    graph
        .add(seed::GROUP_ID, &principal)
        .await
        .fails(404, "Request_ResourceNotFound");
    let all = "/servicePrincipals?$filter=displayName%20eq%20%27abc%27";
    assert!(graph.ids(all).await.is_empty());
    tokio::time::advance(Duration::from_secs(5)).await;
    graph.get(&path).await.is(200);
    graph.add(seed::GROUP_ID, &principal).await.is(204);
    assert_eq!(graph.ids(all).await, [principal]);
}

#[tokio::test]
async fn who_is_registered_is_there() {
    let graph = Graph::start().await;
    let user = "11111111-1111-1111-1111-111111111111";
    let group = "22222222-2222-2222-2222-222222222222";
    for (id, kind, name) in [(user, "User", "Jo Doe"), (group, "Group", "Staff")] {
        let body = json!({"id": id, "type": kind, "displayName": name});
        graph
            .azure
            .admin(Method::POST, "/principals", body)
            .await
            .is(201);
    }
    let found = graph.get(&format!("/users/{user}")).await.is(200).json();
    assert_eq!(found["displayName"], "Jo Doe");
    let upn = found["userPrincipalName"].as_str().unwrap();
    assert_eq!(
        graph.get(&format!("/users/{upn}")).await.is(200).json()["id"],
        user
    );
    graph
        .get("/users/nobody@emulator.onmicrosoft.com")
        .await
        .is(404);
    graph.add(group, user).await.is(204);
    let found = graph
        .post(
            "/directoryObjects/getByIds",
            json!({"ids": [user, group, "x"]}),
        )
        .await
        .is(200)
        .json();
    assert_eq!(
        found["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| &o["@odata.type"])
            .collect::<Vec<_>>(),
        ["#microsoft.graph.user", "#microsoft.graph.group"]
    );
    let object = graph
        .get(&format!("/directoryObjects/{user}"))
        .await
        .is(200)
        .json();
    assert_eq!(object["@odata.type"], "#microsoft.graph.user");
    graph.get(&format!("/groups/{user}")).await.is(404);
    graph.get(&format!("/users('{user}')")).await.is(200);
    graph
        .azure
        .admin(Method::POST, "/reset", Value::Null)
        .await
        .is(204);
    graph.get(&format!("/groups/{group}")).await.is(404);
}
