//! Answers that Azure gave to the Azure CLI about identities, their federated credentials and role
//! assignments, recorded by its tests, replayed to this client: what it writes is what the CLI
//! wrote, and what it returns is what Azure answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use managed_identity::access::{self, Assign, Find, Principal, Role, RoleScope};
use managed_identity::arm::{Client, Scope};
use managed_identity::identity::federated::{self, CredentialTarget, Source};
use managed_identity::identity::{self, Create};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::replay::{Answer, Answers, as_it_signs_in, not_recorded, ok, signed_in_at, start_of};
use crate::support::by_id;

/// A file of recordings of single calls.
#[derive(Deserialize)]
struct File {
    /// The headers of every answer.
    headers: BTreeMap<String, String>,
    stories: Vec<Story>,
}

#[derive(Clone, Deserialize)]
struct Story {
    recording: String,
    exchanges: Vec<Exchange>,
}

/// A request and Azure's answer.
#[derive(Clone, Deserialize)]
struct Exchange {
    request: Request,
    response: Answer,
}

#[derive(Clone, Deserialize)]
struct Request {
    method: String,
    path: String,
    #[serde(default)]
    body: Value,
}

impl Story {
    /// The story of a file that is of that recording.
    fn of(file: &str, recording: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");
        let text = std::fs::read_to_string(format!("{folder}/{file}.json")).unwrap();
        let File { headers, stories } = serde_json::from_str(&text).unwrap();
        let mut stories = stories.into_iter();
        let name = format!("/{recording}.yaml");
        let mut story = stories.find(|one| one.recording.ends_with(&name)).unwrap();
        for exchange in &mut story.exchanges {
            let all = &mut exchange.response.headers;
            headers.iter().for_each(|(name, value)| {
                all.entry(name.clone()).or_insert_with(|| value.clone());
            });
        }
        story
    }

    /// The recorded writes, in their order.
    fn writes(&self) -> Vec<&Exchange> {
        self.exchanges
            .iter()
            .filter(|one| one.request.is_write())
            .collect()
    }
}

impl Request {
    fn is_write(&self) -> bool {
        matches!(self.method.as_str(), "PUT" | "DELETE")
    }

    /// Whether this is a request to that path. Each client names a role assignment itself.
    fn is_to(&self, method: &str, path: &str) -> bool {
        let place = |path: &str| {
            let path = path.to_lowercase();
            match path.split_once("/roleassignments/") {
                Some((scope, _)) => format!("{scope}/roleassignments/*"),
                None => path,
            }
        };
        self.method == method && place(&self.path) == place(path)
    }
}

/// A story under way.
struct Stage {
    story: Story,
    /// How many of its exchanges are over.
    at: usize,
    /// What is there after the writes, by its path in lower case.
    there: BTreeMap<String, Value>,
    /// The bodies of the writes.
    written: Vec<Value>,
    /// Requests for which there is no answer.
    unexpected: Vec<String>,
}

impl Stage {
    /// The answer to a read: the one that was recorded between the last write and the next, or
    /// what the last write answered.
    fn read(&self, method: &str, path: &str) -> Option<Answer> {
        let rest = self.story.exchanges[self.at..].iter();
        let mut now = rest.take_while(|one| !one.request.is_write());
        if let Some(found) = now.find(|one| one.request.is_to(method, path)) {
            return Some(found.response.clone());
        }
        if let Some(body) = self.there.get(&path.to_lowercase()) {
            return Some(ok(body.clone()));
        }
        // A list before anything is in it.
        let mut all = self.story.exchanges.iter();
        all.any(|one| one.request.is_to(method, path))
            .then(|| ok(json!({ "value": [] })))
    }

