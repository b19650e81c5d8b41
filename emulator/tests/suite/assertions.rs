//! Signing in with a certificate, and with the token of another issuer.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use emulator::seed;
use hyper::Method;
use ring::digest;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{self, RsaEncoding};
use serde_json::{Value, json};

use crate::sign_in::{ask, v2};
use crate::support::{Answer, Azure, R, in_group, sub};

// Made for these tests: they open nothing else.
const KEY: &str = include_str!("certificates/key.pem");
const GOOD: &str = include_str!("certificates/good.pem");
const EXPIRED: &str = include_str!("certificates/expired.pem");
const OTHER: &str = include_str!("certificates/other.pem");
const ELLIPTIC: &str = include_str!("certificates/elliptic.pem");

const TYPE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
const ISSUER: &str = "https://issuer.example.com/";

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

fn key() -> KeyPair {
    KeyPair::from_pkcs8(&der(KEY)).unwrap()
}

fn thumbprint(pem: &str, algorithm: &'static digest::Algorithm) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(algorithm, &der(pem)))
}

fn sign(header: &Value, claims: &Value, algorithm: &'static dyn RsaEncoding) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let key = key();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        algorithm,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn ps256(pem: &str) -> Value {
    json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint(pem, &digest::SHA256)})
}

fn rs256(pem: &str) -> Value {
    let print = thumbprint(pem, &digest::SHA1_FOR_LEGACY_USE_ONLY);
    json!({"alg": "RS256", "typ": "JWT", "x5t": print})
}

fn claims(azure: &Azure) -> Value {
    json!({
        "aud": format!("{}{}", azure.emulator.endpoint(), v2()),
        "iss": seed::CLIENT_ID,
        "sub": seed::CLIENT_ID,
        "jti": "22b3bb26-e046-42df-9c96-65dbd72c1c81",
        "nbf": 1_700_000_000,
        "exp": 4_102_444_800_u64,
    })
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut changed = claims.clone();
    changed[name] = value;
    changed
}

async fn present(azure: &Azure, client_id: &str, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
        ("scope", "https%3A%2F%2Fmanagement.azure.com%2F.default"),
    ];
    ask(azure, &v2(), &form).await
}

fn refused(answer: Answer) -> (u64, String) {
    let body = answer.json();
    let text = body["error_description"].as_str().unwrap().to_owned();
    (body["error_codes"][0].as_u64().unwrap(), text)
}

async fn register(azure: &Azure, application: Value) -> Answer {
    azure
        .admin(Method::POST, "/applications", application)
        .await
}

#[tokio::test]
async fn certificates_are_registered_and_listed() {
    let azure = Azure::start().await;
    let body = json!({"clientId": seed::CLIENT_ID, "certificates": [GOOD]});
    let shown = register(&azure, body).await.is(201).json();
    let certificate = &shown["certificates"][0];
    assert_eq!(certificate["notBefore"], "2024-01-01T00:00:00.000Z");
    assert_eq!(certificate["notAfter"], "2124-01-01T00:00:00.000Z");
    let print = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der(GOOD));
    let hex: String = print.as_ref().iter().map(|b| format!("{b:02X}")).collect();
    assert_eq!(certificate["thumbprint"], hex);
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 1, "kept");

    // With the private key before it, as tools write such files.
    let both = format!("{KEY}{OTHER}");
    let body = json!({"clientId": seed::CLIENT_ID, "certificates": [both, GOOD]});
    let shown = register(&azure, body).await.is(201).json();
    assert_eq!(shown["certificates"].as_array().unwrap().len(), 2);
    let listed = azure
        .admin(Method::GET, "/applications", Value::Null)
        .await
        .is(200)
        .json()
        .to_string();
    assert!(!listed.contains(seed::CLIENT_SECRET) && !listed.contains("PRIVATE"));

    for (pem, why) in [
        (ELLIPTIC, "RSA"),
        (KEY, "BEGIN CERTIFICATE"),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
            "base64",
        ),
    ] {
        let body = json!({"clientId": seed::CLIENT_ID, "certificates": [pem]});
        let answer = register(&azure, body).await.fails(400, "InvalidContent");
        let message = answer.message();
        assert!(
            message.starts_with("certificates[0]: ") && message.contains(why),
            "{message}"
        );
        assert!(!message.contains("MII"), "{message}");
    }
    register(&azure, json!({"clientId": "x"}))
        .await
        .fails(400, "InvalidContent");
}

