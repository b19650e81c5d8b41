use std::time::Duration;

use emulator::{AdminKey, Options, seed};
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Azure, R, sub, uai, vm};

#[tokio::test]
async fn about_itself() {
    let azure = Azure::start().await;
    let about = azure
        .admin(Method::GET, "", Value::Null)
        .await
        .is(200)
        .json();
    assert_eq!(about["endpoint"], azure.emulator.endpoint());
    assert_eq!(about["subscriptionId"], seed::SUBSCRIPTION_ID);
    assert_eq!(about["tenantId"], seed::TENANT_ID);
    assert_eq!(about["clientId"], seed::CLIENT_ID);
    assert_eq!(about["clientSecret"], seed::CLIENT_SECRET);
    assert_eq!(about["requests"], 1, "the sign-in");
    assert!(about["version"].is_string() && about["started"].is_string());
    azure
        .admin(Method::GET, "/nonsense", Value::Null)
        .await
        .fails(404, "NotFound");
    azure
        .admin(Method::PUT, "/faults", Value::Null)
        .await
        .fails(405, "MethodNotAllowed");
}

#[tokio::test]
async fn web_pages_steer_nothing() {
    let azure = Azure::start().await;
    for header in [
        ("origin", "https://example.invalid"),
        ("host", "example.invalid"),
    ] {
        let answer = azure
            .raw(
                Method::POST,
                "/_emulator/reset",
                &[header, azure.admin_key()],
                "",
            )
            .await
            .unwrap();
        answer.fails(403, "NotLocal");
    }
}

