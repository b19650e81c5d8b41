use std::time::Duration;

use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Azure, R, in_group, key, sub, uai, vm};

const A: &str = "api-version=2022-04-01";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const OPERATOR: &str = "f1a07417-d97a-45cb-824c-7a7467783830";
const ONE: &str = "10000000-0000-4000-8000-000000000001";
const TWO: &str = "20000000-0000-4000-8000-000000000002";
const PERSON: &str = "30000000-0000-4000-8000-000000000003";

fn role(guid: &str) -> String {
    sub(&format!(
        "/providers/Microsoft.Authorization/roleDefinitions/{guid}"
    ))
}

fn at(scope: &str, name: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}?{A}")
}

fn all_at(scope: &str, filter: &str) -> String {
    let filter = filter.replace(' ', "%20").replace('\'', "%27");
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments?{A}");
    if filter.is_empty() {
        path
    } else {
        format!("{path}&$filter={filter}")
    }
}

fn group() -> String {
    sub("/resourceGroups/myResourceGroup")
}

fn body(role_guid: &str, principal: &str) -> Value {
    json!({"properties": {"roleDefinitionId": role(role_guid), "principalId": principal}})
}

fn typed(role_guid: &str, principal: &str, kind: &str) -> Value {
    let mut body = body(role_guid, principal);
    body["properties"]["principalType"] = json!(kind);
    body
}

