//! How long an operation, a request and its repetitions may take, and what is said when they end.

use std::sync::Arc;
use std::time::Duration;

use managed_identity::access;
use managed_identity::arm::Client;
use managed_identity::base::{Category, Deadline, Error, Observer, Progress};
use managed_identity::compute;
use managed_identity::connect::{SignIn, connect};
use managed_identity::identity::{self, Create};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::support::{self, Heard, Local, merge, next_request, on, quick, sign_in, target, vm};

/// An observer of an operation that may take some time.
struct Limited {
    heard: Arc<Heard>,
    deadline: Deadline,
}

impl Observer for Limited {
    fn wants_verbose(&self) -> bool {
        true
    }
    fn verbose(&self, line: String) {
        self.heard.verbose(line);
    }
    fn warning(&self, text: String) {
        self.heard.warning(text);
    }
    fn progress(&self, progress: Progress) {
        self.heard.progress(progress);
    }
    fn deadline(&self) -> &Deadline {
        &self.deadline
    }
}

fn limited(heard: &Arc<Heard>, limit: Duration) -> Arc<dyn Observer> {
    let deadline = Deadline::after(limit);
    deadline.start();
    Arc::new(Limited {
        heard: heard.clone(),
        deadline,
    })
}

/// The client, for an operation that may take two seconds: enough for what comes before, also on a busy machine.
fn soon(local: &Local) -> Client {
    let limit = Duration::from_secs(2);
    local.client.observed_by(limited(&local.heard, limit))
}

fn never_answered(method: &str, path: &str) -> serde_json::Value {
    on(method, path, json!({"delayMs": 3_600_000}))
}

fn assert_parts(error: &Error, parts: &[&str]) {
    for part in parts {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

/// Checks that the time of an operation ended, and what its error says.
fn assert_timeout(error: &Error, parts: &[&str]) {
    assert_eq!(error.code(), "OperationTimeout", "{error}");
    assert_eq!(error.category(), Category::OperationTimeout);
    assert_parts(error, &["not completed within 2 s"]);
    assert_parts(error, parts);
}

#[tokio::test]
async fn a_read_without_a_response_ends_and_says_what_it_waited_for() {
    let local = Local::start().await;
    local.fault(never_answered("GET", "id1")).await;
    let error = identity::get(&soon(&local), &target("id1")).await;
    let error = error.unwrap_err();
    assert_timeout(
        &error,
        &[
            "The operation on user-assigned identity 'id1'",
            "it was waiting for a response to GET /subscriptions/",
            "Specify a longer -TimeoutSec.",
        ],
    );
    assert!(!error.to_string().contains("may have completed"), "{error}");
}

#[tokio::test]
async fn a_write_without_a_response_may_have_been_made() {
    let local = Local::start().await;
    local.fault(never_answered("PUT", "id1")).await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    let error = identity::create(&soon(&local), &wanted).await.unwrap_err();
    let parts = ["a response to PUT", "Azure may have completed the request"];
    assert_timeout(&error, &parts);
}

#[tokio::test]
async fn an_operation_that_does_not_end_continues_in_azure() {
    let local = Local::with(emulator::Options {
        operation_time: Duration::from_secs(3_600),
        ..emulator::Options::default()
    })
    .await;
    let change = merge(&[], &[], Some(true));
    let error = compute::update(&soon(&local), &change).await.unwrap_err();
    assert_timeout(
        &error,
        &[
            "virtual machine 'myVM'",
            "it was waiting for ",
            "The operation continues in Azure: wait for it with Wait-ResourceIdentity -ResourceId",
            "/virtualMachines/myVM', or specify a longer -TimeoutSec.",
        ],
    );
    // What waits for it later ends as well.
    let waited = managed_identity::resource::wait(&soon(&local), &vm()).await;
    let parts = ["The operation continues in Azure: wait for it"];
    assert_timeout(&waited.unwrap_err(), &parts);
}

#[tokio::test]
async fn nothing_is_sent_after_the_end() {
    let local = Local::start().await;
    let client = soon(&local);
    local.fault(never_answered("GET", "id1")).await;
    identity::get(&client, &target("id1")).await.unwrap_err();
    local.forget().await;
    let error = identity::get(&client, &target("id2")).await.unwrap_err();
    assert_timeout(&error, &["'id2'"]);
    assert_eq!(local.requests().await, [""; 0]);
}

#[tokio::test]
async fn a_removal_says_what_is_done_when_its_time_ends() {
    let local = Local::start().await;
    let ids = support::make_identities(&local, &["id1"]).await;
    let change = merge(&[&ids[0]], &[], None);
    compute::update(&local.client, &change).await.unwrap();
    local.fault(never_answered("DELETE", "id1")).await;
    let removed = access::remove_detached(&soon(&local), &target("id1")).await;
    let error = removed.unwrap_err();
    assert_timeout(
        &error,
        &[
            "Done: remove it from virtual machine",
            "Not done: delete it",
            "Run the same command again to continue.",
        ],
    );
}

#[tokio::test]
async fn a_sign_in_without_a_response_ends() {
    let local = Local::start().await;
    local.fault(never_answered("POST", "oauth2")).await;
    let request = sign_in(local.emulator.endpoint());
    let observer = limited(&local.heard, Duration::from_secs(2));
    let error = connect(request, observer).await.unwrap_err();
    assert_timeout(&error, &["it was waiting for a response of 127.0.0.1"]);
}

#[tokio::test]
async fn a_request_is_sent_as_often_as_the_caller_says() {
    let local = Local::start().await;
    for (count, said) in [(0, "once"), (2, "3 times")] {
        let mut request = sign_in(local.emulator.endpoint());
        request.retry = quick().with_retries(count);
        let connection = connect(request, local.heard.clone()).await.unwrap();
        let mut fault = on("GET", "id1", json!({"status": 503, "code": "ServerBusy"}));
        fault["times"] = json!(1 + count);
        local.fault(fault).await;
        local.forget().await;
        let error = identity::get(&connection.client, &target("id1")).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), "ServerBusy");
        assert_eq!(local.methods().await.len() as u32, 1 + count);
        let sentence = format!(
            "The module sent the request {said}; -RetryCount of Connect-ManagedIdentityService \
             sets how often."
        );
        assert_parts(&error, &[&sentence]);
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_tried_as_often_as_the_caller_says() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for (retry, said) in [
        (quick(), "3 times"),
        (quick().with_retries(0), "once"),
        (quick().with_retries(4), "5 times"),
    ] {
        let mut request = sign_in(&endpoint);
        request.retry = retry;
        request.sign_in = SignIn::AccessToken {
            token: "t".to_owned().into(),
            graph: None,
            account: None,
        };
        let heard = Arc::new(Heard::default());
        let error = connect(request, heard).await.unwrap_err();
        assert_eq!(error.code(), "EndpointUnreachable");
        assert_parts(&error, &[&format!("sent the request {said};")]);
    }
}

#[tokio::test]
async fn a_retry_after_beyond_the_limits_ends_the_request_at_once() {
    let local = Local::start().await;
    let asks = |seconds: &str| {
        let action = json!({"status": 429, "code": "TooManyRequests", "message": "m",
            "headers": {"Retry-After": seconds}});
        on("GET", "id1", action)
    };
    // Seven of these were half an hour.
    local.fault(asks("300")).await;
    let error = identity::get(&local.client, &target("id1")).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "TooManyRequests");
    assert_parts(
        &error,
        &[
            "Azure asks to retry in 5 minutes.",
            "sends a request again for at most 300 s.",
        ],
    );
    let limit = Duration::from_secs(60);
    let client = local.client.observed_by(limited(&local.heard, limit));
    local.fault(asks("90")).await;
    let error = identity::get(&client, &target("id1")).await.unwrap_err();
    assert_parts(
        &error,
        &[
            "Azure asks to retry in 90 s.",
            "The time of -TimeoutSec ends before that",
        ],
    );
}

