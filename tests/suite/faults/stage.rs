//! What every run starts with: an emulator whose subscription has a little of everything.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use emulator::{ADMIN_KEY_HEADER, Emulator, Options, seed};
use managed_identity::access::{
    self, Assign, AssignAppRole, Membership, Principal, Role, RoleScope,
};
use managed_identity::arm::Client;
use managed_identity::base::{Deadline, Observer, Progress, Result, RetryPolicy, Silent};
use managed_identity::compute;
use managed_identity::connect::connect;
use managed_identity::identity::federated::{self, CredentialTarget, Source};
use serde_json::{Value, json};

use crate::support::{Local, make_identities, merge, quick, sign_in, target};

/// An identity that no command names. It is on the machine and on the scale set.
pub const BYSTANDER: &str = "bystander";
/// An identity that commands change: on the machine, with a credential and a role.
pub const USED: &str = "used";
/// An identity that nothing refers to.
pub const FREE: &str = "free";
/// The federated credential of [`USED`].
pub const CREDENTIAL: &str = "main";
/// The scale set.
pub const SET: &str = "mySet";

/// As the module with `-RetryCount 2 -RequestTimeoutSec 2 -TimeoutSec 10`, and its waits in a
/// thousandth of the time.
pub fn policy() -> RetryPolicy {
    RetryPolicy {
        request_timeout: Duration::from_secs(2),
        operation_limit: LIMIT,
        longest_body: 1 << 20,
        most_pages: 20,
        attempts: 3,
        connect_attempts: 3,
        replication: Duration::from_millis(100),
        ..quick()
    }
}

/// How long a command may take.
pub const LIMIT: Duration = Duration::from_secs(10);

/// Hears nothing, and gives each command its time.
struct Bounded(Deadline);

impl Bounded {
    fn begin() -> Arc<Self> {
        let deadline = Deadline::after(LIMIT);
        deadline.start();
        Arc::new(Self(deadline))
    }
}

impl Observer for Bounded {
    fn wants_verbose(&self) -> bool {
        false
    }
    fn verbose(&self, _: String) {}
    fn warning(&self, _: String) {}
    fn progress(&self, _: Progress) {}
    fn deadline(&self) -> &Deadline {
        &self.0
    }
}

/// What a run starts with, in a file.
pub struct Fixture {
    folder: PathBuf,
    http: reqwest::Client,
    /// The principal of [`USED`].
    pub used_principal: String,
    /// The principal of [`FREE`].
    pub free_principal: String,
}

