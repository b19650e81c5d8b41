use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, R, sub};

pub fn v2() -> String {
    format!("/{}/oauth2/v2.0/token", seed::TENANT_ID)
}

pub async fn ask(azure: &Azure, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={v}")).collect();
    azure
        .raw(Method::POST, path, &[], form.join("&"))
        .await
        .unwrap()
}

const GOOD: [(&str, &str); 4] = [
    ("grant_type", "client_credentials"),
    ("client_id", seed::CLIENT_ID),
    ("client_secret", seed::CLIENT_SECRET),
    ("scope", "https%3A%2F%2Fmanagement.azure.com%2F%2F.default"),
];

/// The good form with one field changed, or left out when the value is empty.
fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut form: Vec<_> = GOOD.into_iter().filter(|(key, _)| *key != name).collect();
    if !value.is_empty() {
        form.push((name, value));
    }
    form
}

#[tokio::test]
async fn a_token_says_what_it_is() {
    let azure = Azure::start().await;
    let answer = ask(&azure, &v2(), &GOOD).await.is(200).json();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3600);
    assert_eq!(answer["ext_expires_in"], 3600);
    let token = answer["access_token"].as_str().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    assert_eq!(claims["aud"], "https://management.azure.com/");
    assert_eq!(claims["appid"], seed::CLIENT_ID);
    assert_eq!(claims["oid"], seed::PRINCIPAL_ID);
    assert_eq!(claims["tid"], seed::TENANT_ID);
    assert_eq!(claims["ver"], "2.0");
    let span = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(span, 3600);

    let v1 = format!("/{}/oauth2/token", seed::TENANT_ID.to_uppercase());
    let mut form = with("scope", "");
    form.push(("resource", "https://management.core.windows.net/"));
    let answer = ask(&azure, &v1, &form).await.is(200).json();
    assert_eq!(
        answer["expires_in"], "3600",
        "numbers are strings in version 1"
    );
    assert_eq!(answer["resource"], "https://management.core.windows.net/");
}

