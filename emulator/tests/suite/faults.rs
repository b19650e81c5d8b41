//! The faults that have a name: what each does to a request, seen on the wire.

use std::io::ErrorKind;
use std::time::Duration;

use emulator::{Emulator, Options, StartError};
use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Azure, C, R, V, in_group, key, sub, uai, vm};

/// What came back on a connection until it ended.
struct Wire {
    text: String,
    reset: bool,
}

impl Wire {
    /// The body, if there is a head.
    fn body(&self) -> Option<&str> {
        self.text.split_once("\r\n\r\n").map(|(_, body)| body)
    }

    /// How long the head says that the body is.
    fn length(&self) -> Option<usize> {
        let lines = self.text.lines().map(str::to_lowercase);
        lines
            .filter_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .next()
    }
}

async fn send(azure: &Azure, method: &str, path: &str, fault: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", azure.emulator.port()))
        .await
        .unwrap();
    let body = if method == "PUT" {
        r#"{"location":"eastus"}"#
    } else {
        ""
    };
    let fault = match fault {
        "" => String::new(),
        fault => format!("x-emulator-fault: {fault}\r\n"),
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\
         authorization: Bearer {}\r\n{fault}\r\n{body}",
        body.len(),
        azure.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// A request that meets a fault, on a connection of its own.
async fn met(azure: &Azure, method: &str, path: &str, fault: &str) -> Wire {
    let mut stream = send(azure, method, path, fault).await;
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).await;
    Wire {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        reset: ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset),
    }
}

async fn is_there(azure: &Azure, name: &str) -> bool {
    azure.get(&uai(name)).await.status == 200
}

#[tokio::test]
async fn connections_end_before_or_after_the_effect() {
    let azure = Azure::start().await;
    for (fault, reset, effect) in [
        ("ConnectionClosed", false, false),
        ("ConnectionReset", true, false),
        ("ConnectionResetAfterEffect", true, true),
    ] {
        let wire = met(&azure, "PUT", &uai(fault), fault).await;
        assert_eq!((wire.text.as_str(), wire.reset), ("", reset), "{fault}");
        assert_eq!(is_there(&azure, fault).await, effect, "{fault}");
    }
    let wire = met(&azure, "PUT", &uai("NotHttp"), "NotHttp").await;
    assert!(wire.text.starts_with("SSH-2.0"), "{}", wire.text);
    assert!(!is_there(&azure, "NotHttp").await);
}

