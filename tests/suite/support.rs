//! An emulator and a client that is signed in to it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use emulator::{ADMIN_KEY_HEADER, Emulator, Options, seed};
use managed_identity::arm::{Client, Target};
use managed_identity::base::{Observer, Progress, ResourceType, Result, RetryPolicy};
use managed_identity::compute::{Update, Upgrade, VIRTUAL_MACHINE};
use managed_identity::connect::{Network, Request, SignIn, connect};
use managed_identity::identity::{self, Create};
use managed_identity::resource::{self, Named, ResourceIdentity, Wanted};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const GROUP: &str = seed::RESOURCE_GROUP;
pub const VM: &str = seed::VM;

pub struct Local {
    pub emulator: Emulator,
    pub client: Client,
    pub heard: Arc<Heard>,
    http: reqwest::Client,
    token: tokio::sync::OnceCell<String>,
}

/// What a client said besides its results.
#[derive(Default)]
pub struct Heard {
    pub verbose: Mutex<Vec<String>>,
    pub warnings: Mutex<Vec<String>>,
    pub progress: Mutex<Vec<Progress>>,
}

impl Observer for Heard {
    fn wants_verbose(&self) -> bool {
        true
    }
    fn verbose(&self, line: String) {
        self.verbose.lock().unwrap().push(line);
    }
    fn warning(&self, text: String) {
        self.warnings.lock().unwrap().push(text);
    }
    fn progress(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }
}

/// As patient as the real one, in a thousandth of the time.
pub fn quick() -> RetryPolicy {
    RetryPolicy {
        first_wait: Duration::from_millis(2),
        longest_wait: Duration::from_millis(20),
        first_poll: Duration::from_millis(2),
        longest_poll: Duration::from_millis(10),
        identity_restart: Duration::from_millis(200),
        replication: Duration::from_secs(5),
        unknown_principal: Duration::from_millis(50),
        ..RetryPolicy::default()
    }
}

/// A sign-in as the application that the emulator knows.
pub fn sign_in(endpoint: &str) -> Request {
    Request {
        sign_in: SignIn::ClientSecret {
            client_id: seed::CLIENT_ID.to_owned(),
            secret: seed::CLIENT_SECRET.to_owned().into(),
            authority: Some(endpoint.to_owned()),
        },
        environment: None,
        endpoint: Some(endpoint.to_owned()),
        audience: None,
        tenant: Some(seed::TENANT_ID.to_owned()),
        subscription_id: None,
        variables: None,
        network: Network::default(),
        retry: quick(),
    }
}

impl Local {
    pub async fn start() -> Self {
        Self::with(Options {
            operation_time: Duration::ZERO,
            ..Options::default()
        })
        .await
    }

    pub async fn with(options: Options) -> Self {
        let emulator = Emulator::start(options).await.unwrap();
        let heard = Arc::new(Heard::default());
        let request = sign_in(emulator.endpoint());
        let connection = connect(request, heard.clone()).await.unwrap();
        Self {
            client: connection.client.observed_by(heard.clone()),
            heard,
            emulator,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            token: tokio::sync::OnceCell::new(),
        }
    }

    /// A client with a sign-in of its own, which remembers nothing.
    pub async fn other_client(&self) -> Client {
        let request = sign_in(self.emulator.endpoint());
        let connection = connect(request, self.heard.clone()).await.unwrap();
        connection.client.observed_by(self.heard.clone())
    }

    pub async fn admin(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/_emulator/{path}", self.emulator.endpoint());
        let mut call = self
            .http
            .request(method.parse().unwrap(), url)
            .header(ADMIN_KEY_HEADER, self.emulator.admin_key());
        if !body.is_null() {
            call = call
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = call.send().await.unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {answer:?}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or(Value::Null)
    }

    pub async fn fault(&self, fault: Value) {
        self.admin("POST", "faults", fault).await;
    }

    /// Method and path without the query of every request since the last `forget`.
    pub async fn requests(&self) -> Vec<String> {
        let log = self.admin("GET", "requests", Value::Null).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| {
                let path = entry["path"].as_str().unwrap();
                let path = path.split('?').next().unwrap();
                format!("{} {path}", entry["method"].as_str().unwrap())
            })
            .filter(|line| !line.contains("/_emulator"))
            .collect()
    }

    pub async fn forget(&self) {
        self.admin("DELETE", "requests", Value::Null).await;
    }

    /// The methods of the requests since the last `forget`.
    pub async fn methods(&self) -> Vec<String> {
        let requests = self.requests().await;
        requests
            .iter()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    }

    /// A request as any other client would send it, with a token of its own.
    pub async fn raw(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.raw_if(method, path, None, body).await
    }

