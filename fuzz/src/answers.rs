//! A service that answers a whole operation as the input says. The operation is in the first byte.
//! The rest are answers, separated by a line of `%%`: a status on the first line, headers up to an
//! empty one, and a body. `{own}` in them is the service's address, and `{foreign}` that of another
//! one, which never gets a request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use managed_identity::arm::{self, Client, Invoke, Scope, Target};
use managed_identity::base::{Error, RetryPolicy, Silent};
use managed_identity::connect::{Network, Request, SignIn, connect};
use managed_identity::{access, compute, deployment, identity, resource};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::input;

const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
const TOKEN: &str = "opaque-token-0123456789-of-this-fuzzer";

/// An operation runs no longer: what waits as it was told to is not what is looked for.
const LIMIT: Duration = Duration::from_millis(250);

struct Server {
    runtime: Runtime,
    client: Client,
    own: String,
    foreign: String,
    /// The answers that are left, the last first.
    script: Arc<Mutex<Vec<Vec<u8>>>>,
    /// How many requests the other service got.
    strayed: Arc<AtomicUsize>,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("threads");
    let script = Arc::new(Mutex::new(Vec::new()));
    let strayed = Arc::new(AtomicUsize::new(0));
    let (own, foreign, client) = runtime.block_on(async {
        let (listener, own) = listen().await;
        let answers = script.clone();
        tokio::spawn(serve(listener, own.clone(), answers));
        let (listener, foreign) = listen().await;
        let count = strayed.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                if stream.read(&mut [0; 1]).await.unwrap_or(0) > 0 {
                    count.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        let client = sign_in(&own).await;
        (own, foreign, client)
    });
    Server {
        runtime,
        client,
        own,
        foreign,
        script,
        strayed,
    }
});

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("listens");
    (listener, format!("http://{address}"))
}

async fn sign_in(own: &str) -> Client {
    let request = Request {
        sign_in: SignIn::AccessToken {
            token: TOKEN.to_owned().into(),
            graph: None,
            account: None,
        },
        environment: None,
        endpoint: Some(own.to_owned()),
        audience: None,
        tenant: None,
        subscription_id: Some(SUBSCRIPTION.to_owned()),
        variables: Some(Default::default()),
        network: Network::default(),
        retry: RetryPolicy {
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(2),
            first_poll: Duration::from_millis(1),
            longest_poll: Duration::from_millis(2),
            operation_limit: Duration::from_millis(100),
            replication: Duration::from_millis(5),
            unknown_principal: Duration::from_millis(5),
            attempts: 2,
            ..RetryPolicy::default()
        },
    };
    let connection = connect(request, Arc::new(Silent)).await;
    connection.expect("signs in").client
}

async fn serve(listener: TcpListener, own: String, script: Arc<Mutex<Vec<Vec<u8>>>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let (own, script) = (own.clone(), script.clone());
        tokio::spawn(async move {
            let head = read_request(&mut stream).await;
            let answer = match head.split([' ', '?']).nth(1).unwrap_or_default() {
                "/metadata/endpoints" => ok(&format!(
                    r#"{{"authentication":{{"loginEndpoint":"{own}"}}}}"#
                )),
                path if path.ends_with(SUBSCRIPTION) => ok(&format!(
                    r#"{{"subscriptionId":"{SUBSCRIPTION}","displayName":"s"}}"#
                )),
                _ => {
                    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
                    script.pop().unwrap_or_else(|| ok(r#"{"value":[]}"#))
                }
            };
            let _ = stream.write_all(&answer).await;
        });
    }
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

/// Reads a request whole, and returns its head.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, length)| length.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return head.to_owned();
            }
        }
        match stream.read(&mut part).await {
            Ok(count @ 1..) => read.extend_from_slice(&part[..count]),
            _ => return String::new(),
        }
    }
}

impl Server {
    fn answer(&self, text: &str) -> Vec<u8> {
        let text = text
            .replace("{own}", &self.own)
            .replace("{foreign}", &self.foreign);
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.trim().parse().ok());
        let status: u16 = status.unwrap_or(200);
        let mut answer = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n");
        for line in lines.filter(|line| line.contains(':')) {
            answer.push_str(line);
            answer.push_str("\r\n");
        }
        answer.push_str("\r\n");
        answer.push_str(body);
        answer.into_bytes()
    }
}

pub fn run(data: &[u8]) {
    let (operation, rest) = input::first_byte(data);
    let server = &*SERVER;
    let text = input::text(rest);
    let mut answers: Vec<_> = text
        .split("\n%%\n")
        .take(12)
        .map(|one| server.answer(one))
        .collect();
    answers.reverse();
    *server.script.lock().unwrap_or_else(PoisonError::into_inner) = answers;
    let ended = server
        .runtime
        .block_on(async { timeout(LIMIT, operate(&server.client, operation)).await });
    server
        .script
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
    assert_eq!(
        server.strayed.load(Ordering::SeqCst),
        0,
        "a request to another host"
    );
    if let Ok(Err(error)) = ended {
        let shown = format!("{error}{error:?}");
        assert!(!shown.contains(TOKEN), "{shown}");
        assert_ne!(error.code(), "InternalError");
    }
}

async fn operate(client: &Client, operation: u8) -> Result<(), Error> {
    let target = Target {
        name: Some("id1".to_owned()),
        resource_group: Some("rg".to_owned()),
        ..Target::default()
    };
    let invoke = |method: &str| Invoke {
        method: method.to_owned(),
        path: "/any".to_owned(),
        api_version: Some("2024-11-30".to_owned()),
        wait: true,
        ..Invoke::default()
    };
    match operation % 9 {
        0 => identity::get(client, &target).await.map(drop),
        1 => identity::list(client, &Scope::default())?
            .all()
            .await
            .map(drop),
        2 => arm::invoke(client, &invoke("GET")).await.map(drop),
        3 => arm::invoke(client, &invoke("DELETE")).await.map(drop),
        4 => arm::invoke(client, &invoke("PUT")).await.map(drop),
        5 => {
            let mut pages = arm::invoke_pages(client, &invoke("GET"))?;
            while pages.next().await?.is_some() {}
            Ok(())
        }
        6 => {
            let wanted = deployment::Deploy {
                target,
                template: "{}".to_owned(),
                parameters: None,
            };
            deployment::deploy(client, &wanted).await.map(drop)
        }
        7 => access::remove_unused(client, &target).await,
        _ => {
            let named = resource::Named {
                target,
                kind: Some(compute::VIRTUAL_MACHINE),
                api_version: None,
            };
            resource::get(client, &named).await.map(drop)
        }
    }
}