#[tokio::test]
async fn bodies_end_in_the_middle() {
    let azure = Azure::start().await;
    for (fault, reset) in [
        ("ConnectionClosedInBody", false),
        ("ConnectionResetInBody", true),
    ] {
        let wire = met(&azure, "PUT", &uai(fault), fault).await;
        assert_eq!(wire.reset, reset, "{fault}");
        // What was sent may be lost with a connection that is reset.
        if !reset {
            let (body, length) = (wire.body().unwrap(), wire.length().unwrap());
            assert_eq!(body.len(), length.div_ceil(2), "{}", wire.text);
        }
        assert!(is_there(&azure, fault).await, "{fault}");
    }
    let mut stream = send(&azure, "PUT", &uai("half"), "SilentInBody").await;
    let mut head = Vec::new();
    while !String::from_utf8_lossy(&head).contains("\"location\"") {
        assert_ne!(stream.read_buf(&mut head).await.unwrap(), 0);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let wire = Wire { text, reset: false };
    assert!(wire.body().unwrap().len() < wire.length().unwrap());
}

/// Waits until the emulator listens.
async fn listens(azure: &Azure) {
    let address = ("127.0.0.1", azure.emulator.port());
    let listening = async { while TcpStream::connect(address).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(30), listening)
        .await
        .unwrap();
}

#[tokio::test]
async fn no_connection_is_accepted_for_a_second() {
    let azure = Azure::start().await;
    azure.fault(json!({"name": "ConnectionRefused"})).await;
    let wire = met(&azure, "GET", &sub(&format!("?{R}")), "").await;
    assert!(wire.text.is_empty());
    // Listening has ended before the connection does.
    let address = ("127.0.0.1", azure.emulator.port());
    let refused = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    listens(&azure).await;
    azure.get(&sub(&format!("?{R}"))).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn bodies_and_answers_are_late() {
    let azure = Azure::start().await;
    let path = sub(&format!("?{R}"));
    let before = tokio::time::Instant::now();
    azure
        .send(
            Method::GET,
            &path,
            &[("x-emulator-fault", "SlowAnswer")],
            Value::Null,
        )
        .await
        .is(200);
    assert!(before.elapsed() >= Duration::from_secs(5));
    let before = tokio::time::Instant::now();
    let slow = azure
        .send(
            Method::GET,
            &path,
            &[("x-emulator-fault", "SlowBody")],
            Value::Null,
        )
        .await
        .is(200);
    assert_eq!(
        slow.json()["subscriptionId"],
        emulator::seed::SUBSCRIPTION_ID
    );
    assert!(before.elapsed() >= Duration::from_secs(2 * slow.body.len() as u64));
}

#[tokio::test]
async fn white_space_comes_without_an_end_and_nothing_for_ever() {
    let azure = Azure::start().await;
    let path = sub(&format!("?{R}"));
    let mut endless = send(&azure, "GET", &path, "EndlessBody").await;
    let mut some = vec![0; 8 << 20];
    endless.read_exact(&mut some).await.unwrap();
    assert!(some.ends_with(b"    "));

    for (fault, effect) in [("Silent", false), ("SilentAfterEffect", true)] {
        let stream = send(&azure, "PUT", &uai(fault), fault).await;
        // The log has it when it has been carried out.
        while !azure.log().await.iter().any(|entry| {
            entry["path"] == uai(fault) && entry["fault"] == true && entry["status"] == 0
        }) {}
        assert_eq!(is_there(&azure, fault).await, effect, "{fault}");
        let mut nothing = [0];
        assert_eq!(
            stream.try_read(&mut nothing).unwrap_err().kind(),
            ErrorKind::WouldBlock
        );
    }
}

/// The answer to a read of the first machine that meets a fault.
async fn read(azure: &Azure, path: &str, fault: &str) -> crate::support::Answer {
    let headers = [("x-emulator-fault", fault)];
    azure.send(Method::GET, path, &headers, Value::Null).await
}

#[tokio::test]
async fn bodies_are_not_what_clients_expect() {
    let azure = Azure::start().await;
    let path = vm("myVM");
    let text = |fault: &'static str| {
        let (azure, path) = (&azure, &path);
        async move {
            let answer = read(azure, path, fault).await.is(200);
            String::from_utf8_lossy(&answer.body).into_owned()
        }
    };
    assert_eq!(text("EmptyBody").await, "");
    assert_eq!(text("EmptyObject").await, "{}");
    assert_eq!(text("NullBody").await, "null");
    assert!(text("DeepJson").await.starts_with("{\"a\":{\"a\":"));
    assert!(text("HugeBody").await.len() > 64 << 20);
    assert!(text("NotUtf8").await.contains('\u{fffd}'));
    assert!(text("ByteOrderMark").await.starts_with("\u{feff}{"));
    assert!(
        text("ControlCharacters")
            .await
            .contains("myVM\\u001b[31m\\u0007\\r\\n")
    );
    assert!(serde_json::from_str::<Value>(&text("TruncatedJson").await).is_err());
    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    assert_eq!(json(text("NullMembers").await)["name"], Value::Null);
    assert_eq!(json(text("WrongShape").await)[0]["name"], "myVM");
    assert_eq!(json(text("WrongTypes").await)["name"], 7);
    let page = read(&azure, &path, "HtmlError").await.is(502);
    assert!(page.body.starts_with(b"<!DOCTYPE html>"));
    assert!(page.headers.get("x-ms-request-id").is_none());
    let forbidden = read(&azure, &path, "ForbiddenWithToken").await.is(403);
    assert!(forbidden.message().contains(&azure.token));
}

#[tokio::test]
async fn lists_have_links_that_lead_nowhere_good() {
    let azure = Azure::start().await;
    azure.identity("id1").await;
    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities";
    let path = in_group(&format!("{kind}?{V}"));
    let link = |path: String, fault: &'static str| {
        let azure = &azure;
        async move {
            let list = read(azure, &path, fault).await.is(200).json();
            assert_eq!(list["value"][0]["name"], "id1");
            list["nextLink"].as_str().unwrap_or_default().to_owned()
        }
    };
    let endpoint = azure.emulator.endpoint();
    let own = format!("{endpoint}{path}");
    assert_eq!(link(path.clone(), "LinkToItself").await, own);
    let to = link(path.clone(), "LinkToAndFro").await;
    assert_eq!(to, format!("{own}&page=a"));
    assert_eq!(link(to, "LinkToAndFro").await, format!("{own}&page=b"));
    let first = link(path.clone(), "LinkWithoutEnd").await;
    assert_eq!(first, format!("{own}&page=1"));
    assert_eq!(link(first, "LinkWithoutEnd").await, format!("{own}&page=2"));
    let elsewhere = link(path.clone(), "LinkElsewhere").await;
    assert!(elsewhere.starts_with("https://management.azure.example/"));
    let user = link(path.clone(), "LinkWithUser").await;
    assert!(user.starts_with("http://user:password@127.0.0.1"), "{user}");
    assert_eq!(link(path.clone(), "LinkIsNone").await, "http://[");
    // A single resource has no link.
    let single = read(&azure, &uai("id1"), "LinkElsewhere").await.is(200);
    assert_eq!(single.json().get("nextLink"), None);
}