#[tokio::test]
async fn attempts_end_when_they_take_too_long_together() {
    let local = Local::start().await;
    let mut request = sign_in(local.emulator.endpoint());
    request.retry.attempts = 1_000;
    request.retry.request_limit = Duration::from_millis(200);
    let connection = connect(request, local.heard.clone()).await.unwrap();
    let mut fault = on("GET", "id1", json!({"status": 500, "code": "Busy"}));
    fault["times"] = json!(10_000);
    local.fault(fault).await;
    let error = identity::get(&connection.client, &target("id1")).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "Busy");
    assert_parts(&error, &["sends a request again for at most 0.2 s."]);
}

/// A server that sends the head of an answer and then a byte at a time, which never is the last.
async fn dripping() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                next_request(&mut stream, &mut Vec::new()).await;
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n[";
                let mut sent = stream.write_all(head.as_bytes()).await;
                let mut ticks = tokio::time::interval(Duration::from_millis(20));
                while sent.is_ok() {
                    ticks.tick().await;
                    sent = stream.write_all(b" ").await;
                }
            });
        }
    });
    endpoint
}

#[tokio::test]
async fn a_body_that_drips_is_given_the_time_of_one_request() {
    let mut request = sign_in(&dripping().await);
    request.retry = quick().with_retries(1);
    request.retry.request_timeout = Duration::from_millis(150);
    request.sign_in = SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    let heard = Arc::new(Heard::default());
    let error = connect(request, heard).await.unwrap_err();
    assert_eq!(error.code(), "RequestTimeout");
    assert_eq!(error.category(), Category::OperationTimeout);
    assert_parts(
        &error,
        &[
            "did not respond within 0.1 s",
            "Specify a longer -RequestTimeoutSec with Connect-ManagedIdentityService.",
            "The module sent the request 2 times;",
        ],
    );
}

#[tokio::test]
async fn each_wait_is_told_once_with_its_reason() {
    let local = Local::start().await;
    let action = json!({"status": 503, "code": "ServerBusy", "headers": {"Retry-After": "1"}});
    local.fault(on("GET", "id1", action)).await;
    let _ = identity::get(&local.client, &target("id1")).await;
    let lines = local.heard.verbose.lock().unwrap();
    let told = lines.iter().filter(|line| line.starts_with("Waiting"));
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let (before, after) = told[0].split_once("/subscriptions/").unwrap();
    assert_eq!(before, "Waiting 1 s for the next attempt at GET ");
    assert!(after.ends_with("id1 (HTTP 503 ServerBusy)"), "{after}");
}

#[tokio::test]
async fn a_machine_that_changes_is_looked_at_in_one_wait() {
    let local = Local::with(emulator::Options {
        operation_time: Duration::from_millis(100),
        ..emulator::Options::default()
    })
    .await;
    let change = merge(&[], &[], Some(true));
    compute::update(&local.client, &change).await.unwrap();
    let lines = local.heard.verbose.lock().unwrap();
    let told = lines
        .iter()
        .filter(|line| line.starts_with("Waiting for the end of the operation: next look in"));
    assert_eq!(told.count(), 1, "{lines:?}");
}
