//! Users: device codes, refresh tokens, and the claims that Azure demands of them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::sign_in::{ask, v2};
use crate::support::{Answer, Azure, R, sub, uai};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const POWERSHELL: &str = "1950a258-227b-4e31-a9cf-717495945fc2";
const ARM: &str = "https%3A%2F%2Fmanagement.azure.com%2F%2F.default+offline_access+openid+profile";
const DEVICE_CODE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

fn authorize() -> String {
    format!("/{}/oauth2/v2.0/devicecode", seed::TENANT_ID)
}

async fn begin(azure: &Azure, claims: &str) -> Value {
    let form = [("client_id", CLI), ("scope", ARM), ("claims", claims)];
    ask(azure, &authorize(), &form).await.is(200).json()
}

async fn poll(azure: &Azure, codes: &Value) -> Answer {
    let form = [
        ("grant_type", DEVICE_CODE),
        ("client_id", CLI),
        ("device_code", codes["device_code"].as_str().unwrap()),
        ("client_info", "1"),
    ];
    ask(azure, &v2(), &form).await
}

async fn complete(azure: &Azure, codes: &Value, answer: Value) -> Answer {
    let path = format!("/devicecodes/{}", codes["user_code"].as_str().unwrap());
    azure.admin(Method::POST, &path, answer).await
}

/// A user signed in with those claims; the answer of the token endpoint.
async fn signed_in(azure: &Azure, claims: &str) -> Value {
    let codes = begin(azure, claims).await;
    complete(azure, &codes, json!({"approve": true}))
        .await
        .is(200);
    poll(azure, &codes).await.is(200).json()
}

async fn refresh(azure: &Azure, client: &str, token: &Value, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("refresh_token", token.as_str().unwrap()),
    ];
    form.extend_from_slice(more);
    ask(azure, &v2(), &form).await
}

#[track_caller]
fn is_error(answer: Answer, error: &str, code: u64) -> Value {
    let body = answer.is(400).json();
    assert_eq!(
        (&body["error"], &body["error_codes"]),
        (&json!(error), &json!([code])),
        "{body}"
    );
    body
}

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_device_code_from_beginning_to_end() {
    let mut azure = Azure::start().await;
    let codes = begin(&azure, "").await;
    assert_eq!(
        (&codes["expires_in"], &codes["interval"]),
        (&json!(900), &json!(5))
    );
    let user_code = codes["user_code"].as_str().unwrap();
    assert_eq!(user_code.len(), 9);
    let message = codes["message"].as_str().unwrap();
    assert!(
        message.contains(user_code) && message.contains("/devicelogin"),
        "{message}"
    );
    let page = codes["verification_uri"].as_str().unwrap();
    azure.raw(Method::GET, page, &[], "").await.unwrap().is(200);

    is_error(poll(&azure, &codes).await, "authorization_pending", 70_016);
    is_error(poll(&azure, &codes).await, "slow_down", 70_016);
    tokio::time::advance(Duration::from_secs(6)).await;
    // From now on it is 10 s between polls.
    is_error(poll(&azure, &codes).await, "slow_down", 70_016);
    tokio::time::advance(Duration::from_secs(15)).await;
    is_error(poll(&azure, &codes).await, "authorization_pending", 70_016);

    complete(&azure, &codes, json!({"approve": true}))
        .await
        .is(200);
    let listed = azure
        .admin(Method::GET, "/devicecodes", Value::Null)
        .await
        .json();
    assert_eq!(listed[0]["status"], "approved");
    assert!(
        !listed
            .to_string()
            .contains(codes["device_code"].as_str().unwrap())
    );
    let answer = poll(&azure, &codes).await.is(200).json();
    assert_eq!(answer["foci"], "1");
    assert!(
        answer["scope"]
            .as_str()
            .unwrap()
            .contains("https://management.azure.com//.default")
    );
    let of_user = claims(&answer["access_token"]);
    assert_eq!(of_user["oid"], seed::USER_ID);
    assert_eq!(of_user["upn"], seed::USER_NAME);
    assert_eq!(of_user["idtyp"], "user");
    assert_eq!(of_user["appid"], CLI);
    assert_eq!(
        claims(&answer["id_token"])["preferred_username"],
        seed::USER_NAME
    );
    let info = URL_SAFE_NO_PAD
        .decode(answer["client_info"].as_str().unwrap())
        .unwrap();
    let info: Value = serde_json::from_slice(&info).unwrap();
    assert_eq!(
        (&info["uid"], &info["utid"]),
        (&json!(seed::USER_ID), &json!(seed::TENANT_ID))
    );
    azure.token = answer["access_token"].as_str().unwrap().to_owned();
    azure.get(&sub(&format!("?{R}"))).await.is(200);

    is_error(poll(&azure, &codes).await, "invalid_grant", 54_005);
    complete(&azure, &codes, json!({"approve": true}))
        .await
        .is(400);
}