#[tokio::test]
async fn refusals() {
    let azure = Azure::start().await;
    let path = v2();
    let cases = [
        (
            with("client_secret", "bad-password"),
            401,
            "invalid_client",
            7_000_215,
        ),
        (with("client_secret", ""), 401, "invalid_client", 7_000_216),
        (
            with("client_id", "11111111-1111-1111-1111-111111111111"),
            400,
            "unauthorized_client",
            700_016,
        ),
        (with("client_id", ""), 400, "invalid_request", 900_144),
        (with("grant_type", ""), 400, "invalid_request", 900_144),
        (
            with("grant_type", "password"),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (with("scope", ""), 400, "invalid_request", 900_144),
        (
            with("scope", "https://management.azure.com/user_impersonation"),
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            with("scope", "https://example.invalid/.default"),
            400,
            "invalid_resource",
            500_011,
        ),
    ];
    for (form, status, error, code) in cases {
        let answer = ask(&azure, &path, &form).await.is(status).json();
        assert_eq!(answer["error"], error, "{answer}");
        assert_eq!(answer["error_codes"], json!([code]));
        let text = answer["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
        assert!(
            !text.contains(seed::CLIENT_SECRET) && !text.contains("bad-password"),
            "{text}"
        );
        for member in ["timestamp", "trace_id", "correlation_id"] {
            assert!(answer[member].is_string(), "{member}");
        }
    }
    let other = "/22222222-2222-2222-2222-222222222222/oauth2/v2.0/token";
    let answer = ask(&azure, other, &GOOD).await.is(400).json();
    assert_eq!(answer["error_codes"], json!([90_002]));
    azure.get(&format!("{path}?x")).await.is(405);
}

#[tokio::test(start_paused = true)]
async fn what_arm_says_of_tokens() {
    let mut azure = Azure::start().await;
    let path = sub(&format!("?{R}"));
    azure.get(&path).await.is(200);

    let without = azure.raw(Method::GET, &path, &[], "").await.unwrap();
    let without = without.fails(401, "AuthenticationFailed");
    let challenge = without.header("www-authenticate");
    let authority = format!(
        "Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\"",
        azure.emulator.endpoint(),
        seed::TENANT_ID
    );
    assert!(challenge.starts_with(&authority), "{challenge}");

    let basic = [("authorization", "Basic abc")];
    let answer = azure.raw(Method::GET, &path, &basic, "").await.unwrap();
    answer.fails(401, "AuthenticationFailedInvalidHeader");
    let garbage = [("authorization", "Bearer a.b.c")];
    let answer = azure.raw(Method::GET, &path, &garbage, "").await.unwrap();
    answer
        .fails(401, "InvalidAuthenticationToken")
        .header("www-authenticate");

    let endpoint = azure.emulator.endpoint().to_owned();
    for audience in [
        "https://management.azure.com",
        "https://management.azure.com/",
        "https://management.core.windows.net",
        "https://management.core.windows.net/",
        &endpoint,
        &format!("{endpoint}/"),
    ] {
        azure.token = azure.sign_in(&format!("{audience}/.default")).await;
        azure.get(&path).await.is(200);
    }
    let good = azure.token.clone();
    azure.token = azure.sign_in("https://graph.microsoft.com/.default").await;
    azure
        .get(&path)
        .await
        .fails(401, "InvalidAuthenticationTokenAudience");

    azure.token = good;
    tokio::time::advance(Duration::from_secs(3_599)).await;
    azure.get(&path).await.is(200);
    tokio::time::advance(Duration::from_secs(1)).await;
    let expired = azure
        .get(&path)
        .await
        .fails(401, "ExpiredAuthenticationToken");
    assert!(
        expired
            .message()
            .starts_with("The access token expiry UTC time '")
    );

    azure.set(json!({"tokenLifetimeSeconds": 1})).await;
    azure.token = azure.sign_in("https://management.azure.com/.default").await;
    azure.get(&path).await.is(200);
    tokio::time::advance(Duration::from_secs(1)).await;
    azure
        .get(&path)
        .await
        .fails(401, "ExpiredAuthenticationToken");
}

#[tokio::test]
async fn discovery_leads_back_here() {
    let azure = Azure::start().await;
    let endpoint = azure.emulator.endpoint();
    let get = async |path: &str| {
        azure
            .raw(Method::GET, path, &[], "")
            .await
            .unwrap()
            .is(200)
            .json()
    };

    let path = format!("/{}/v2.0/.well-known/openid-configuration", seed::TENANT_ID);
    let configuration = get(&path).await;
    assert_eq!(
        configuration["token_endpoint"],
        format!("{endpoint}{}", v2())
    );
    assert_eq!(
        configuration["issuer"],
        format!("{endpoint}/{}/v2.0", seed::TENANT_ID)
    );
    assert!(
        get("/common/v2.0/.well-known/openid-configuration").await["issuer"]
            .as_str()
            .unwrap()
            .contains("{tenantid}")
    );

    let instance = get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x").await;
    assert_eq!(
        instance["tenant_discovery_endpoint"],
        format!("{endpoint}{path}")
    );

    let clouds = get("/metadata/endpoints?api-version=2023-11-01").await;
    assert_eq!(clouds.as_array().unwrap().len(), 1);
    let one = get("/metadata/endpoints?api-version=2022-09-01").await;
    assert_eq!(one, clouds[0]);
    assert_eq!(one["resourceManager"], format!("{endpoint}/"));
    assert_eq!(one["authentication"]["loginEndpoint"], endpoint);
    let old = get("/metadata/endpoints?api-version=2015-01-01").await;
    assert_eq!(old["authentication"]["loginEndpoint"], endpoint);
    let answer = azure
        .raw(Method::GET, "/metadata/endpoints", &[], "")
        .await
        .unwrap();
    answer.fails(400, "MissingApiVersionParameter");
}

#[tokio::test]
async fn long_tokens_say_when_to_refresh_them() {
    let azure = Azure::start().await;
    let short = ask(&azure, &v2(), &GOOD).await.is(200).json();
    assert_eq!(short["refresh_in"], Value::Null);
    azure.set(json!({"tokenLifetimeSeconds": 86_400})).await;
    let long = ask(&azure, &v2(), &GOOD).await.is(200).json();
    assert_eq!(long["expires_in"], 86_400);
    assert_eq!(long["refresh_in"], 43_200);
}

#[tokio::test]
async fn a_secret_expires() {
    let azure = Azure::start().await;
    let client = "11111111-1111-1111-1111-111111111111";
    let body = json!({"clientId": client, "secrets": [{"value": "s", "expiresInSeconds": 60}]});
    let shown = azure.admin(Method::POST, "/applications", body).await;
    assert!(shown.is(201).json()["secrets"][0]["expiresOn"].is_string());
    let mut form = with("client_secret", "s");
    form.retain(|(name, _)| *name != "client_id");
    form.push(("client_id", client));
    ask(&azure, &v2(), &form).await.is(200);
    azure
        .admin(Method::POST, "/clock", json!({"advanceSeconds": 60}))
        .await
        .is(200);
    let answer = ask(&azure, &v2(), &form).await.is(401).json();
    assert_eq!(answer["error_codes"], json!([7_000_222]));
    for bad in [
        json!({"advanceSeconds": -1}),
        json!({"advanceSeconds": 1e12}),
        json!({}),
    ] {
        azure
            .admin(Method::POST, "/clock", bad)
            .await
            .fails(400, "InvalidContent");
    }
}

/// A run of a day with tokens of five minutes takes no time.
#[tokio::test]
async fn a_long_run_with_short_tokens() {
    let mut azure = Azure::start().await;
    azure.set(json!({"tokenLifetimeSeconds": 300})).await;
    azure.token = azure.sign_in("https://management.azure.com/.default").await;
    let path = sub(&format!("?{R}"));
    let mut refused = 0;
    for _ in 0..24 * 6 {
        let ten_minutes = json!({"advanceSeconds": 600});
        azure
            .admin(Method::POST, "/clock", ten_minutes)
            .await
            .is(200);
        let answer = azure.get(&path).await;
        if answer.status == 401 {
            refused += 1;
            let answer = answer.fails(401, "ExpiredAuthenticationToken");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
            azure.token = azure.sign_in("https://management.azure.com/.default").await;
        }
        azure.get(&path).await.is(200);
    }
    assert_eq!(refused, 24 * 6);
}
