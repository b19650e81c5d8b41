//! The sign-in page, and the codes that a browser brings from it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::seed;
use hyper::Method;
use serde_json::{Value, json};

use crate::sign_in::{ask, v2};
use crate::support::{Answer, Azure};

const POWERSHELL: &str = "1950a258-227b-4e31-a9cf-717495945fc2";
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const SCOPE: &str =
    "https%3A%2F%2Fmanagement.azure.com%2F%2F.default+offline_access+openid+profile";
const REDIRECT: &str = "http%3A%2F%2Flocalhost%3A8400%2F";
/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const GOOD: [(&str, &str); 8] = [
    ("client_id", POWERSHELL),
    ("response_type", "code"),
    ("redirect_uri", REDIRECT),
    ("scope", SCOPE),
    ("state", "a%26b"),
    ("nonce", "once"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

/// The good request with one parameter changed, or left out when the value is empty.
fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut query: Vec<_> = GOOD.into_iter().filter(|(key, _)| *key != name).collect();
    if !value.is_empty() {
        query.push((name, value));
    }
    query
}

async fn page(azure: &Azure, query: &[(&str, &str)]) -> Answer {
    let query: Vec<String> = query.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let path = format!(
        "/{}/oauth2/v2.0/authorize?{}",
        seed::TENANT_ID,
        query.join("&")
    );
    azure.raw(Method::GET, &path, &[], "").await.unwrap()
}

/// The value of a parameter in the address that an answer redirects to.
fn sent_back(answer: &Answer, name: &str) -> Option<String> {
    let location = answer.header("location");
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, "http://localhost:8400/");
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

async fn code(azure: &Azure, query: &[(&str, &str)]) -> String {
    let answer = page(azure, query).await.is(302);
    assert_eq!(sent_back(&answer, "state").as_deref(), Some("a%26b"));
    sent_back(&answer, "code").unwrap()
}

async fn redeem(azure: &Azure, code: &str, change: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", POWERSHELL),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("code", code),
    ];
    let of = |name: &str| change.iter().find(|(key, _)| *key == name);
    let form: Vec<(&str, &str)> = usual
        .iter()
        .map(|pair| *of(pair.0).unwrap_or(pair))
        .collect();
    ask(azure, &v2(), &form).await
}

fn refused(answer: Answer) -> Value {
    let body = answer.is(400).json();
    assert_eq!(body["error"], "invalid_grant");
    body["error_codes"][0].clone()
}

#[tokio::test]
async fn a_code_is_good_once_for_who_began() {
    let azure = Azure::start().await;
    let first = code(&azure, &GOOD).await;
    for (change, number) in [
        (("code", "other"), 9_002_313),
        (("client_id", CLI), 70_000),
        (
            ("redirect_uri", "http%3A%2F%2Flocalhost%3A8401%2F"),
            500_112,
        ),
        (("code_verifier", "another"), 501_481),
        (("code_verifier", ""), 50_148),
    ] {
        let answer = redeem(&azure, &first, &[change]).await;
        assert_eq!(refused(answer), json!(number), "{change:?}");
    }
    let tokens = redeem(&azure, &first, &[]).await.is(200).json();
    assert!(tokens["refresh_token"].is_string());
    let part = tokens["id_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(claims["nonce"], "once");
    let again = redeem(&azure, &first, &[]).await;
    assert_eq!(refused(again), json!(54_005));
    let counts = azure
        .admin(Method::GET, "/tokens", Value::Null)
        .await
        .json();
    let grants: Vec<&Value> = counts
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["grant"])
        .collect();
    assert!(grants.contains(&&json!("authorizationCode")), "{counts}");
}

#[tokio::test(start_paused = true)]
async fn a_code_expires() {
    let azure = Azure::start().await;
    let late = code(&azure, &GOOD).await;
    tokio::time::advance(Duration::from_secs(600)).await;
    assert_eq!(refused(redeem(&azure, &late, &[]).await), json!(70_008));
}

#[tokio::test]
async fn the_page_keeps_what_the_program_must_not_hear() {
    let azure = Azure::start().await;
    for (name, value, says) in [
        (
            "redirect_uri",
            "http%3A%2F%2F127.0.0.1%3A8400",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "http%3A%2F%2Flocalhost.evil.example",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "http%3A%2F%2Flocalhost%3A1%40evil.example",
            "AADSTS50011",
        ),
        (
            "redirect_uri",
            "https%3A%2F%2Flocalhost%3A8400",
            "AADSTS50011",
        ),
        ("redirect_uri", "", "AADSTS900144"),
        (
            "client_id",
            "00000000-0000-0000-0000-000000000001",
            "AADSTS700016",
        ),
        ("response_mode", "pigeon", "AADSTS70007"),
    ] {
        let answer = page(&azure, &with(name, value)).await.is(400);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.contains(says), "{name}={value}: {text}");
        assert!(answer.headers.get("location").is_none());
    }
}

#[tokio::test]
async fn the_program_hears_why_there_is_no_code() {
    let azure = Azure::start().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "nonsense%2F", "invalid_scope"),
        ("code_challenge_method", "S512", "invalid_request"),
        (
            "login_hint",
            "stranger%40emulator.invalid",
            "login_required",
        ),
    ] {
        let answer = page(&azure, &with(name, value)).await.is(302);
        assert_eq!(sent_back(&answer, "error").as_deref(), Some(error));
        assert_eq!(sent_back(&answer, "code"), None);
    }
    azure.set(json!({"declineSignIns": true})).await;
    let declined = page(&azure, &GOOD).await.is(302);
    assert_eq!(
        sent_back(&declined, "error").as_deref(),
        Some("access_denied")
    );
    let description = sent_back(&declined, "error_description").unwrap();
    assert!(description.starts_with("AADSTS65004%3A"), "{description}");
}

#[tokio::test]
async fn a_form_brings_the_code_as_well() {
    let azure = Azure::start().await;
    let answer = page(&azure, &with("response_mode", "form_post"))
        .await
        .is(200);
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.contains("action=\"http://localhost:8400/\""), "{text}");
    assert!(text.contains("name=\"state\" value=\"a&amp;b\""), "{text}");
    let (_, rest) = text.split_once("name=\"code\" value=\"").unwrap();
    let (code, _) = rest.split_once('"').unwrap();
    redeem(&azure, code, &[]).await.is(200);
}