impl Fixture {
    pub async fn make(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let local = Local::with(Options {
            operation_time: Duration::ZERO,
            state_path: Some(folder.join("fixture.json")),
            ..Options::default()
        })
        .await;
        let ids = make_identities(&local, &[BYSTANDER, USED, FREE]).await;
        set_up(&local, &ids).await;
        let principal = async |name: &str| {
            let found = managed_identity::identity::get(&local.client, &target(name)).await;
            found.unwrap().properties.principal_id
        };
        let fixture = Self {
            used_principal: principal(USED).await,
            free_principal: principal(FREE).await,
            folder,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        add_holdings(&local.client, &fixture).await;
        local.emulator.stop().await;
        fixture
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn set_up(local: &Local, ids: &[String]) {
    let on = [&ids[0], &ids[1]];
    let add: Vec<&str> = on.iter().map(|id| id.as_str()).collect();
    compute::update(&local.client, &merge(&add, &[], None))
        .await
        .unwrap();
    let group = format!(
        "/subscriptions/{}/resourceGroups/{}",
        seed::SUBSCRIPTION_ID,
        seed::RESOURCE_GROUP
    );
    let set = format!(
        "{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{SET}?api-version=2025-04-01"
    );
    let body = json!({
        "location": "eastus",
        "sku": {"name": "Standard_D2s_v5", "tier": "Standard", "capacity": 1},
        "properties": {"upgradePolicy": {"mode": "Automatic"}},
        "identity": {
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {on[0]: {}, on[1]: {}},
        },
    });
    let (status, answer) = local.raw("PUT", &set, body).await;
    assert!(status < 300, "{answer}");
}

async fn add_holdings(client: &Client, fixture: &Fixture) {
    federated::create(client, &credential(CREDENTIAL))
        .await
        .unwrap();
    access::assign(client, &role(&fixture.used_principal))
        .await
        .unwrap();
    access::add_member(client, &membership(&fixture.used_principal))
        .await
        .unwrap();
    access::assign_app_role(client, &app_role(&fixture.used_principal))
        .await
        .unwrap();
}

/// A federated credential of [`USED`].
pub fn credential(name: &str) -> federated::Create {
    federated::Create {
        target: credential_target(name),
        source: Source {
            issuer: Some("https://token.actions.githubusercontent.com".to_owned()),
            subject: Some(format!("repo:contoso/web:environment:{name}")),
            ..Source::default()
        },
        audiences: Vec::new(),
    }
}

pub fn credential_target(name: &str) -> CredentialTarget {
    CredentialTarget {
        identity: target(USED),
        name: Some(name.to_owned()),
        ..CredentialTarget::default()
    }
}

/// The role Reader on the group.
pub fn role(principal: &str) -> Assign {
    Assign {
        principal: Principal {
            principal_id: Some(principal.to_owned()),
            ..Principal::default()
        },
        scope: RoleScope {
            resource_group: Some(seed::RESOURCE_GROUP.to_owned()),
            ..RoleScope::default()
        },
        role: Role::named("Reader"),
        ..Assign::default()
    }
}

/// The application permission `User.Read.All` of Microsoft Graph.
pub fn app_role(principal: &str) -> AssignAppRole {
    AssignAppRole {
        principal: role(principal).principal,
        permission: "User.Read.All".to_owned(),
        ..AssignAppRole::default()
    }
}

pub fn membership(principal: &str) -> Membership {
    Membership {
        group: seed::GROUP.to_owned(),
        principal_id: principal.to_owned(),
        principal_wait: None,
    }
}

/// An emulator in the state of the fixture, and a client that is signed in.
pub struct Stage {
    emulator: Emulator,
    client: Client,
    http: reqwest::Client,
    state: PathBuf,
}

impl Stage {
    pub async fn open(fixture: &Fixture, name: &str) -> Self {
        let state = fixture.path(&format!("{name}.json"));
        std::fs::copy(fixture.path("fixture.json"), &state).unwrap();
        let emulator = Emulator::start(Options {
            operation_time: Duration::ZERO,
            state_path: Some(state.clone()),
            ..Options::default()
        })
        .await
        .unwrap();
        let request = Self::request(&emulator);
        let client = connect(request, Arc::new(Silent)).await.unwrap().client;
        let stage = Self {
            emulator,
            client,
            http: fixture.http.clone(),
            state,
        };
        stage.admin("DELETE", "requests", Value::Null).await;
        stage
    }

    fn request(emulator: &Emulator) -> managed_identity::connect::Request {
        managed_identity::connect::Request {
            retry: policy(),
            ..sign_in(emulator.endpoint())
        }
    }

    /// A further sign-in, within the time of a command.
    pub async fn sign_in(&self) -> Result<()> {
        let request = Self::request(&self.emulator);
        connect(request, Bounded::begin()).await.map(drop)
    }

    /// The client for a command, whose time begins.
    pub fn client(&self) -> Client {
        self.client.observed_by(Bounded::begin())
    }

    pub async fn admin(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/_emulator/{path}", self.emulator.endpoint());
        let call = self
            .http
            .request(method.parse().unwrap(), url)
            .header(ADMIN_KEY_HEADER, self.emulator.admin_key());
        let call = match body {
            Value::Null => call,
            body => call.body(body.to_string()),
        };
        // A fault may have it refuse connections for a moment.
        let answer = loop {
            match call.try_clone().unwrap().send().await {
                Ok(answer) => break answer,
                Err(error) if error.is_connect() => tokio::task::yield_now().await,
                Err(error) => panic!("{method} {path}: {error}"),
            }
        };
        assert!(answer.status().is_success(), "{method} {path}: {answer:?}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or(Value::Null)
    }

    /// The requests since the sign-in.
    pub async fn log(&self) -> Vec<Value> {
        let log = self.admin("GET", "requests", Value::Null).await;
        log.as_array().unwrap().clone()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.state);
    }
}
