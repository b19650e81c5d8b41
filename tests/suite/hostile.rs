//! Answers that no service should give: without end, too long, or with what was sent in them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use managed_identity::arm::{self, Client, Invoke, Scope};
use managed_identity::base::{Category, Silent};
use managed_identity::connect::{SignIn, connect};
use managed_identity::identity;
use managed_identity::resource::{self, ResourceIdentity};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{self, Local, code, next_request, on, sign_in};

/// What the server of a test answers to a request, given its own endpoint and the request's head.
type Answer = fn(&str, &str) -> Vec<u8>;

/// A server that describes itself as a cloud, and answers anything else as the test says. An empty
/// answer is a body without an end.
async fn server(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let own = endpoint.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let own = own.clone();
            tokio::spawn(async move {
                let request = next_request(&mut stream, &mut Vec::new()).await;
                let Some((head, _)) = request else { return };
                let told = match head.split(['?', ' ']).nth(1).unwrap_or_default() {
                    "/metadata/endpoints" => {
                        ok(&json!({"authentication": {"loginEndpoint": own}}).to_string())
                    }
                    path if path.ends_with(SUBSCRIPTION) => ok(&json!({
                        "subscriptionId": SUBSCRIPTION, "displayName": "s", "state": "Enabled",
                    })
                    .to_string()),
                    _ => answer(&own, &head),
                };
                let _ = stream.write_all(&told).await;
                if told.is_empty() {
                    let _ = stream.write_all(&ok("")).await;
                    spaces(stream).await;
                }
            });
        }
    });
    endpoint
}

/// Goes on until the client has enough.
async fn spaces(mut stream: TcpStream) {
    let chunk = vec![b' '; 1 << 20];
    while stream.write_all(&chunk).await.is_ok() {}
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n{body}")
        .into_bytes()
}

/// The subscription of the connections.
const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

/// A token that looks like nothing.
const TOKEN: &str = "opaque-token-of-this-test";

async fn client(endpoint: &str) -> Client {
    let mut request = sign_in(endpoint);
    request.sign_in = SignIn::AccessToken {
        token: TOKEN.to_owned().into(),
        graph: None,
        account: None,
    };
    request.subscription_id = Some(SUBSCRIPTION.to_owned());
    connect(request, Arc::new(Silent)).await.unwrap().client
}

fn get(path: &str) -> Invoke {
    Invoke {
        method: "GET".to_owned(),
        path: path.to_owned(),
        api_version: Some("2024-11-30".to_owned()),
        ..Invoke::default()
    }
}

#[tokio::test]
async fn links_that_alternate_end_the_list() {
    let endpoint = server(|own, head| {
        let next = if head.contains("page=a") { "b" } else { "a" };
        ok(&json!({"value": [], "nextLink": format!("{own}/list?page={next}")}).to_string())
    })
    .await;
    let client = client(&endpoint).await;
    let mut pages = arm::invoke_pages(&client, &get("/list")).unwrap();
    let mut read = 0;
    let error = loop {
        match pages.next().await {
            Ok(Some(_)) => read += 1,
            Ok(None) => panic!("the list ended"),
            Err(error) => break error,
        }
    };
    assert_eq!((read, error.code()), (3, "PagingLoop"), "{error}");
}

#[tokio::test]
async fn a_body_without_an_end_is_an_error_and_no_success() {
    let endpoint = server(|_, _| Vec::new()).await;
    let client = client(&endpoint).await;
    let error = arm::invoke(&client, &get("/x")).await.unwrap_err();
    assert_eq!(error.code(), "ResponseTooLarge");
    assert_eq!(error.category(), Category::LimitsExceeded);
    assert!(error.to_string().contains("64 MiB"), "{error}");
    let pages = identity::list(&client, &Scope::default()).unwrap();
    assert_eq!(code(pages.all().await), "ResponseTooLarge");
}

#[tokio::test]
async fn the_page_of_a_network_is_no_success_of_a_deletion() {
    let endpoint = server(|_, _| {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html\r\n\r\n";
        format!("{head}<html><body>Sign in to this network</body></html>").into_bytes()
    })
    .await;
    let client = client(&endpoint).await;
    let deleted = identity::delete(&client, &support::target("id1")).await;
    let error = deleted.unwrap_err();
    assert_eq!(error.code(), "UnexpectedContent");
    assert!(error.may_be_done(), "{error}");
}