#[tokio::test]
async fn a_certificate_signs_in() {
    let azure = Azure::start().await;
    let good = claims(&azure);
    let pss = |claims: &Value| sign(&ps256(GOOD), claims, &signature::RSA_PSS_SHA256);
    let (code, text) = refused(present(&azure, seed::CLIENT_ID, &pss(&good)).await.is(401));
    assert_eq!(code, 700_027, "not registered yet");
    assert!(text.contains("The key was not found."), "{text}");

    let body = json!({"clientId": seed::CLIENT_ID, "certificates": [GOOD, EXPIRED, OTHER]});
    register(&azure, body).await.is(201);
    let answer = present(&azure, seed::CLIENT_ID, &pss(&good)).await.is(200);
    let mut azure = azure;
    azure.token = answer.json()["access_token"].as_str().unwrap().to_owned();
    azure.get(&sub(&format!("?{R}"))).await.is(200);

    let pkcs1 = sign(&rs256(GOOD), &good, &signature::RSA_PKCS1_SHA256);
    present(&azure, seed::CLIENT_ID, &pkcs1).await.is(200);
    let endpoint = azure.emulator.endpoint();
    for audience in [
        format!("{endpoint}/{}/v2.0", seed::TENANT_ID),
        format!("{endpoint}/{}/oauth2/token", seed::TENANT_ID),
        format!("{}{}", endpoint.replace("127.0.0.1", "localhost"), v2()),
    ] {
        let assertion = pss(&with(&good, "aud", json!(audience)));
        present(&azure, seed::CLIENT_ID, &assertion).await.is(200);
    }

    let tampered = {
        let other = pss(&with(&good, "jti", json!("another")));
        let (_, signature) = other.rsplit_once('.').unwrap();
        let mine = pss(&good);
        let (signed, _) = mine.rsplit_once('.').unwrap();
        format!("{signed}.{signature}")
    };
    let cases = [
        (
            pss(&with(&good, "exp", json!(1_700_000_001))),
            700_024,
            "valid time range",
        ),
        (
            pss(&with(&good, "nbf", json!(4_102_444_000_u64))),
            700_024,
            "valid time range",
        ),
        (
            pss(&with(&good, "exp", Value::Null)),
            700_024,
            "valid time range",
        ),
        (
            pss(&with(&good, "aud", json!("https://login.example.com/"))),
            700_023,
            "audience",
        ),
        (
            pss(&with(
                &good,
                "iss",
                json!("11111111-1111-1111-1111-111111111111"),
            )),
            700_021,
            "application identifier",
        ),
        (
            pss(&with(
                &good,
                "sub",
                json!("11111111-1111-1111-1111-111111111111"),
            )),
            700_021,
            "application identifier",
        ),
        (pss(&with(&good, "jti", Value::Null)), 50_027, "malformed"),
        ("not.a.jwt".to_owned(), 50_027, "malformed"),
        (tampered, 700_027, "did not match the expected signature"),
        // Another certificate's thumbprint, and another algorithm than the header's.
        (
            sign(&ps256(OTHER), &good, &signature::RSA_PSS_SHA256),
            700_027,
            "did not match",
        ),
        (
            sign(&ps256(GOOD), &good, &signature::RSA_PKCS1_SHA256),
            700_027,
            "did not match",
        ),
        (
            sign(
                &json!({"alg": "none", "x5t#S256": thumbprint(GOOD, &digest::SHA256)}),
                &good,
                &signature::RSA_PSS_SHA256,
            ),
            700_027,
            "did not match",
        ),
        (
            sign(&json!({"alg": "PS256"}), &good, &signature::RSA_PSS_SHA256),
            700_027,
            "not registered",
        ),
        (
            sign(&ps256(EXPIRED), &good, &signature::RSA_PSS_SHA256),
            700_027,
            "The key used is expired.",
        ),
    ];
    for (assertion, code, text) in cases {
        let (found, description) =
            refused(present(&azure, seed::CLIENT_ID, &assertion).await.is(401));
        assert_eq!(found, code, "{description}");
        assert!(description.contains(text), "{description}");
    }

    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", seed::CLIENT_ID),
        ("client_assertion", &pkcs1),
        ("scope", "https%3A%2F%2Fmanagement.azure.com%2F.default"),
    ];
    let (code, _) = refused(ask(&azure, &v2(), &form).await.is(400));
    assert_eq!(code, 900_144, "no client_assertion_type");
}