async fn principal(azure: &Azure, name: &str) -> String {
    azure.identity(name).await["properties"]["principalId"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn names(azure: &Azure, path: &str) -> Vec<String> {
    let list = azure.get(path).await.is(200).json();
    let value = list["value"].as_array().unwrap().iter();
    value
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn roles_by_name_and_id() {
    let azure = Azure::start().await;
    let list = |scope: &str, filter: &str| {
        format!("{scope}/providers/Microsoft.Authorization/roleDefinitions?{A}{filter}")
    };
    for scope in [sub(""), group(), key("abc"), String::new()] {
        let filter = "&$filter=roleName%20eq%20%27Managed%20Identity%20Operator%27";
        let answer = azure.get(&list(&scope, filter)).await.is(200);
        let found = answer.json();
        let [one] = &found["value"].as_array().unwrap()[..] else {
            panic!("{found}");
        };
        let prefix = if scope.is_empty() {
            String::new()
        } else {
            sub("")
        };
        assert_eq!(
            one["id"],
            format!("{prefix}/providers/Microsoft.Authorization/roleDefinitions/{OPERATOR}")
        );
        assert_eq!(one["name"], OPERATOR);
        assert_eq!(one["type"], "Microsoft.Authorization/roleDefinitions");
        let properties = &one["properties"];
        assert_eq!(answer.header("x-ms-request-charge"), "1");
        assert_eq!(properties["roleName"], "Managed Identity Operator");
        assert_eq!(properties["type"], "BuiltInRole");
        assert_eq!(properties["assignableScopes"], json!(["/"]));
        assert!(
            properties["permissions"][0]["actions"]
                .as_array()
                .unwrap()
                .len()
                > 1
        );
        let path =
            format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{OPERATOR}?{A}");
        assert_eq!(azure.get(&path).await.is(200).json(), *one);
    }
    let all = names(&azure, &list(&sub(""), "&$filter=type+eq+'BuiltInRole'")).await;
    assert!(all.len() > 10 && all.contains(&READER.to_owned()));
    assert_eq!(all, names(&azure, &list(&sub(""), "")).await);
    let none = names(&azure, &list(&sub(""), "&$filter=type+eq+'CustomRole'")).await;
    assert!(none.is_empty());
    azure
        .get(&list(&sub(""), "&$filter=description+eq+'x'"))
        .await
        .fails(400, "UnsupportedFilter");
    azure
        .get(&format!("{}?{A}", role(ONE)))
        .await
        .fails(404, "RoleDefinitionDoesNotExist");
}

#[tokio::test]
async fn an_assignment_from_first_to_last() {
    let azure = Azure::start().await;
    let principal = principal(&azure, "abc").await;
    let path = at(&group(), ONE);
    let mut wanted = typed(READER, &principal, "ServicePrincipal");
    wanted["properties"]["description"] = json!("why");
    let made = azure.put(&path, wanted.clone()).await.is(201).json();
    assert_eq!(made["id"], path.split('?').next().unwrap());
    assert_eq!(made["name"], ONE);
    assert_eq!(made["type"], "Microsoft.Authorization/roleAssignments");
    let properties = &made["properties"];
    assert_eq!(properties["roleDefinitionId"], role(READER));
    assert_eq!(properties["principalId"], principal.as_str());
    assert_eq!(properties["principalType"], "ServicePrincipal");
    assert_eq!(properties["scope"], group());
    assert_eq!(properties["description"], "why");
    assert_eq!(properties["condition"], Value::Null);

    // The same again is no failure, and what is not who, what and where can change.
    azure.put(&path, wanted.clone()).await.is(200);
    wanted["properties"]["description"] = json!("because");
    azure.put(&path, wanted).await.is(200);
    let got = azure
        .get(&path.to_uppercase().replace("API-VERSION", "api-version"))
        .await;
    assert_eq!(got.is(200).json()["properties"]["description"], "because");

    let again = azure
        .put(&at(&group(), TWO), body(READER, &principal))
        .await
        .fails(409, "RoleAssignmentExists");
    assert!(
        again
            .message()
            .starts_with("The role assignment already exists.")
    );
    for other in [
        body(OPERATOR, &principal),
        body(READER, seed::PRINCIPAL_ID),
        typed(READER, &principal, "User"),
    ] {
        azure
            .put(&path, other)
            .await
            .fails(400, "RoleAssignmentUpdateNotPermitted");
    }

    let gone = azure.delete(&path).await.is(200).json();
    assert_eq!(gone["name"], ONE);
    azure.delete(&path).await.is(204);
    azure.get(&path).await.fails(404, "RoleAssignmentNotFound");
}

#[tokio::test]
async fn what_is_refused() {
    let azure = Azure::start().await;
    let principal = principal(&azure, "abc").await;
    let good = body(READER, &principal);
    let path = at(&group(), ONE);
    let put = async |path: &str, body: &Value, status: u16, code: &str| {
        azure.put(path, body.clone()).await.fails(status, code)
    };
    put(
        &at(&group(), "first"),
        &good,
        400,
        "InvalidRoleAssignmentId",
    )
    .await;
    put(
        &path,
        &body(ONE, &principal),
        400,
        "RoleDefinitionDoesNotExist",
    )
    .await;
    let unknown = put(&path, &typed(READER, TWO, "User"), 400, "PrincipalNotFound").await;
    assert!(unknown.message().starts_with(&format!(
        "Principal {} does not exist in the directory {}.",
        TWO.replace('-', ""),
        seed::TENANT_ID
    )));
    put(
        &path,
        &typed(READER, &principal, "Group"),
        400,
        "UnmatchedPrincipalType",
    )
    .await;
    put(
        &path,
        &typed(READER, &principal, "Robot"),
        400,
        "InvalidPrincipalType",
    )
    .await;
    put(&path, &body(READER, "abc"), 400, "InvalidPrincipalId").await;
    put(&path, &json!({}), 400, "BadRequestFormat").await;
    put(
        &path,
        &json!({"properties": {"principalId": principal}}),
        400,
        "BadRequestFormat",
    )
    .await;
    let mut bad = good.clone();
    bad["properties"]["roleDefinitionId"] = json!(READER);
    put(&path, &bad, 400, "InvalidRoleDefinitionId").await;
    bad["properties"]["roleDefinitionId"] = json!(7);
    put(&path, &bad, 400, "InvalidRequestContent").await;

    for (scope, status, code) in [
        (sub("/resourceGroups/none"), 404, "ResourceGroupNotFound"),
        (key("none"), 404, "ResourceNotFound"),
        (
            in_group("Microsoft.Compute/virtualMachines/none"),
            404,
            "ResourceNotFound",
        ),
        (
            "/subscriptions/00000000-0000-0000-0000-000000000000".to_owned(),
            404,
            "SubscriptionNotFound",
        ),
        (String::new(), 403, "AuthorizationFailed"),
        (
            "/providers/Microsoft.Management/managementGroups/mg".to_owned(),
            403,
            "AuthorizationFailed",
        ),
        (sub("/x"), 404, "MissingSubscription"),
        ("/x".to_owned(), 404, "MissingSubscription"),
        (
            in_group("Microsoft.KeyVault/vaults"),
            404,
            "MissingSubscription",
        ),
    ] {
        put(&at(&scope, ONE), &good, status, code).await;
    }
    azure
        .get(&all_at("", "atScope()"))
        .await
        .fails(403, "AuthorizationFailed");
    azure
        .get(&all_at(&group(), "principalId ne 'x'"))
        .await
        .fails(400, "UnsupportedFilter");
    azure
        .get(&path.replace("2022-04-01", "2021-04-01"))
        .await
        .fails(400, "NoRegisteredProviderFound");
    // Of other types there is nothing to know.
    let blob = "Microsoft.KeyVault/vaults/acc/secrets/default/versions/c";
    azure.put(&at(&in_group(blob), ONE), good).await.is(201);
}

#[tokio::test]
async fn people_and_groups_are_registered() {
    let azure = Azure::start().await;
    let add = async |id: &str, kind: &str| {
        let body = json!({"id": id, "type": kind, "displayName": "P"});
        azure.admin(Method::POST, "/principals", body).await
    };
    let made = add(&PERSON.to_uppercase(), "User").await.is(201).json();
    assert_eq!(
        made,
        json!({"id": PERSON, "type": "User", "displayName": "P"})
    );
    add(PERSON, "Group").await.is(201);
    add("me", "User").await.fails(400, "InvalidContent");
    add(TWO, "Cat").await.fails(400, "InvalidContent");
    azure.identity("abc").await;
    let path = at(&key("abc"), ONE);
    azure
        .put(&path, typed(OPERATOR, PERSON, "User"))
        .await
        .fails(400, "UnmatchedPrincipalType");
    let made = azure
        .put(&path, body(OPERATOR, PERSON))
        .await
        .is(201)
        .json();
    assert_eq!(made["properties"]["principalType"], "Group");
}

#[tokio::test(start_paused = true)]
async fn new_principals_take_their_time() {
    let azure = Azure::start().await;
    azure.set(json!({"replicationDelayMs": 20_000})).await;
    let user = principal(&azure, "abc").await;
    let answer = azure
        .patch(&vm("myVM"), json!({"identity": {"type": "SystemAssigned"}}))
        .await
        .is(200);
    let system = answer.json()["identity"]["principalId"]
        .as_str()
        .unwrap()
        .to_owned();
    let (first, second) = (at(&group(), ONE), at(&group(), TWO));
    let try_both = async |status: u16| {
        azure
            .put(&first, typed(READER, &user, "ServicePrincipal"))
            .await
            .is(status);
        azure.put(&second, body(READER, &system)).await.is(status);
    };
    try_both(400).await;
    tokio::time::advance(Duration::from_secs(19)).await;
    try_both(400).await;
    // The application has been there all along.
    azure
        .put(&at(&sub(""), ONE), body(READER, seed::PRINCIPAL_ID))
        .await
        .is(201);
    tokio::time::advance(Duration::from_secs(1)).await;
    try_both(201).await;
}

#[tokio::test]
async fn lists_look_up_and_down() {
    let azure = Azure::start().await;
    let (abc, other) = (
        principal(&azure, "abc").await,
        principal(&azure, "other").await,
    );
    let place = |n: u32| format!("{n}0000000-0000-4000-8000-000000000000");
    let scopes = [sub(""), group(), key("abc"), sub("/resourceGroups/TestRG")];
    for (n, scope) in (1..).zip(&scopes) {
        azure
            .put(&at(scope, &place(n)), body(READER, &abc))
            .await
            .is(201);
    }
    azure
        .put(&at(&group(), &place(5)), body(READER, &other))
        .await
        .is(201);
    let find = async |scope: &str, filter: &str| {
        let mut found = names(&azure, &all_at(scope, filter)).await;
        found.sort();
        found
            .iter()
            .map(|name| name[..1].parse::<u32>().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(find(&scopes[0], "").await, [1, 2, 3, 4, 5]);
    assert_eq!(find(&scopes[0], "atScope()").await, [1]);
    assert_eq!(find(&scopes[1], "").await, [1, 2, 3, 5]);
    assert_eq!(find(&scopes[1], "atScope()").await, [1, 2, 5]);
    assert_eq!(find(&scopes[2].to_uppercase(), "").await, [1, 2, 3, 5]);
    assert_eq!(
        find(vm("myVM").split('?').next().unwrap(), "").await,
        [1, 2, 5]
    );
    let of = |id: &str| format!("principalId eq '{id}'");
    assert_eq!(find(&scopes[0], &of(&other)).await, [5]);
    assert_eq!(
        find(&scopes[1], &format!("assignedTo('{abc}')")).await,
        [1, 2, 3]
    );
    let both = format!("atScope() and assignedTo('{abc}')");
    assert_eq!(find(&scopes[1], &both).await, [1, 2]);
    assert_eq!(find(&scopes[0], &of(TWO)).await, [0; 0]);

    azure.set(json!({"pageSize": 2})).await;
    let mut url = all_at(&scopes[0], &of(&abc));
    let mut seen = 0;
    for page in [2, 2] {
        let list = azure.get(&url).await.is(200).json();
        assert_eq!(list["value"].as_array().unwrap().len(), page);
        seen += page;
        url = list["nextLink"].as_str().unwrap_or_default().to_owned();
    }
    assert_eq!((seen, url.as_str()), (4, ""));
}

#[tokio::test(start_paused = true)]
async fn assignments_outlive_identities_but_not_what_they_are_on() {
    let azure = Azure::start().await;
    azure
        .put(
            &sub(&format!("/resourceGroups/g?{R}")),
            json!({"location": "eastus"}),
        )
        .await
        .is(201);
    let abc = principal(&azure, "abc").await;
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    let in_g = sub("/resourceGroups/g/providers/Microsoft.KeyVault/vaults/a");
    for scope in [sub(""), key("abc"), machine, sub("/resourceGroups/g"), in_g] {
        azure
            .put(&at(&scope, ONE), body(READER, &abc))
            .await
            .is(201);
    }
    let left = async || names(&azure, &all_at(&sub(""), "")).await.len();
    assert_eq!(left().await, 5);
    azure.delete(&uai("abc")).await.is(200);
    assert_eq!(left().await, 4, "the one on the identity");
    azure.delete(&vm("myVM")).await.is(202);
    azure
        .delete(&sub(&format!("/resourceGroups/g?{R}")))
        .await
        .is(202);
    azure
        .put(
            &at(&sub("/resourceGroups/g"), TWO),
            body(READER, seed::PRINCIPAL_ID),
        )
        .await
        .fails(409, "ResourceGroupBeingDeleted");
    assert_eq!(left().await, 4);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(left().await, 1);
    // An orphan: it can be seen and deleted, and a namesake of the identity is somebody else.
    azure.get(&at(&sub(""), ONE)).await.is(200);
    let namesake = principal(&azure, "abc").await;
    azure
        .put(&at(&sub(""), ONE), body(READER, &namesake))
        .await
        .fails(400, "RoleAssignmentUpdateNotPermitted");
    azure
        .put(&at(&group(), TWO), body(READER, &abc))
        .await
        .fails(400, "PrincipalNotFound");
    azure.delete(&at(&sub(""), ONE)).await.is(200);
}

const OWN: &str = "11111111-2222-4333-8444-555555555555";
const OTHER_OWN: &str = "22222222-2222-4333-8444-555555555555";

fn definition(scope: &str, guid: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}?{A}")
}

fn own(name: &str, scopes: &[String]) -> Value {
    json!({"properties": {
        "roleName": name,
        "description": "Starts machines.",
        "permissions": [{"actions": ["Microsoft.Compute/virtualMachines/start/action"]}],
        "assignableScopes": scopes,
    }})
}

#[tokio::test]
async fn a_role_of_ones_own_from_its_making_to_its_end() {
    let azure = Azure::start().await;
    let group = sub(&format!("/resourceGroups/{}", seed::RESOURCE_GROUP));
    let path = definition(&sub(""), OWN);
    let made = azure
        .put(&path, own("Starter", std::slice::from_ref(&group)))
        .await
        .is(201)
        .json();
    let id = sub(&format!(
        "/providers/Microsoft.Authorization/roleDefinitions/{OWN}"
    ));
    assert_eq!((&made["id"], &made["name"]), (&json!(id), &json!(OWN)));
    let properties = &made["properties"];
    assert_eq!(properties["type"], "CustomRole");
    assert_eq!(properties["createdBy"], Value::Null);
    assert_eq!(
        properties["permissions"],
        json!([{
            "actions": ["Microsoft.Compute/virtualMachines/start/action"],
            "notActions": [], "dataActions": [], "notDataActions": [],
        }])
    );
    let read = azure.get(&path).await.is(200).json();
    assert_eq!(read["properties"]["createdBy"], seed::PRINCIPAL_ID);

    // Where it can be assigned, it is listed; above that with what is below.
    let listed = async |scope: &str, filter: &str| {
        let path = format!(
            "{scope}/providers/Microsoft.Authorization/roleDefinitions?{A}&$filter={filter}"
        );
        names(&azure, &path).await
    };
    let custom = "type+eq+'CustomRole'";
    assert_eq!(listed(&group, custom).await, [OWN]);
    assert_eq!(listed(&group, "roleName+eq+'STARTER'").await, [OWN]);
    assert!(listed(&sub(""), custom).await.is_empty());
    let below = format!("atScopeAndBelow()+and+{custom}");
    assert_eq!(listed(&sub(""), &below).await, [OWN]);
    assert!(listed(&group, "type+eq+'BuiltInRole'").await.len() > 10);

    let assign = |scope: &str| at(scope, "33333333-2222-4333-8444-555555555555");
    let body = json!({"properties": {"roleDefinitionId": id, "principalId": seed::PRINCIPAL_ID}});
    azure
        .put(&assign(&sub("")), body.clone())
        .await
        .fails(400, "RoleDefinitionDoesNotExist");
    azure.put(&assign(&group), body).await.is(201);
    azure
        .delete(&path)
        .await
        .fails(400, "RoleDefinitionHasAssignments");
    let changed = azure.put(&path, own("Starter 2", &[sub("")])).await;
    assert_eq!(
        changed.is(201).json()["properties"]["roleName"],
        "Starter 2"
    );
    azure.delete(&assign(&group)).await.is(200);
    let gone = azure.delete(&path).await.is(200).json();
    assert_eq!(gone["properties"]["roleName"], "Starter 2");
    azure.delete(&path).await.is(204);
    azure
        .get(&path)
        .await
        .fails(404, "RoleDefinitionDoesNotExist");
}

#[tokio::test]
async fn what_roles_of_ones_own_are_refused_for() {
    let azure = Azure::start().await;
    let path = definition(&sub(""), OWN);
    azure.put(&path, own("Starter", &[sub("")])).await.is(201);
    let other = definition(&sub(""), OTHER_OWN);
    for name in ["starter", "Reader"] {
        azure
            .put(&other, own(name, &[sub("")]))
            .await
            .fails(409, "RoleDefinitionWithSameNameExists");
    }
    azure
        .put(&definition(&sub(""), OPERATOR), own("x", &[sub("")]))
        .await
        .fails(409, "RoleDefinitionExists");
    azure
        .delete(&definition(&sub(""), OPERATOR))
        .await
        .fails(400, "InvalidRoleDefinitionType");
    azure
        .put(&definition(&sub(""), "x"), own("x", &[sub("")]))
        .await
        .fails(400, "InvalidRoleDefinitionId");
    let mut built_in = own("x", &[sub("")]);
    built_in["properties"]["type"] = json!("BuiltInRole");
    let mut wrong = own("x", &[sub("")]);
    wrong["properties"]["permissions"] = json!([{"actions": "x"}]);
    let unknown = "/subscriptions/00000000-0000-0000-0000-000000000000".to_owned();
    for (body, code) in [
        (own("", &[sub("")]), "RoleDefinitionNameNullOrEmpty"),
        (own("x", &[]), "MissingAssignableScopes"),
        (
            own("x", &["Invalid_Scope".to_owned()]),
            "LinkedInvalidPropertyId",
        ),
        (own("x", &[unknown]), "InvalidAssignableScope"),
        (built_in, "InvalidRoleDefinitionType"),
        (wrong, "InvalidRequestContent"),
    ] {
        azure.put(&other, body).await.fails(400, code);
    }
}
