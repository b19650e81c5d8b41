//! What connections may take, and from where they come.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use emulator::{Limits, Options};
use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Azure, uai};

/// Far more than a limit of these tests, and less than the usual ones.
const PATIENCE: Duration = Duration::from_secs(20);

async fn with(limits: Limits) -> Azure {
    Azure::with(Options {
        limits,
        ..Options::default()
    })
    .await
}

fn brief() -> Limits {
    Limits {
        header_time: Duration::from_millis(200),
        body_time: Duration::from_millis(200),
        ..Limits::default()
    }
}

async fn connect(azure: &Azure) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, azure.emulator.port()))
        .await
        .unwrap()
}

/// All that comes until the connection ends, whether it is closed or reset.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let end = async { while matches!(stream.read_buf(&mut all).await, Ok(1..)) {} };
    tokio::time::timeout(PATIENCE, end)
        .await
        .expect("the connection ends");
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn headers_that_do_not_come_end_the_connection() {
    let azure = with(brief()).await;
    for start in [
        "",
        "G",
        "GET /subscriptions HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    ] {
        let mut stream = connect(&azure).await;
        stream.write_all(start.as_bytes()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "", "{start:?}");
    }
    // The time is that of the whole, and not of each part.
    let mut stream = connect(&azure).await;
    stream.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
    let mut pace = tokio::time::interval(Duration::from_millis(5));
    let trickle = async {
        while stream.write_all(b"y").await.is_ok() {
            pace.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, trickle).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_waits_too_long_for_its_next_request_ends() {
    let azure = with(brief()).await;
    let mut stream = connect(&azure).await;
    let request = "GET /_emulator HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let all = rest(&mut stream).await;
    assert!(all.starts_with("HTTP/1.1 200 "), "{all}");
    assert_eq!(all.matches("HTTP/1.1").count(), 1, "{all}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_timeout_and_no_request() {
    let azure = with(brief()).await;
    azure.identity("kept").await;
    let (_, key) = azure.admin_key();
    for (method, path) in [("PUT", uai("abc")), ("POST", "/_emulator/reset".to_owned())] {
        let mut stream = connect(&azure).await;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\
             Authorization: Bearer {}\r\nX-Emulator-Key: {key}\r\n\r\n{{",
            azure.token
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let all = rest(&mut stream).await;
        assert!(all.starts_with("HTTP/1.1 408 "), "{all}");
        assert!(
            all.contains("RequestTimeout") && all.contains("200ms"),
            "{all}"
        );
    }
    azure.get(&uai("abc")).await.is(404);
    azure.get(&uai("kept")).await.is(200);
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_start_of_tls_that_does_not_come_ends_the_connection() {
    let options = Options {
        tls: true,
        limits: brief(),
        ..Options::default()
    };
    let emulator = emulator::Emulator::start(options).await.unwrap();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, emulator.port()))
        .await
        .unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let limits = Limits {
        connections: 8,
        ..Limits::default()
    };
    let azure = with(limits).await;
    // The client of the sign-in has one.
    let mut open = Vec::new();
    for _ in 0..7 {
        open.push(connect(&azure).await);
    }
    let mut further = connect(&azure).await;
    assert_eq!(rest(&mut further).await, "");
    // Those that are open work.
    let request = "GET /_emulator HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let mut one = open.pop().unwrap();
    one.write_all(request.as_bytes()).await.unwrap();
    assert!(rest(&mut one).await.starts_with("HTTP/1.1 200 "));
    // It has ended, so there is room for another one.
    let room = async {
        loop {
            let mut another = connect(&azure).await;
            // Where there is no room, it may be closed by now.
            let _ = another.write_all(request.as_bytes()).await;
            if rest(&mut another).await.starts_with("HTTP/1.1 200 ") {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, room).await.unwrap();
}

#[tokio::test]
async fn headers_have_a_largest_size() {
    let azure = Azure::start().await;
    let get = async |headers: &[(&str, &str)]| {
        let answer = azure.raw(Method::GET, "/_emulator", headers, "").await;
        answer.unwrap().status
    };
    let (fits, large) = ("y".repeat(60 * 1024), "y".repeat(66 * 1024));
    assert_eq!(get(&[("x", &fits)]).await, 200);
    assert_eq!(get(&[("x", &large)]).await, 431);
    assert_eq!(get(&[("x", "y"); 120]).await, 431);
}

#[tokio::test]
async fn faults_have_a_largest_number() {
    let azure = Azure::start().await;
    let fault = json!({"pathContains": "/none", "action": {"status": 500}});
    for _ in 0..1_000 {
        azure.fault(fault.clone()).await;
    }
    let answer = azure.admin(Method::POST, "/faults", fault.clone()).await;
    let answer = answer.fails(400, "InvalidFault");
    assert!(answer.message().contains("DELETE /_emulator/faults"));
    azure.admin(Method::DELETE, "/faults", Value::Null).await;
    azure.fault(fault).await;
}

#[tokio::test]
async fn the_log_says_how_much_of_it_is_gone() {
    let azure = Azure::start().await;
    let path = format!("/{}", "x".repeat(60 * 1024));
    for _ in 0..600 {
        azure.get(&path).await.is(400);
    }
    let about = azure.admin(Method::GET, "", Value::Null).await.json();
    let (there, gone) = (&about["requests"], &about["droppedRequests"]);
    // The sign-in is one.
    assert_eq!(there.as_u64().unwrap() + gone.as_u64().unwrap(), 601);
    assert!(gone.as_u64() > Some(0), "{about}");
    assert_eq!(azure.log().await[0]["sequence"], gone.as_u64().unwrap() + 1);
}

#[tokio::test]
async fn only_one_address_of_this_machine_leads_to_it() {
    let azure = Azure::start().await;
    let port = azure.emulator.port();
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .unwrap();
    TcpStream::connect((Ipv6Addr::LOCALHOST, port))
        .await
        .unwrap_err();
    // Another loopback address, which a program that listens on all addresses has too.
    #[cfg(target_os = "linux")]
    TcpStream::connect((Ipv4Addr::new(127, 0, 0, 2), port))
        .await
        .unwrap_err();
    // Nor does somebody else get the port.
    for address in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
        let taken = tokio::net::TcpListener::bind((address, port)).await;
        assert!(
            cfg!(not(target_os = "linux")) || taken.is_err(),
            "{address}"
        );
    }
}