#[tokio::test]
async fn a_clock_that_is_wrong_spoils_assertions() {
    let azure = Azure::start().await;
    let body = json!({"clientId": seed::CLIENT_ID, "certificates": [GOOD]});
    register(&azure, body).await.is(201);
    let clock = azure.admin(Method::GET, "/clock", Value::Null).await;
    let date = clock.json()["time"].as_str().unwrap().to_owned();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let short = with(
        &with(&claims(&azure), "nbf", json!(now)),
        "exp",
        json!(now + 600),
    );
    let assertion = sign(&ps256(GOOD), &short, &signature::RSA_PSS_SHA256);
    present(&azure, seed::CLIENT_ID, &assertion).await.is(200);

    for skew in [-3_600, 3_600] {
        azure.set(json!({"clockSkewSeconds": skew})).await;
        let answer = present(&azure, seed::CLIENT_ID, &assertion).await.is(401);
        let shown = azure.admin(Method::GET, "/clock", Value::Null).await.json();
        assert_ne!(shown["time"].as_str().unwrap()[..13], date[..13]);
        assert_eq!(shown["skewSeconds"], skew);
        assert!(answer.header("date").ends_with(" GMT"));
        assert_eq!(refused(answer).0, 700_024);
    }
}

/// The token of another issuer; nobody checks its signature unless the issuer is registered.
fn workload(subject: &str, audience: Value) -> Value {
    json!({"iss": ISSUER, "sub": subject, "aud": audience, "exp": 4_102_444_800_u64})
}

fn workload_token(claims: &Value) -> String {
    sign(
        &json!({"alg": "RS256", "kid": "1"}),
        claims,
        &signature::RSA_PKCS1_SHA256,
    )
}

const EXCHANGE: &str = "api://AzureADTokenExchange";

#[tokio::test]
async fn a_workload_signs_in() {
    let azure = Azure::start().await;
    let good = workload_token(&workload("system:serviceaccount:a:b", json!([EXCHANGE])));
    let (code, text) = refused(present(&azure, seed::CLIENT_ID, &good).await.is(400));
    assert_eq!(code, 70_021);
    assert!(
        text.contains("Assertion Issuer: 'https://issuer.example.com/'"),
        "{text}"
    );

    register(
        &azure,
        json!({"clientId": seed::CLIENT_ID, "federatedCredentials": [
            {"issuer": ISSUER, "subject": "system:serviceaccount:a:b"},
        ]}),
    )
    .await
    .is(201);
    present(&azure, seed::CLIENT_ID, &good).await.is(200);
    let one = workload_token(&workload("system:serviceaccount:a:b", json!(EXCHANGE)));
    present(&azure, seed::CLIENT_ID, &one).await.is(200);

    let base = workload("system:serviceaccount:a:b", json!(EXCHANGE));
    let login = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0";
    let cases = [
        (
            with(&base, "iss", json!("https://issuer.example.com")),
            700_211,
        ),
        (
            with(&base, "sub", json!("System:serviceaccount:a:b")),
            700_213,
        ),
        (with(&base, "aud", json!("api://other")), 700_212),
        (with(&base, "exp", json!(1_700_000_000)), 700_024),
        (with(&base, "iss", json!(login)), 700_222),
    ];
    for (claims, code) in cases {
        let answer = present(&azure, seed::CLIENT_ID, &workload_token(&claims)).await;
        let (found, text) = refused(answer.is(401));
        assert_eq!(found, code, "{text}");
    }
}