    /// The answer to a write: the next that was recorded.
    fn write(&mut self, method: &str, path: &str, body: &str) -> Option<Answer> {
        let mut rest = self.story.exchanges.iter().enumerate().skip(self.at);
        let (index, next) = rest.find(|(_, one)| one.request.is_write())?;
        if !next.request.is_to(method, path) {
            return None;
        }
        let answer = next.response.clone();
        let id = next.request.path.to_lowercase();
        match method {
            "PUT" => drop(self.there.insert(id, answer.body.clone())),
            _ => drop(self.there.remove(&id)),
        }
        self.at = index + 1;
        self.written
            .push(serde_json::from_str(body).unwrap_or(Value::Null));
        Some(answer)
    }
}

impl Answers for Stage {
    fn answer(&mut self, endpoint: &str, head: &str, body: &str) -> Answer {
        let (method, target) = start_of(head);
        let path = target.split('?').next().unwrap_or_default();
        if let Some(answer) = as_it_signs_in(endpoint, method, path) {
            return answer;
        }
        let is_read = matches!(method, "GET" | "POST");
        let found = match is_read {
            true => self.read(method, path),
            false => self.write(method, path, body),
        };
        found.unwrap_or_else(|| match is_read {
            true => not_there(target),
            false => {
                self.unexpected.push(format!("{method} {target}"));
                not_recorded(target)
            }
        })
    }
}

/// Azure's answer about a resource that is not there.
fn not_there(target: &str) -> Answer {
    let error = json!({ "error": { "code": "ResourceNotFound", "message": target } });
    Answer {
        status: 404,
        ..ok(error)
    }
}

/// A story, and a client that is signed in there.
struct Recorded {
    client: Client,
    story: Story,
    stage: Arc<Mutex<Stage>>,
}

impl Recorded {
    async fn start(file: &str, recording: &str) -> Self {
        let story = Story::of(file, recording);
        let stage = Arc::new(Mutex::new(Stage {
            story: story.clone(),
            at: 0,
            there: BTreeMap::new(),
            written: Vec::new(),
            unexpected: Vec::new(),
        }));
        Self {
            client: signed_in_at(stage.clone()).await,
            story,
            stage,
        }
    }

    /// Answers the reads of another story at any time.
    fn knows(&self, other: &Story) {
        let mut stage = self.stage.lock().unwrap();
        for exchange in &other.exchanges {
            let path = exchange.request.path.to_lowercase();
            stage.there.insert(path, exchange.response.body.clone());
        }
    }

    /// Checks that the client has made the recorded writes, each with what the recorded client sent.
    fn all_written(&self) {
        let stage = self.stage.lock().unwrap();
        assert_eq!(stage.unexpected, [""; 0]);
        let recorded = self.story.writes();
        assert_eq!(stage.written.len(), recorded.len());
        for (written, recorded) in stage.written.iter().zip(recorded) {
            for (name, value) in recorded.request.body.as_object().into_iter().flatten() {
                assert_eq!(&written[name], value, "{}", recorded.request.path);
            }
        }
    }

    /// The answer to the first write of that path.
    fn answer_to(&self, end: &str) -> Value {
        let writes = self.story.writes();
        let one = writes.iter().find(|one| one.request.path.ends_with(end));
        one.unwrap().response.body.clone()
    }

    /// Creates the identity with which the story begins.
    async fn create_identity(&self) -> identity::UserAssignedIdentity {
        let writes = self.story.writes();
        let first = &writes[0].request;
        let wanted = Create {
            target: by_id(&first.path),
            location: first.body["location"].as_str().map(str::to_owned),
            ..Create::default()
        };
        let made = identity::create(&self.client, &wanted).await.unwrap();
        assert_same_identity(&made, &writes[0].response.body);
        made
    }
}

fn assert_same_identity(found: &identity::UserAssignedIdentity, recorded: &Value) {
    let properties = &recorded["properties"];
    assert_eq!(found.id, recorded["id"]);
    assert_eq!(found.name, recorded["name"]);
    assert_eq!(found.location, recorded["location"]);
    assert_eq!(json!(found.tags), recorded["tags"]);
    assert_eq!(found.properties.principal_id, properties["principalId"]);
    assert_eq!(found.properties.client_id, properties["clientId"]);
    assert_eq!(found.properties.tenant_id, properties["tenantId"]);
}