#[tokio::test(start_paused = true)]
async fn device_codes_that_come_to_nothing() {
    let azure = Azure::start().await;
    let declined = begin(&azure, "").await;
    complete(&azure, &declined, json!({"approve": false}))
        .await
        .is(200);
    is_error(
        poll(&azure, &declined).await,
        "authorization_declined",
        65_004,
    );

    azure
        .set(json!({"deviceCodeLifetimeSeconds": 60, "deviceCodeIntervalSeconds": 1}))
        .await;
    let late = begin(&azure, "").await;
    assert_eq!(
        (&late["expires_in"], &late["interval"]),
        (&json!(60), &json!(1))
    );
    tokio::time::advance(Duration::from_secs(60)).await;
    is_error(poll(&azure, &late).await, "expired_token", 70_020);
    complete(&azure, &late, json!({"approve": true}))
        .await
        .is(400);

    let unknown = json!({"device_code": "abc", "user_code": "ABC"});
    is_error(
        poll(&azure, &unknown).await,
        "bad_verification_code",
        70_000,
    );
    complete(&azure, &unknown, json!({"approve": true}))
        .await
        .is(404);
    let some = begin(&azure, "").await;
    for bad in [
        json!({}),
        json!({"approve": 1}),
        json!({"approve": true, "principalId": "x"}),
    ] {
        complete(&azure, &some, bad).await.is(400);
    }
    let other = [
        ("grant_type", DEVICE_CODE),
        ("client_id", POWERSHELL),
        ("device_code", some["device_code"].as_str().unwrap()),
    ];
    is_error(
        ask(&azure, &v2(), &other).await,
        "bad_verification_code",
        70_000,
    );
    // An application with a secret has to show it.
    let confidential = [
        ("grant_type", DEVICE_CODE),
        ("client_id", seed::CLIENT_ID),
        ("device_code", "abc"),
    ];
    let body = ask(&azure, &v2(), &confidential).await.is(401).json();
    assert_eq!(body["error_codes"], json!([7_000_218]));

    let scopes = |scope: &'static str| [("client_id", CLI), ("scope", scope)];
    for (scope, error, code) in [
        (
            "https%3A%2F%2Fexample.invalid%2F.default",
            "invalid_resource",
            500_011,
        ),
        (
            "https%3A%2F%2Fmanagement.azure.com",
            "invalid_scope",
            70_011,
        ),
        (
            "User.Read+https%3A%2F%2Fmanagement.azure.com%2F.default",
            "invalid_request",
            28_000,
        ),
        ("", "invalid_request", 900_144),
    ] {
        is_error(ask(&azure, &authorize(), &scopes(scope)).await, error, code);
    }
}

#[tokio::test]
async fn another_user_and_the_older_version() {
    let azure = Azure::start().await;
    let id = "dddddddd-eeee-ffff-4444-555555555555";
    let user = json!({"id": id, "type": "User", "displayName": "kim@example.com"});
    azure.admin(Method::POST, "/principals", user).await.is(201);
    let path = "/organizations/oauth2/devicecode";
    let form = [
        ("client_id", CLI),
        ("resource", "https%3A%2F%2Fmanagement.azure.com%2F"),
    ];
    let codes = ask(&azure, path, &form).await.is(200).json();
    assert_eq!(codes["expires_in"], "900");
    assert!(codes["verification_url"].is_string());
    complete(&azure, &codes, json!({"approve": true, "principalId": id}))
        .await
        .is(200);
    let form = [
        ("grant_type", "device_code"),
        ("client_id", CLI),
        ("resource", "https%3A%2F%2Fmanagement.azure.com%2F"),
        ("code", codes["device_code"].as_str().unwrap()),
    ];
    let answer = ask(&azure, "/organizations/oauth2/token", &form)
        .await
        .is(200)
        .json();
    let of_user = claims(&answer["access_token"]);
    assert_eq!(
        (&of_user["oid"], &of_user["upn"]),
        (&json!(id), &json!("kim@example.com"))
    );
    assert_eq!(answer["resource"], "https://management.azure.com/");
    assert!(answer["refresh_token"].is_string());
}