#[tokio::test]
async fn etags_are_missing_weak_or_broken() {
    let azure = Azure::start().await;
    let path = vm("myVM");
    let none = read(&azure, &path, "NoETag").await.is(200);
    assert!(none.headers.get("etag").is_none() && none.json().get("etag").is_none());
    let weak = read(&azure, &path, "WeakETag").await.is(200);
    assert!(weak.header("etag").starts_with("W/\""));
    let broken = read(&azure, &path, "ETagWithLineBreak")
        .await
        .is(200)
        .json();
    assert!(broken["etag"].as_str().unwrap().contains("\r\n"));
}

#[tokio::test]
async fn operations_are_not_what_they_were() {
    let azure = Azure::with(Options {
        operation_time: Duration::ZERO,
        ..Options::default()
    })
    .await;
    azure.identity("id1").await;
    let body = json!({"identity": {
        "type": "UserAssigned", "userAssignedIdentities": {key("id1"): {}},
    }});
    let start = |fault: &'static str| {
        let headers = [("x-emulator-fault", fault)];
        let (azure, body) = (&azure, body.clone());
        async move { azure.send(Method::PATCH, &vm("myVM"), &headers, body).await }
    };
    let elsewhere = start("OperationElsewhere").await;
    let address = elsewhere.header("azure-asyncoperation");
    assert!(address.starts_with("https://management.azure.example/"));
    let none = start("OperationWithoutAddress").await;
    assert!(none.headers.get("azure-asyncoperation").is_none());
    let poll = start("NoETag")
        .await
        .header("azure-asyncoperation")
        .to_owned();
    for (fault, status) in [
        ("OperationFails", "Failed"),
        ("OperationCanceled", "Canceled"),
        ("OperationNeverEnds", "InProgress"),
        ("OperationUnknownStatus", "Frobnicating"),
    ] {
        let read = read(&azure, &poll, fault).await.is(200).json();
        assert_eq!(read["status"], status, "{fault}");
    }
    read(&azure, &poll, "OperationVanishes").await.is(404);
}

#[tokio::test]
async fn the_log_tells_what_became_of_the_request_itself() {
    let azure = Azure::start().await;
    let put = async |name: &str, fault: &str| {
        let headers = [("x-emulator-fault", fault)];
        azure
            .send(
                Method::PUT,
                &uai(name),
                &headers,
                json!({"location": "eastus"}),
            )
            .await
    };
    put("first", "InternalServerErrorAfterEffect").await.is(500);
    put("second", "InternalServerError").await.is(500);
    let log = azure.log().await;
    let statuses: Vec<_> = log
        .iter()
        .filter(|entry| entry["fault"] == true)
        .map(|entry| (&entry["status"], &entry["serviceStatus"]))
        .collect();
    let (error, created, none) = (json!(500), json!(201), Value::Null);
    assert_eq!(statuses, [(&error, &created), (&error, &none)]);
}

#[tokio::test]
async fn faults_come_by_name_from_the_start_and_later() {
    let azure = Azure::with(Options {
        faults: vec!["Conflict:1@PUT".to_owned()],
        ..Options::default()
    })
    .await;
    let put = async || azure.put(&uai("id1"), json!({"location": "eastus"})).await;
    put().await.fails(409, "Conflict");
    put().await.is(201);
    azure.fault(json!({"name": "SignInRefused"})).await;
    azure
        .fault(json!({"name": "PreconditionFailed", "times": 2, "method": "PUT"}))
        .await;
    azure.get(&uai("id1")).await.is(200);
    put().await.fails(412, "PreconditionFailed");
    put().await.fails(412, "PreconditionFailed");
    put().await.is(200);

    let names = azure
        .admin(Method::GET, "/faults/catalogue", Value::Null)
        .await
        .is(200)
        .json();
    let known: Vec<_> = emulator::faults()
        .map(|(name, summary)| json!({"name": name, "summary": summary}))
        .collect();
    assert_eq!(names, json!(known));
    let wrong = azure
        .send(
            Method::GET,
            &vm("myVM"),
            &[("x-emulator-fault", "Nonsense")],
            Value::Null,
        )
        .await
        .fails(400, "InvalidFault");
    assert!(wrong.message().contains("ConnectionRefused"), "{wrong:?}");
    let options = Options {
        faults: vec!["Nonsense".to_owned()],
        ..Options::default()
    };
    let refused = Emulator::start(options).await.unwrap_err();
    assert!(matches!(refused, StartError::Fault { ref fault, .. } if fault == "Nonsense"));
}

#[tokio::test]
async fn every_fault_leaves_the_emulator_at_work() {
    let azure = Azure::start().await;
    let path = in_group(&format!("Microsoft.Compute/virtualMachines?{C}"));
    // The one that stops it for a second has a test of its own.
    for (name, _) in emulator::faults().filter(|(name, _)| *name != "ConnectionRefused") {
        drop(send(&azure, "GET", &path, name).await);
    }
    azure.get(&vm("myVM")).await.is(200);
}