#[tokio::test]
async fn an_identity_from_creation_to_deletion() {
    let recorded = Recorded::start("identities", "test_identity_management").await;
    let made = recorded.create_identity().await;
    let scope = Scope {
        resource_group: made.resource_id().map(|id| id.group().to_owned()),
        ..Scope::default()
    };
    let mut pages = identity::list(&recorded.client, &scope).unwrap();
    let listed = pages.next().await.unwrap().unwrap();
    assert_eq!(listed, std::slice::from_ref(&made));
    assert_eq!(pages.next().await.unwrap(), None);
    identity::delete(&recorded.client, &by_id(&made.id))
        .await
        .unwrap();
    recorded.all_written();
}

#[tokio::test]
async fn federated_credentials_from_creation_to_deletion() {
    let name = "test_federated_identity_credential";
    let recorded = Recorded::start("federatedIdentityCredentials", name).await;
    let identity = recorded.create_identity().await;
    let named = |name: &str| CredentialTarget {
        identity: by_id(&identity.id),
        name: Some(name.to_owned()),
        ..CredentialTarget::default()
    };
    let trust = |number: u8| Source {
        issuer: Some("https://oidc.prod-aks.azure.com/IssuerGUID".to_owned()),
        subject: Some(format!("system:serviceaccount:ns:svcaccount{number}")),
        ..Source::default()
    };
    let client = &recorded.client;
    for (name, number) in [("fic1", 1), ("fic2", 2)] {
        let wanted = federated::Create {
            target: named(name),
            source: trust(number),
            audiences: Vec::new(),
        };
        let made = federated::create(client, &wanted).await.unwrap();
        let answer = recorded.answer_to(name);
        assert_eq!(made.id, answer["id"]);
        assert_eq!(json!(made.properties), answer["properties"]);
    }
    let names = async || {
        let found = federated::list(client, &by_id(&identity.id)).await.unwrap();
        found.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["fic1", "fic2"]);

    let change = federated::Update {
        target: named("fic1"),
        source: trust(3),
        audiences: Vec::new(),
    };
    let changed = federated::update(client, &change).await.unwrap();
    assert_eq!(changed.properties.subject, trust(3).subject);
    federated::delete(client, &named("fic1")).await.unwrap();
    assert_eq!(names().await, ["fic2"]);
    federated::delete(client, &named("fic2")).await.unwrap();
    assert_eq!(names().await, [""; 0]);
    recorded.all_written();
}

#[tokio::test]
async fn a_role_that_is_assigned_is_found() {
    let recorded = Recorded::start("roleAssignments", "test_role_assignment_at_scope").await;
    let roles = "test_role_assignment_create_using_principal_type";
    recorded.knows(&Story::of("roleAssignments", roles));
    let identity = recorded.create_identity().await;
    let answer = recorded.answer_to("88888888-0000-0000-0000-000000000001");
    let properties = &answer["properties"];
    let principal = Principal {
        identity: by_id(&identity.id),
        ..Principal::default()
    };
    let scope = RoleScope {
        scope: properties["scope"].as_str().map(str::to_owned),
        ..RoleScope::default()
    };
    let wanted = Assign {
        principal: principal.clone(),
        scope: scope.clone(),
        role: Role {
            name: None,
            id: properties["roleDefinitionId"].as_str().map(str::to_owned),
        },
        ..Assign::default()
    };
    let made = access::assign(&recorded.client, &wanted).await.unwrap();
    assert_eq!(made.id, answer["id"]);
    assert_eq!(made.properties.principal_id, properties["principalId"]);
    assert_eq!(made.properties.principal_type, "ServicePrincipal");
    assert_eq!(made.properties.description, None);
    assert_eq!(made.role_name, "Reader");

    let asked = Find {
        principal,
        scope,
        ..Find::default()
    };
    let found = access::find(&recorded.client, &asked).await.unwrap();
    let [found] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((&found.id, &found.properties), (&made.id, &made.properties));
    recorded.all_written();
}