#[tokio::test]
async fn the_keys_of_a_registered_issuer_are_checked() {
    let azure = Azure::start().await;
    register(
        &azure,
        json!({"clientId": seed::CLIENT_ID, "federatedCredentials": [
            {"issuer": ISSUER, "subject": "s"},
        ]}),
    )
    .await
    .is(201);
    let key = key();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
    let jwk = json!({
        "kty": "RSA", "kid": "1", "use": "sig",
        "n": number(&public.n),
        "e": number(&public.e),
    });
    azure
        .admin(
            Method::POST,
            "/issuers",
            json!({"issuer": ISSUER, "keys": [jwk]}),
        )
        .await
        .is(201);
    let claims = workload("s", json!(EXCHANGE));
    let good = workload_token(&claims);
    present(&azure, seed::CLIENT_ID, &good).await.is(200);

    let (signed, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode([1; 256]));
    let (code, text) = refused(present(&azure, seed::CLIENT_ID, &forged).await.is(401));
    assert_eq!(code, 50_013, "{text}");
    let header = json!({"alg": "RS256", "kid": "2"});
    let other = sign(&header, &claims, &signature::RSA_PKCS1_SHA256);
    let (code, text) = refused(present(&azure, seed::CLIENT_ID, &other).await.is(401));
    assert_eq!(code, 50_013, "{text}");
    assert!(text.contains("The key was not found."), "{text}");

    for bad in [
        json!({"issuer": ISSUER, "keys": []}),
        json!({"issuer": ISSUER, "keys": [{"kty": "EC"}]}),
        json!({"issuer": ISSUER}),
    ] {
        azure
            .admin(Method::POST, "/issuers", bad)
            .await
            .fails(400, "InvalidContent");
    }
}

#[tokio::test]
async fn an_identity_trusts_what_its_credentials_say() {
    let mut azure = Azure::start().await;
    let identity = azure.identity("workload").await;
    let client_id = identity["properties"]["clientId"].as_str().unwrap();
    let good = workload_token(&workload("s", json!(EXCHANGE)));
    let (code, _) = refused(present(&azure, client_id, &good).await.is(400));
    assert_eq!(code, 70_021);

    let path = in_group(
        "Microsoft.ManagedIdentity/userAssignedIdentities/workload/federatedIdentityCredentials/one?api-version=2024-11-30",
    );
    azure
        .put(
            &path,
            json!({"properties": {"issuer": ISSUER, "subject": "s", "audiences": [EXCHANGE]}}),
        )
        .await
        .is(201);
    let answer = present(&azure, client_id, &good).await.is(200).json();
    azure.token = answer["access_token"].as_str().unwrap().to_owned();
    azure.get(&sub(&format!("?{R}"))).await.is(200);
    let claims = azure.token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["oid"], identity["properties"]["principalId"]);

    let secret = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", "x"),
        ("scope", "https%3A%2F%2Fmanagement.azure.com%2F.default"),
    ];
    let (code, _) = refused(ask(&azure, &v2(), &secret).await.is(401));
    assert_eq!(code, 7_000_215, "identities have no secrets");
}

/// A managed identity signs an application in: its own token takes the place of another issuer's.
#[tokio::test]
async fn an_identity_s_token_is_exchanged() {
    let mut azure = Azure::start().await;
    let identity = azure.identity("exchanged").await["properties"].clone();
    azure
        .admin(Method::PUT, "/hosts/imds", Value::Null)
        .await
        .is(200);
    let imds = async |azure: &Azure, resource: &str| {
        let path =
            format!("/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}");
        let headers = [("metadata", "true")];
        let answer = azure.raw(Method::GET, &path, &headers, "").await.unwrap();
        let body = answer.is(200).json();
        body["access_token"].as_str().unwrap().to_owned()
    };
    let issuer = format!("{}/{}/v2.0", azure.emulator.endpoint(), seed::TENANT_ID);
    let credential = json!({"issuer": issuer, "subject": identity["principalId"]});
    register(
        &azure,
        json!({"clientId": seed::CLIENT_ID, "federatedCredentials": [credential]}),
    )
    .await
    .is(201);
    let token = imds(&azure, EXCHANGE).await;
    let answer = present(&azure, seed::CLIENT_ID, &token).await.is(200);
    azure.token = answer.json()["access_token"].as_str().unwrap().to_owned();
    azure.get(&sub(&format!("?{R}"))).await.is(200);

    // Not with a token for something else, nor with one that only looks like it.
    let other = imds(&azure, "https://management.azure.com/").await;
    let forged = workload_token(&json!({
        "iss": issuer, "sub": identity["principalId"], "aud": EXCHANGE, "exp": 4_102_444_800_u64,
    }));
    for token in [other, forged] {
        let (code, text) = refused(present(&azure, seed::CLIENT_ID, &token).await.is(401));
        assert_eq!(code, 700_222, "{text}");
    }
}