    /// The same, on condition of a version.
    pub async fn raw_if(
        &self,
        method: &str,
        path: &str,
        if_match: Option<&str>,
        body: Value,
    ) -> (u16, Value) {
        let token = self.token.get_or_init(|| self.raw_token()).await;
        let url = format!("{}{path}", self.emulator.endpoint());
        let mut call = self
            .http
            .request(method.parse().unwrap(), url)
            .bearer_auth(token);
        if let Some(etag) = if_match {
            call = call.header("if-match", etag);
        }
        if !body.is_null() {
            call = call
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// A token for Resource Manager, as any other client gets one.
    pub async fn token(&self) -> String {
        self.token.get_or_init(|| self.raw_token()).await.clone()
    }

    async fn raw_token(&self) -> String {
        let url = format!(
            "{}/{}/oauth2/v2.0/token",
            self.emulator.endpoint(),
            seed::TENANT_ID
        );
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
            seed::CLIENT_ID,
            seed::CLIENT_SECRET,
            "https%3A%2F%2Fmanagement.azure.com%2F.default"
        );
        let call = self
            .http
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = call.send().await.unwrap().bytes().await.unwrap();
        let token: Value = serde_json::from_slice(&answer).unwrap();
        token["access_token"].as_str().unwrap().to_owned()
    }
}

pub fn target(name: &str) -> Target {
    Target {
        resource_group: Some(GROUP.to_owned()),
        name: Some(name.to_owned()),
        ..Target::default()
    }
}

pub fn by_id(id: &str) -> Target {
    Target {
        resource_id: Some(id.to_owned()),
        ..Target::default()
    }
}

pub fn tags(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A fault on requests of that method whose path holds that text.
pub fn on(method: &str, path: &str, action: Value) -> Value {
    json!({ "method": method, "pathContains": path, "action": action })
}

/// A resource of that type.
pub fn of(kind: ResourceType, target: Target) -> Named {
    Named {
        kind: Some(kind),
        target,
        api_version: None,
    }
}

/// The emulator's virtual machine.
pub fn vm() -> Named {
    of(VIRTUAL_MACHINE, target(VM))
}

/// The resource with this id.
pub fn named(id: &str) -> Named {
    Named {
        target: by_id(id),
        ..Named::default()
    }
}

/// A change of the resource with this id that names what comes and what goes.
pub fn change(
    id: &str,
    add: &[&str],
    remove: &[&str],
    system_assigned: Option<bool>,
) -> resource::Update {
    resource::Update {
        resource: named(id),
        ..merge(add, remove, system_assigned).change
    }
}

/// The names of a resource's user-assigned identities, in order.
pub fn assigned_names(resource: &ResourceIdentity) -> Vec<&str> {
    let mut names: Vec<_> = resource.assigned.iter().map(|one| one.name()).collect();
    names.sort_unstable();
    names
}

/// Makes identities with these names; their ids.
pub async fn make_identities(local: &Local, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        let wanted = Create {
            target: target(name),
            ..Create::default()
        };
        ids.push(identity::create(&local.client, &wanted).await.unwrap().id);
    }
    ids
}

/// A change of a resource.
pub fn change_of(resource: Named, wanted: Wanted) -> Update {
    Update {
        change: resource::Update {
            resource,
            wanted,
            no_wait: false,
            force: false,
        },
        upgrade: Upgrade::None,
    }
}

/// A change of the emulator's virtual machine.
pub fn update(wanted: Wanted) -> Update {
    change_of(vm(), wanted)
}

/// One that names what comes and what goes.
pub fn merge(add: &[&str], remove: &[&str], system_assigned: Option<bool>) -> Update {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    update(Wanted::Merge {
        add: owned(add),
        remove: owned(remove),
        system_assigned,
        remove_missing: false,
    })
}

pub fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().code().to_owned()
}

/// A server that counts its requests and answers each with `answer`.
pub async fn other_server(answer: String) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (endpoint, count)
}

/// The next request that comes in on a connection: its head and its body. None when it is closed.
pub async fn next_request(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> Option<(String, String)> {
    loop {
        let request = String::from_utf8_lossy(buffer).into_owned();
        if let Some((head, body)) = request.split_once("\r\n\r\n") {
            let mut lines = head.lines().map(str::to_lowercase);
            let length = lines.find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                buffer.clear();
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}

/// Writes a program that a test runs. Another process does it: a file that this one has open while
/// another test starts a process can't be run at that moment (ETXTBSY).
#[cfg(unix)]
pub fn install_program(path: &std::path::Path, script: &str) {
    let made = std::process::Command::new("sh")
        .args(["-c", "printf '%s' \"$2\" >\"$1\" && chmod +x \"$1\"", "sh"])
        .arg(path)
        .arg(script)
        .status();
    assert!(made.unwrap().success());
}

/// How many of something a test makes: as many as a variable of the environment says, where it is
/// set.
pub fn number_of(variable: &str, usual: u64) -> u64 {
    let wanted = std::env::var(variable).ok();
    wanted.map_or(usual, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} must be a number"))
    })
}

/// SplitMix64: small, and the same numbers for the same seed on every machine.
pub struct Random(pub u64);

impl Random {
    /// A number from 0 up to the limit, which it never is.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}