#[tokio::test(start_paused = true)]
async fn refresh_tokens() {
    let azure = Azure::start().await;
    let first = signed_in(&azure, "").await;
    let token = &first["refresh_token"];
    let graph = ("scope", "https%3A%2F%2Fgraph.microsoft.com%2F.default");
    let answer = refresh(&azure, CLI, token, &[graph]).await.is(200).json();
    assert_eq!(
        claims(&answer["access_token"])["aud"],
        "https://graph.microsoft.com"
    );
    assert_ne!(&answer["refresh_token"], token, "a new one each time");
    let short = ("scope", "User.Read");
    let answer = refresh(&azure, CLI, token, &[short]).await.is(200).json();
    assert_eq!(
        claims(&answer["access_token"])["aud"],
        "https://graph.microsoft.com"
    );
    let same = refresh(&azure, CLI, token, &[]).await.is(200).json();
    assert_eq!(
        claims(&same["access_token"])["aud"],
        "https://management.azure.com/"
    );
    // One for all of Microsoft's own clients.
    let other = refresh(&azure, POWERSHELL, token, &[graph])
        .await
        .is(200)
        .json();
    assert_eq!(claims(&other["access_token"])["appid"], POWERSHELL);
    let own = json!({"clientId": "11111111-1111-1111-1111-111111111111", "publicClient": true});
    azure
        .admin(Method::POST, "/applications", own)
        .await
        .is(201);
    let stranger = "11111111-1111-1111-1111-111111111111";
    is_error(
        refresh(&azure, stranger, token, &[]).await,
        "invalid_grant",
        70_000,
    );
    is_error(
        refresh(&azure, CLI, &json!("abc"), &[]).await,
        "invalid_grant",
        9_002_313,
    );
    let bad = ("scope", "https%3A%2F%2Fexample.invalid%2F.default");
    is_error(
        refresh(&azure, CLI, token, &[bad]).await,
        "invalid_resource",
        500_011,
    );

    let days = json!({"advanceSeconds": 90 * 86_400});
    azure.admin(Method::POST, "/clock", days).await.is(200);
    is_error(
        refresh(&azure, CLI, token, &[]).await,
        "invalid_grant",
        700_082,
    );

    let again = signed_in(&azure, "").await;
    let revoked = azure
        .admin(Method::DELETE, "/refreshtokens", Value::Null)
        .await;
    assert!(revoked.is(200).json()["revoked"].as_u64().unwrap() >= 1);
    let body = is_error(
        refresh(&azure, CLI, &again["refresh_token"], &[]).await,
        "invalid_grant",
        50_173,
    );
    let text = body["error_description"].as_str().unwrap();
    assert!(!text.contains(again["refresh_token"].as_str().unwrap()));

    let counts = azure
        .admin(Method::GET, "/tokens", Value::Null)
        .await
        .json();
    let of = |grant: &str, audience: &str, client: &str| {
        counts.as_array().unwrap().iter().find(|one| {
            one["grant"] == grant && one["audience"] == audience && one["clientId"] == client
        })
    };
    assert_eq!(
        of("deviceCode", "https://management.azure.com/", CLI).unwrap()["count"],
        2
    );
    assert_eq!(
        of("refreshToken", "https://graph.microsoft.com", CLI).unwrap()["count"],
        2
    );
    assert!(of("secret", "https://management.azure.com", seed::CLIENT_ID).is_some());
    azure
        .admin(Method::DELETE, "/tokens", Value::Null)
        .await
        .is(204);
    let counts = azure
        .admin(Method::GET, "/tokens", Value::Null)
        .await
        .json();
    assert_eq!(counts, json!([]));
}