#[tokio::test]
async fn a_refusal_does_not_repeat_the_token() {
    let endpoint = server(|_, head| {
        let sent = head
            .lines()
            .find(|line| line.starts_with("authorization: "));
        let message = format!("Not with {}", sent.unwrap_or_default());
        let body = json!({"error": {"code": "Forbidden", "message": message}}).to_string();
        let head = "HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n";
        format!("{head}{body}").into_bytes()
    })
    .await;
    let client = client(&endpoint).await;
    let error = arm::invoke(&client, &get("/x")).await.unwrap_err();
    assert_eq!(error.code(), "Forbidden");
    for told in [error.to_string(), error.raw().to_owned()] {
        assert!(
            !told.contains(TOKEN) && told.contains("(not shown)"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_refused_sign_in_does_not_repeat_the_secret() {
    let secret = "pass/word+of=this test";
    let endpoint = server(|_, _| {
        // It reflects the request's own form, whose secret is encoded.
        let said = "pass/word+of=this test or pass%2Fword%2Bof%3Dthis+test";
        let body = json!({"error": "invalid_client", "error_description": said});
        let head = "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n";
        format!("{head}{body}").into_bytes()
    })
    .await;
    let mut request = sign_in(&endpoint);
    request.sign_in = SignIn::ClientSecret {
        client_id: SUBSCRIPTION.to_owned(),
        secret: secret.to_owned().into(),
        authority: Some(endpoint.clone()),
    };
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.code(), "invalid_client", "{error}");
    assert!(!error.to_string().contains("pass"), "{error}");
}

#[tokio::test]
async fn a_retry_after_of_zero_does_not_make_a_loop() {
    let local = Local::start().await;
    let status = json!({"status": 429, "headers": {"Retry-After": "0"}});
    let mut fault = on("GET", "userAssignedIdentities", status);
    fault["times"] = json!(3);
    local.fault(fault).await;
    let started = std::time::Instant::now();
    let mut pages = identity::list(&local.client, &Scope::default()).unwrap();
    pages.next().await.unwrap();
    // Three waits of at least the shortest that the tests' policy has.
    let shortest = crate::support::quick().first_wait / 2;
    assert!(started.elapsed() >= 3 * shortest);
}

#[tokio::test]
async fn a_link_that_signs_in_as_someone_else_is_not_followed() {
    let endpoint = server(|own, head| {
        assert!(!head.contains("/list?page=2"), "{head}");
        let next = own.replace("http://", "http://user:pass@") + "/list?page=2";
        ok(&json!({"value": [], "nextLink": next}).to_string())
    })
    .await;
    let client = client(&endpoint).await;
    let pages = arm::invoke_pages(&client, &get("/list")).unwrap();
    let error = pages.all().await.unwrap_err();
    assert_eq!(error.code(), "ForeignHost");
    assert!(!error.to_string().contains("pass@"), "{error}");
    let path = endpoint.replace("http://", "http://user:pass@") + "/x";
    assert_eq!(code(arm::invoke(&client, &get(&path)).await), "ForeignHost");
}

const MACHINE: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/rg1/\
                       providers/Microsoft.Compute/virtualMachines/vm1";

/// A machine whose ETag is what the test says; `with_identity` once it has been written.
fn machine(etag: &str, written: bool) -> Vec<u8> {
    let kind = if written { "SystemAssigned" } else { "None" };
    ok(&json!({
        "id": MACHINE, "name": "vm1", "location": "eastus", "etag": etag,
        "type": "Microsoft.Compute/virtualMachines",
        "identity": {"type": kind, "principalId": SUBSCRIPTION, "tenantId": SUBSCRIPTION},
        "properties": {"provisioningState": "Succeeded"},
    })
    .to_string())
}

async fn enabled(client: &Client) -> managed_identity::base::Result<ResourceIdentity> {
    resource::update(client, &support::change(MACHINE, &[], &[], Some(true))).await
}

#[tokio::test]
async fn an_etag_that_is_no_header_is_refused_before_the_write() {
    let endpoint = server(|_, head| {
        assert!(head.starts_with("GET"), "{head}");
        machine("\"1\"\r\nX-Injected: 1", false)
    })
    .await;
    let error = enabled(&client(&endpoint).await).await.unwrap_err();
    assert_eq!(error.code(), "InvalidETag", "{error}");
}

#[tokio::test]
async fn a_weak_etag_is_no_condition() {
    static WRITTEN: AtomicBool = AtomicBool::new(false);
    let endpoint = server(|_, head| {
        if head.starts_with("PATCH") {
            assert!(!head.to_lowercase().contains("if-match"), "{head}");
            WRITTEN.store(true, Ordering::SeqCst);
        }
        machine("W/\"1\"", WRITTEN.load(Ordering::SeqCst))
    })
    .await;
    let vm = enabled(&client(&endpoint).await).await.unwrap();
    assert_eq!(vm.etag, "W/\"1\"");
    assert!(WRITTEN.load(Ordering::SeqCst));
}
