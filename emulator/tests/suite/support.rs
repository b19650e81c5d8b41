//! An emulator and a small client for it.

use std::time::Duration;

use bytes::Bytes;
use emulator::{ADMIN_KEY_HEADER, Emulator, Options, seed};
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// The api-version of identities.
pub const V: &str = "api-version=2024-11-30";
/// The api-version of machines.
pub const C: &str = "api-version=2025-04-01";
/// The api-version of groups and subscriptions.
pub const R: &str = "api-version=2022-09-01";

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {:?}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .to_str()
            .unwrap()
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no error in {self:?}"))
            .to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }

    /// Fails with the whole answer when the status is another.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Fails with the whole answer when it is not that error.
    #[track_caller]
    pub fn fails(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.code().as_str()),
            (status, code),
            "{self:?}"
        );
        self
    }
}

/// An emulator, signed in to.
pub struct Azure {
    pub emulator: Emulator,
    client: Client<HttpConnector, Full<Bytes>>,
    pub token: String,
}

impl Azure {
    pub async fn start() -> Self {
        Azure::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let emulator = Emulator::start(options).await.unwrap();
        let mut azure = Azure {
            emulator,
            client: Client::builder(TokioExecutor::new()).build_http(),
            token: String::new(),
        };
        azure.token = azure.sign_in("https://management.azure.com/.default").await;
        azure
    }

    pub async fn sign_in(&self, scope: &str) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
            seed::CLIENT_ID,
            seed::CLIENT_SECRET
        );
        let path = format!("/{}/oauth2/v2.0/token", seed::TENANT_ID);
        let answer = self
            .raw(Method::POST, &path, &[], form)
            .await
            .unwrap()
            .is(200);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Any request; an error when the connection ended without an answer.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Answer, String> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.emulator.endpoint())
        };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let response = self
            .client
            .request(request)
            .await
            .map_err(|e| e.to_string())?;
        let (parts, body) = response.into_parts();
        Ok(Answer {
            status: StatusCode::as_u16(&parts.status),
            headers: parts.headers,
            body: body.collect().await.map_err(|e| e.to_string())?.to_bytes(),
        })
    }

    /// A request with the token; `body` is JSON, or null for none.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        if !body.is_null() {
            all.push(("content-type", "application/json"));
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.raw(method, path, &all, body).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Value::Null).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[], body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, &[], body).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], Value::Null).await
    }

    /// The header by which a request is its starter's.
    pub fn admin_key(&self) -> (&str, &str) {
        (ADMIN_KEY_HEADER, self.emulator.admin_key())
    }

    /// A request to `/_emulator…`.
    pub async fn admin(&self, method: Method, path: &str, body: Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let path = format!("/_emulator{path}");
        self.raw(method, &path, &[self.admin_key()], body)
            .await
            .unwrap()
    }

    pub async fn set(&self, settings: Value) {
        self.admin(Method::PATCH, "/settings", settings)
            .await
            .is(200);
    }

    pub async fn fault(&self, fault: Value) {
        self.admin(Method::POST, "/faults", fault).await.is(201);
    }

    pub async fn log(&self) -> Vec<Value> {
        let answer = self.admin(Method::GET, "/requests", Value::Null).await;
        answer.is(200).json().as_array().unwrap().clone()
    }

    /// Creates an identity in the first group; its body.
    pub async fn identity(&self, name: &str) -> Value {
        let answer = self.put(&uai(name), json!({"location": "eastus"})).await;
        answer.is(201).json()
    }

    /// Asks for an operation's status, before its time and after it; the last body.
    pub async fn wait_for(&self, started: &Answer) -> Value {
        let url = started.header("azure-asyncoperation").to_owned();
        let running = self.get(&url).await.is(200).json();
        assert_eq!(running["status"], "InProgress", "{running}");
        assert!(running["startTime"].is_string() && running["name"].is_string());
        tokio::time::advance(Duration::from_secs(2)).await;
        self.get(&url).await.is(200).json()
    }
}

/// `/subscriptions/{s}` and what follows.
pub fn sub(rest: &str) -> String {
    format!("/subscriptions/{}{rest}", seed::SUBSCRIPTION_ID)
}

/// A path in the first group.
pub fn in_group(rest: &str) -> String {
    sub(&format!(
        "/resourceGroups/{}/providers/{rest}",
        seed::RESOURCE_GROUP
    ))
}

/// The path of an identity in the first group, with the api-version.
pub fn uai(name: &str) -> String {
    in_group(&format!(
        "Microsoft.ManagedIdentity/userAssignedIdentities/{name}?{V}"
    ))
}

/// The id of an identity as machines have it.
pub fn key(name: &str) -> String {
    in_group(&format!(
        "Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    ))
}

/// The path of a virtual machine in the first group, with the api-version.
pub fn vm(name: &str) -> String {
    in_group(&format!("Microsoft.Compute/virtualMachines/{name}?{C}"))
}