#[tokio::test]
async fn writes_demand_claims_of_users() {
    let mut azure = Azure::start().await;
    let required = json!({"access_token": {"acrs": {"essential": true, "value": "p1"}}});
    azure.set(json!({"requireClaims": required})).await;
    let body = json!({"location": "eastus"});
    azure
        .put(&uai("by-the-application"), body.clone())
        .await
        .is(201);

    let without = signed_in(&azure, "").await;
    azure.token = without["access_token"].as_str().unwrap().to_owned();
    azure.get(&sub(&format!("?{R}"))).await.is(200);
    let query = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
    azure
        .post(query, json!({"query": "resources"}))
        .await
        .is(200);
    let refused = azure.put(&uai("by-a-user"), body.clone()).await;
    let refused = refused.fails(401, "RequestDisallowedByPolicy");
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.starts_with("Bearer realm=\"\", authorization_uri=\""),
        "{challenge}"
    );
    assert!(
        challenge.contains("error=\"insufficient_claims\", claims=\""),
        "{challenge}"
    );
    let encoded = challenge
        .split("claims=\"")
        .nth(1)
        .unwrap()
        .trim_end_matches('"');
    let demanded: Value = serde_json::from_slice(&STANDARD.decode(encoded).unwrap()).unwrap();
    assert_eq!(demanded, required);
    azure.delete(&uai("by-the-application")).await.is(401);

    // The user has to come again: the sign-in from before proves nothing more.
    let text = required.to_string();
    let encoded: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
    let asked = ("claims", encoded.as_str());
    let answer = refresh(&azure, CLI, &without["refresh_token"], &[asked]).await;
    let body_of = is_error(answer, "interaction_required", 50_076);
    let echoed: Value = serde_json::from_str(body_of["claims"].as_str().unwrap()).unwrap();
    assert_eq!(echoed, required);

    let with = signed_in(&azure, &encoded).await;
    let token = claims(&with["access_token"]);
    assert_eq!(
        (&token["acrs"], &token["amr"]),
        (&json!(["p1"]), &json!(["pwd", "mfa"]))
    );
    azure.token = with["access_token"].as_str().unwrap().to_owned();
    azure.put(&uai("by-a-user"), body.clone()).await.is(201);
    // What was proven stays proven.
    let later = refresh(&azure, CLI, &with["refresh_token"], &[asked])
        .await
        .is(200)
        .json();
    azure.token = later["access_token"].as_str().unwrap().to_owned();
    azure.delete(&uai("by-a-user")).await.is(200);

    for bad in [json!({}), json!({"access_token": 1}), json!([])] {
        let answer = azure
            .admin(Method::PATCH, "/settings", json!({"requireClaims": bad}))
            .await;
        answer.fails(400, "InvalidSettings");
    }
    azure.set(json!({"requireClaims": null})).await;
    azure.token = without["access_token"].as_str().unwrap().to_owned();
    azure.put(&uai("by-a-user"), body).await.is(201);
    let form = [("client_id", CLI), ("scope", ARM), ("claims", "x")];
    is_error(
        ask(&azure, &authorize(), &form).await,
        "invalid_request",
        9_002_313,
    );
}

#[tokio::test(start_paused = true)]
async fn who_signed_in_is_me_in_graph() {
    let mut azure = Azure::start().await;
    let answer = signed_in(&azure, "").await;
    let graph = "https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let answer = refresh(&azure, CLI, &answer["refresh_token"], &[("scope", graph)]).await;
    let of_application = azure.sign_in("https://graph.microsoft.com/.default").await;
    azure.token = answer.is(200).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let me = azure.get("/v1.0/me").await.is(200).json();
    assert_eq!(
        (&me["id"], &me["userPrincipalName"]),
        (&json!(seed::USER_ID), &json!(seed::USER_NAME))
    );
    let found = azure
        .get(&format!("/v1.0/users/{}", seed::USER_NAME))
        .await
        .is(200)
        .json();
    assert_eq!(found["id"], me["id"]);
    azure.token = of_application;
    azure.get("/v1.0/me").await.fails(400, "BadRequest");
}
