//! What the client makes of an Azure that throttles, fails, lies or is not there.

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use managed_identity::arm::{Category, Scope, Silent};
use managed_identity::auth::{SignIn, connect};
use managed_identity::identity::{self, Create};
use serde_json::json;
use support::{Local, code, on, other_server, quick, sign_in, target};

#[tokio::test]
async fn throttling_and_faults_of_azures_are_waited_out() {
    let local = Local::start().await;
    for status in [408, 429, 500, 502, 503, 504] {
        let action = json!({"status": status, "code": "Busy", "message": "m",
            "headers": {"Retry-After": "0"}});
        let mut fault = on("GET", "userAssignedIdentities", action);
        fault["times"] = json!(3);
        local.fault(fault).await;
        local.forget().await;
        let mut pages = identity::list(&local.client, &Scope::default()).unwrap();
        pages.next().await.unwrap();
        assert_eq!(local.methods().await.len(), 4, "{status}");
    }
}

#[tokio::test]
async fn many_requests_keep_below_the_limits_that_answers_tell() {
    let local = Local::start().await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap();
    local
        .admin("PATCH", "settings", json!({"throttling": true}))
        .await;
    local.forget().await;
    // More than a bucket of reads holds (250), by 16 at a time.
    let readers = (0..16).map(|_| async {
        for _ in 0..17 {
            identity::get(&local.client, &target("id1")).await.unwrap();
        }
    });
    futures_util::future::join_all(readers).await;
    let log = local
        .admin("GET", "requests", serde_json::Value::Null)
        .await;
    let refused = log.as_array().unwrap().iter();
    let refused = refused.filter(|entry| entry["status"] == 429);
    assert_eq!(refused.count(), 0);
}

#[tokio::test]
async fn a_provider_that_was_never_used_is_registered() {
    let local = Local::start().await;
    let unregistered = json!({"unregistered": ["Microsoft.ManagedIdentity"]});
    local.admin("PATCH", "settings", unregistered).await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap();
    let warnings = local.heard.warnings.lock().unwrap().join("\n");
    assert!(warnings.contains("Microsoft.ManagedIdentity"), "{warnings}");
}

#[tokio::test]
async fn patience_has_an_end() {
    let local = Local::start().await;
    let mut fault = on(
        "GET",
        "id1",
        json!({"status": 503, "code": "ServerBusy", "message": "m"}),
    );
    fault["times"] = json!(1000);
    local.fault(fault).await;
    local.forget().await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "ServerBusy");
    assert_eq!(local.methods().await.len(), quick().attempts as usize);
}

#[tokio::test]
async fn a_very_long_retry_after_is_told_and_not_waited_for() {
    let local = Local::start().await;
    let action = json!({"status": 429, "code": "TooManyRequests", "message": "m",
        "headers": {"Retry-After": "3600"}});
    local.fault(on("GET", "id1", action)).await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.category(), Category::LimitsExceeded);
    assert!(error.to_string().contains("60 minutes"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let local = Local::start().await;
    for when in ["before", "after"] {
        local.fault(on("PUT", "id1", json!({"close": when}))).await;
        let wanted = Create {
            target: target("id1"),
            ..Create::default()
        };
        identity::create(&local.client, &wanted).await.unwrap();
        identity::delete(&local.client, &target("id1"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_unreachable_endpoint_is_an_error_at_once() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let mut request = sign_in(&endpoint);
    request.sign_in = SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.code(), "EndpointUnreachable");
    assert_eq!(error.category(), Category::ConnectionError);
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_page_in_azures_place_is_told_from_azure() {
    let local = Local::start().await;
    let action = json!({"status": 200, "body": "<html>Sign in</html>", "contentType": "text/html"});
    local.fault(on("GET", "id1", action)).await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "UnexpectedContent");
    assert_eq!(error.category(), Category::InvalidResult);
    assert!(error.to_string().contains("text/html"), "{error}");
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_or_told() {
    let local = Local::start().await;
    let expired = json!({"status": 401, "code": "ExpiredAuthenticationToken", "message": "old"});
    local.fault(on("GET", "id1", expired.clone())).await;
    // The sign-in can get another token: the 401 is not seen.
    assert_eq!(
        code(identity::get(&local.client, &target("id1")).await),
        "ResourceNotFound"
    );
    let mut fault = on("GET", "id1", expired);
    fault["times"] = json!(2);
    local.fault(fault).await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "ExpiredAuthenticationToken");
    assert_eq!(error.category(), Category::AuthenticationError);
    assert!(error.to_string().contains("Connect-ManagedIdentityService"));
}

#[tokio::test]
async fn a_wrong_secret_is_told() {
    let local = Local::start().await;
    let mut request = sign_in(local.emulator.endpoint());
    if let SignIn::ClientSecret { secret, .. } = &mut request.sign_in {
        *secret = "marked-wrong-secret".to_owned().into();
    }
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.code(), "invalid_client");
    assert_eq!(error.category(), Category::AuthenticationError);
    assert!(!error.to_string().contains("marked"), "{error}");
}

#[tokio::test]
async fn verbose_lines_tell_each_request_and_no_secret() {
    let local = Local::start().await;
    let _ = identity::get(&local.client, &target("id1")).await;
    let lines = local.heard.verbose.lock().unwrap().join("\n");
    assert!(lines.contains("GET /subscriptions"), "{lines}");
    assert!(lines.contains(" 404 in ") && lines.contains("request id "));
    assert!(!lines.contains("Bearer") && !lines.contains("eyJ"));
}

#[tokio::test]
async fn a_proxy_of_the_given_environment_is_used_but_for_this_machine() {
    let (proxy, count) = other_server("HTTP/1.1 403 Forbidden\r\n\r\n".to_owned()).await;
    let local = Local::start().await;
    let through = |endpoint: &str, no_proxy: &str| {
        let variables = [("HTTPS_PROXY", proxy.as_str()), ("NO_PROXY", no_proxy)];
        let mut request = sign_in(local.emulator.endpoint());
        request.endpoint = Some(endpoint.to_owned());
        request.variables = Some(support::tags(&variables));
        request.sign_in = SignIn::AccessToken {
            token: "t".to_owned().into(),
            graph: None,
            account: None,
        };
        request
    };
    let refused = connect(through("https://arm.invalid", ""), Arc::new(Silent)).await;
    assert_eq!(code(refused), "EndpointUnreachable");
    let tries = count.load(Ordering::SeqCst);
    assert_eq!(tries, quick().connect_attempts);

    let direct = connect(
        through("https://arm.invalid", "arm.invalid"),
        Arc::new(Silent),
    )
    .await;
    assert_eq!(code(direct), "EndpointUnreachable");
    let loopback = connect(through(local.emulator.endpoint(), ""), Arc::new(Silent)).await;
    assert_eq!(code(loopback), "InvalidAuthenticationToken");
    assert_eq!(count.load(Ordering::SeqCst), tries);
}

#[tokio::test]
async fn an_endpoint_that_says_nothing_sensible_is_an_error() {
    for answer in [
        "",
        "nonsense",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{",
        "HTTP/1.1 999 ?\r\n\r\n",
    ] {
        let (endpoint, _) = other_server(answer.to_owned()).await;
        let mut request = sign_in(&endpoint);
        request.sign_in = SignIn::AccessToken {
            token: "t".to_owned().into(),
            graph: None,
            account: None,
        };
        let error = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert!(!error.code().is_empty(), "{answer}: {error}");
    }
}