#[tokio::test]
async fn only_the_starter_steers() {
    let azure = Azure::start().await;
    azure.identity("kept").await;
    on_all_calls(&azure, &[]).await;
    let other = Azure::start().await;
    let others_key = other.emulator.admin_key().to_owned();
    for wrong in [&others_key[..], "", "x"] {
        on_all_calls(&azure, &[("x-emulator-key", wrong)]).await;
        let key = [("x-emulator-key", wrong)];
        let answer = azure.raw(Method::GET, "/_emulator", &key, "").await;
        answer.unwrap().fails(401, "AdminKeyRequired");
    }
    azure.get(&uai("kept")).await.is(200);
    assert!(!azure.log().await.is_empty());

    async fn on_all_calls(azure: &Azure, key: &[(&str, &str)]) {
        for (method, path) in [
            (Method::GET, "requests"),
            (Method::DELETE, "requests"),
            (Method::GET, "history"),
            (Method::DELETE, "history"),
            (Method::GET, "faults"),
            (Method::POST, "faults"),
            (Method::DELETE, "faults"),
            (Method::GET, "settings"),
            (Method::PATCH, "settings"),
            (Method::POST, "reset"),
            (Method::POST, "subscriptions"),
            (Method::POST, "resourcegroups"),
            (Method::DELETE, "faults/1"),
            (Method::POST, "principals"),
            (Method::POST, "identities"),
            (Method::POST, "resources"),
            (Method::POST, "managementgroups"),
            (Method::GET, "applications"),
            (Method::POST, "applications"),
            (Method::POST, "issuers"),
            (Method::GET, "tokens"),
            (Method::DELETE, "tokens"),
            (Method::DELETE, "refreshtokens"),
            (Method::GET, "devicecodes"),
            (Method::POST, "devicecodes/ABC"),
            (Method::GET, "hosts"),
            (Method::PUT, "hosts/arc"),
            (Method::DELETE, "hosts/arc"),
            (Method::GET, "clock"),
            (Method::POST, "clock"),
            (Method::POST, ""),
            (Method::GET, "there/is/none"),
        ] {
            let path = format!("/_emulator/{path}");
            let answer = azure.raw(method, &path, key, "{}").await.unwrap();
            assert!(answer.header("www-authenticate").contains("Emulator-Key"));
            let answer = answer.fails(401, "AdminKeyRequired");
            assert!(answer.message().contains("Get-ArmEmulator"), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn without_the_key_there_are_public_facts() {
    let azure = Azure::start().await;
    azure
        .admin(
            Method::PUT,
            "/hosts/appService",
            json!({"header": "hidden"}),
        )
        .await
        .is(200);
    let answer = azure.raw(Method::GET, "/_emulator", &[], "").await.unwrap();
    let facts = answer.is(200).json();
    assert_eq!(facts["endpoint"], azure.emulator.endpoint());
    assert_eq!(
        facts["environment"]["AZURE_CLIENT_SECRET"],
        seed::CLIENT_SECRET
    );
    let names: Vec<_> = facts.as_object().unwrap().keys().collect();
    let public = [
        "clientId",
        "clientSecret",
        "endpoint",
        "environment",
        "subscriptionId",
        "tenantId",
        "version",
    ];
    assert_eq!(names, public);
    assert!(!facts.to_string().contains(azure.emulator.admin_key()));
}

#[tokio::test]
async fn the_key_is_random_or_chosen() {
    let (one, two) = (Azure::start().await, Azure::start().await);
    assert_ne!(one.emulator.admin_key(), two.emulator.admin_key());
    let chosen = AdminKey::chosen("a-key-for-this-test").unwrap();
    let azure = Azure::with(Options {
        admin_key: Some(chosen),
        ..Options::default()
    })
    .await;
    assert_eq!(azure.emulator.admin_key(), "a-key-for-this-test");
    azure.set(json!({"pageSize": 7})).await;
    assert!(!format!("{:?}", azure.emulator).contains("a-key-for-this-test"));
}

#[tokio::test]
async fn the_log_tells_everything_but_secrets() {
    let azure = Azure::start().await;
    let headers = [
        ("x-ms-client-request-id", "abc"),
        ("user-agent", "test/1"),
        ("if-match", "\"1\""),
    ];
    let answer = azure
        .send(Method::GET, &uai("none"), &headers, Value::Null)
        .await
        .is(404);
    let request_id = answer.header("x-ms-request-id").to_owned();
    azure
        .raw(Method::GET, "/x", &[("authorization", "Bearer other")], "")
        .await
        .unwrap()
        .is(401);
    let log = azure.log().await;
    assert_eq!(log.len(), 3);
    assert_eq!(
        log[0]["path"],
        format!("/{}/oauth2/v2.0/token", seed::TENANT_ID)
    );
    assert_eq!(log[0]["authenticated"], false);
    let entry = &log[1];
    assert_eq!(entry["sequence"], 2);
    assert_eq!(
        (&entry["method"], &entry["status"]),
        (&json!("GET"), &json!(404))
    );
    assert_eq!(entry["path"], uai("none"));
    assert_eq!(entry["clientRequestId"], "abc");
    assert_eq!(entry["requestId"], request_id);
    assert_eq!(entry["userAgent"], "test/1");
    assert_eq!(entry["ifMatch"], "\"1\"");
    assert_eq!(
        (&entry["authenticated"], &entry["fault"]),
        (&json!(true), &json!(false))
    );
    assert!(entry["durationMs"].is_u64() && entry["time"].is_string());
    assert_eq!(log[2]["authenticated"], false);
    let text = Value::Array(log).to_string();
    assert!(!text.contains(&azure.token) && !text.contains(seed::CLIENT_SECRET));
    azure
        .admin(Method::DELETE, "/requests", Value::Null)
        .await
        .is(204);
    assert!(azure.log().await.is_empty());
    azure.get(&uai("none")).await.is(404);
    assert_eq!(azure.log().await[0]["sequence"], 4);
}

#[tokio::test]
async fn faults_that_answer() {
    let azure = Azure::start().await;
    let path = sub(&format!("?{R}"));
    azure.fault(json!({"method": "GET", "pathContains": "/SUBSCRIPTIONS/", "skip": 1, "times": 2,
        "action": {"status": 429, "code": "Busy", "message": "Later.", "headers": {"Retry-After": "7"}}})).await;
    azure.get(&path).await.is(200);
    for _ in 0..2 {
        let answer = azure.get(&path).await.fails(429, "Busy");
        assert_eq!(
            (answer.message().as_str(), answer.header("retry-after")),
            ("Later.", "7")
        );
        assert_eq!(answer.header("x-ms-request-id").len(), 36);
    }
    azure.get(&path).await.is(200);
    assert_eq!(azure.log().await[2]["fault"], true);

    azure
        .fault(json!({"action": {"status": 502, "body": "<html>", "contentType": "text/html"}}))
        .await;
    let answer = azure.get(&path).await.is(502);
    assert_eq!(
        (&answer.body[..], answer.header("content-type")),
        (&b"<html>"[..], "text/html")
    );
    azure.fault(json!({"action": {"status": 503}})).await;
    azure.get(&path).await.fails(503, "ServiceUnavailable");

    let list = azure
        .admin(Method::GET, "/faults", Value::Null)
        .await
        .is(200)
        .json();
    assert_eq!(list.as_array().unwrap().len(), 3);
    assert_eq!(
        (&list[0]["matched"], &list[0]["hit"]),
        (&json!(3), &json!(2))
    );
    azure
        .admin(Method::DELETE, "/faults", Value::Null)
        .await
        .is(204);
    let list = azure
        .admin(Method::GET, "/faults", Value::Null)
        .await
        .json();
    assert_eq!(list, json!([]));

    let bad = json!({"action": {"status": 500}, "metod": "GET"});
    let answer = azure
        .admin(Method::POST, "/faults", bad)
        .await
        .fails(400, "InvalidFault");
    assert!(answer.message().contains("metod"), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn faults_that_delay() {
    let azure = Azure::start().await;
    azure.fault(json!({"action": {"delayMs": 30_000}})).await;
    let before = tokio::time::Instant::now();
    azure.get(&sub(&format!("?{R}"))).await.is(200);
    assert!(before.elapsed() >= Duration::from_secs(30));
    assert!(
        azure.log().await.last().unwrap()["durationMs"]
            .as_u64()
            .unwrap()
            >= 30_000
    );
    azure.set(json!({"latencyMs": 5_000})).await;
    let before = tokio::time::Instant::now();
    azure.get(&sub(&format!("?{R}"))).await.is(200);
    assert!(before.elapsed() >= Duration::from_secs(5));
}

#[tokio::test]
async fn faults_that_close() {
    let azure = Azure::start().await;
    let put = async |name: &str| {
        let bearer = format!("Bearer {}", azure.token);
        // On a connection of its own: clients may repeat a request of which a used one died.
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("connection", "close"),
        ];
        azure
            .raw(
                Method::PUT,
                &uai(name),
                &headers,
                r#"{"location":"eastus"}"#,
            )
            .await
    };
    put("warm-up").await.unwrap().is(201);
    azure
        .fault(json!({"method": "PUT", "action": {"close": "before"}}))
        .await;
    put("before").await.unwrap_err();
    azure.get(&uai("before")).await.is(404);
    azure
        .fault(json!({"method": "PUT", "action": {"close": "after"}}))
        .await;
    put("after").await.unwrap_err();
    azure.get(&uai("after")).await.is(200);
    let log = azure.log().await;
    let statuses: Vec<&Value> = log
        .iter()
        .filter(|e| e["fault"] == true)
        .map(|e| &e["status"])
        .collect();
    assert_eq!(statuses, [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn settings_and_reset() {
    let azure = Azure::start().await;
    let get = async || {
        azure
            .admin(Method::GET, "/settings", Value::Null)
            .await
            .is(200)
            .json()
    };
    let initial = get().await;
    assert_eq!(
        initial,
        json!({
            "latencyMs": 0, "operationMs": 1_000, "pageSize": 50, "tokenLifetimeSeconds": 3_600,
            "declineSignIns": false, "throttling": false, "unregistered": [], "retryAfterSeconds": null,
            "replicationDelayMs": 0, "federatedWriteMs": 150, "graphDelayMs": 0, "vmWriteLimit": null, "unknownMap": "merge", "unassignable": [],
            "disabledSubscriptions": [], "policies": [], "denyAssignments": [],
            "managedIdentityTokenLifetimeSeconds": 86_400, "clockSkewSeconds": 0, "requireClaims": null,
            "deviceCodeIntervalSeconds": 5, "deviceCodeLifetimeSeconds": 900,
        })
    );
    azure.set(json!({"retryAfterSeconds": 3, "vmWriteLimit": 5, "operationMs": 10, "replicationDelayMs": 9, "unregistered": ["microsoft.compute"]})).await;
    let changed = get().await;
    assert_eq!(
        (&changed["retryAfterSeconds"], &changed["vmWriteLimit"]),
        (&json!(3), &json!(5))
    );
    assert_eq!(changed["unregistered"], json!(["Microsoft.Compute"]));
    azure
        .set(json!({"retryAfterSeconds": null, "vmWriteLimit": null}))
        .await;
    let changed = get().await;
    assert_eq!(
        (&changed["retryAfterSeconds"], &changed["operationMs"]),
        (&Value::Null, &json!(10))
    );

    for (body, part) in [
        (json!({"pagesize": 1}), "pagesize"),
        (json!({"pageSize": 0}), "pageSize"),
        (json!({"pageSize": "x"}), "string"),
        (json!({"vmWriteLimit": 0}), "vmWriteLimit"),
        (json!({"operationMs": 77, "unregistered": ["x"]}), "'x'"),
    ] {
        let answer = azure
            .admin(Method::PATCH, "/settings", body)
            .await
            .fails(400, "InvalidSettings");
        assert!(answer.message().contains(part), "{answer:?}");
    }
    assert_eq!(get().await, changed, "whole or not at all");

    azure.set(json!({"unregistered": []})).await;
    azure.identity("abc").await;
    azure.delete(&vm("myVM")).await.is(202);
    azure.fault(json!({"action": {"status": 500}})).await;
    azure
        .admin(Method::POST, "/reset", Value::Null)
        .await
        .is(204);
    assert_eq!(get().await, initial);
    assert!(azure.log().await.is_empty());
    azure.get(&uai("abc")).await.fails(404, "ResourceNotFound");
    azure.get(&vm("myVM")).await.is(200);
}

#[tokio::test]
async fn bodies_have_a_largest_size() {
    let azure = Azure::start().await;
    let bearer = format!("Bearer {}", azure.token);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = |size: usize| format!("{{\"location\":\"eastus\",\"x\":\"{}\"}}", "y".repeat(size));
    let answer = azure
        .raw(Method::PUT, &uai("abc"), &headers, body(4 * 1024 * 1024))
        .await
        .unwrap();
    answer.fails(413, "RequestContentTooLarge");
    let answer = azure
        .raw(Method::PUT, &uai("abc"), &headers, body(3 * 1024 * 1024))
        .await
        .unwrap();
    answer.is(201);
}

#[tokio::test]
async fn stopping_ends_everything() {
    let azure = Azure::start().await;
    let endpoint = azure.emulator.endpoint().to_owned();
    let address = endpoint.strip_prefix("http://").unwrap().to_owned();
    assert_eq!(address, format!("127.0.0.1:{}", azure.emulator.port()));
    assert_eq!(azure.emulator.ca_certificate(), None);
    azure.emulator.stop().await;
    tokio::net::TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test]
async fn many_clients_at_once() {
    let azure = std::sync::Arc::new(Azure::start().await);
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..300 {
        let azure = std::sync::Arc::clone(&azure);
        tasks.spawn(async move {
            azure.identity(&format!("id-{i}")).await;
        });
    }
    tasks.join_all().await;
    azure.set(json!({"pageSize": 1_000})).await;
    let path = uai("").replace("/?", "?");
    assert_eq!(
        azure.get(&path).await.is(200).json()["value"]
            .as_array()
            .unwrap()
            .len(),
        300
    );
}
