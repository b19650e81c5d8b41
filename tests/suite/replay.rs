//! A server that answers as Azure did when a public test suite was recorded: the files of
//! `tests/recordings`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use managed_identity::arm::Client;
use managed_identity::base::Silent;
use managed_identity::connect::{SignIn, connect};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{next_request, sign_in};

/// The subscription of all recordings.
const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// The tenant of the recorded identities.
pub const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

/// Where Azure was when they were made.
const AZURE: &str = "https://management.azure.com";

/// What was recorded of one resource: its states, and the changes between them.
#[derive(Clone, Deserialize)]
pub struct Story {
    /// The file of the public test suite.
    pub recording: String,
    /// What each answer about the resource has in common.
    common: Value,
    /// The answers to a GET, one more than there are changes.
    pub states: Vec<Answer>,
    pub changes: Vec<Change>,
}

/// An answer; in the files its body is what differs from the common one.
#[derive(Clone, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: Value,
}

#[derive(Clone, Deserialize)]
pub struct Change {
    pub request: Request,
    pub answer: Answer,
    /// The answers of the operation, in their order.
    polls: Vec<Answer>,
}

/// What the recorded client sent.
#[derive(Clone, Deserialize)]
pub struct Request {
    pub identity: Value,
    /// The whole of it, where it is kept.
    #[serde(default)]
    pub body: Value,
}

impl Story {
    /// Those of a file.
    pub fn all(file: &str) -> Vec<Self> {
        #[derive(Deserialize)]
        struct File {
            stories: Vec<Story>,
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");
        let text = std::fs::read_to_string(format!("{folder}/{file}.json")).unwrap();
        let mut stories = serde_json::from_str::<File>(&text).unwrap().stories;
        for story in &mut stories {
            let written = story.changes.iter_mut().map(|change| &mut change.answer);
            for answer in story.states.iter_mut().chain(written) {
                let differs = std::mem::replace(&mut answer.body, story.common.clone());
                put_over(&mut answer.body, differs);
            }
            assert_eq!(story.states.len(), story.changes.len() + 1);
        }
        stories
    }

    /// The resource's id as the resource provider spells it.
    pub fn id(&self) -> &str {
        self.common["id"].as_str().unwrap()
    }
}

/// Puts members over those of another value; null is a value like any other.
fn put_over(whole: &mut Value, differs: Value) {
    match (whole, differs) {
        (Value::Object(whole), Value::Object(differs)) => {
            for (name, value) in differs {
                put_over(whole.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(whole), Value::Array(differs)) if whole.len() == differs.len() => {
            for (one, value) in whole.iter_mut().zip(differs) {
                put_over(one, value);
            }
        }
        (whole, differs) => *whole = differs,
    }
}

/// A write that a client made.
#[derive(Clone, Debug)]
pub struct Written {
    pub method: String,
    pub if_match: Option<String>,
    pub body: Value,
}

/// A story at some point.
struct Stage {
    story: Story,
    /// The state of the resource.
    at: usize,
    /// Whether a write leads to the next state.
    advances: bool,
    /// What the operation under way has yet to answer.
    polls: VecDeque<Answer>,
    written: Vec<Written>,
    /// Requests for which there is no answer.
    unexpected: Vec<String>,
}

/// A story that is replayed, and a client that is signed in there.
pub struct Replay {
    pub client: Client,
    stage: Arc<Mutex<Stage>>,
}

impl Replay {
    /// Begins at a state of the story.
    pub async fn at(story: &Story, at: usize) -> Self {
        Self::start(story, at, true).await
    }

    /// The same where writes are accepted and do nothing.
    pub async fn stuck_at(story: &Story, at: usize) -> Self {
        Self::start(story, at, false).await
    }

    async fn start(story: &Story, at: usize, advances: bool) -> Self {
        let stage = Arc::new(Mutex::new(Stage {
            story: story.clone(),
            at,
            advances,
            polls: VecDeque::new(),
            written: Vec::new(),
            unexpected: Vec::new(),
        }));
        Self {
            client: signed_in_at(stage.clone()).await,
            stage,
        }
    }

    /// What was written since the last time.
    ///
    /// Panics when an operation was not followed to its end, or something was asked for that was not
    /// recorded.
    pub fn written(&self) -> Vec<Written> {
        let mut stage = self.stage.lock().unwrap();
        assert_eq!(stage.unexpected, [""; 0], "{}", stage.story.recording);
        assert!(stage.polls.is_empty(), "the operation was not followed");
        std::mem::take(&mut stage.written)
    }
}

/// What answers the requests of a client.
pub trait Answers: Send + 'static {
    /// The answer to a request, at an endpoint.
    fn answer(&mut self, endpoint: &str, head: &str, body: &str) -> Answer;
}

/// A client that is signed in where those answers are given.
pub async fn signed_in_at(stage: Arc<Mutex<impl Answers>>) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let own = endpoint.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, own.clone(), stage.clone()));
        }
    });
    let mut request = sign_in(&endpoint);
    request.subscription_id = Some(SUBSCRIPTION.to_owned());
    request.sign_in = SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    connect(request, Arc::new(Silent)).await.unwrap().client
}

/// The answers to what a client asks as it signs in.
pub fn as_it_signs_in(endpoint: &str, method: &str, path: &str) -> Option<Answer> {
    match (method, path) {
        ("GET", "/metadata/endpoints") => Some(ok(metadata(endpoint))),
        ("GET", _) if path == format!("/subscriptions/{SUBSCRIPTION}") => Some(ok(
            json!({ "subscriptionId": SUBSCRIPTION, "displayName": "recorded" }),
        )),
        _ => None,
    }
}

/// What is answered where nothing was recorded.
pub fn not_recorded(target: &str) -> Answer {
    let error = json!({ "error": { "code": "NotRecorded", "message": target } });
    Answer {
        status: 404,
        ..ok(error)
    }
}

impl Answers for Stage {
    fn answer(&mut self, endpoint: &str, head: &str, body: &str) -> Answer {
        let (method, target) = start_of(head);
        let path = target.split('?').next().unwrap_or_default();
        let is_resource = path.eq_ignore_ascii_case(self.story.id());
        if let Some(answer) = as_it_signs_in(endpoint, method, path) {
            return answer;
        }
        match method {
            "GET" if is_resource && self.polls.is_empty() => self.story.states[self.at].clone(),
            "PUT" | "PATCH" if is_resource && self.polls.is_empty() => {
                self.written.push(Written {
                    method: method.to_owned(),
                    if_match: header(head, "if-match"),
                    body: serde_json::from_str(body).unwrap(),
                });
                self.write()
            }
            "GET" if self.is_operation(target) => self.poll(),
            "GET" if self.identity(path).is_some() => ok(self.identity(path).unwrap_or_default()),
            _ => {
                self.unexpected.push(format!("{method} {target}"));
                not_recorded(target)
            }
        }
    }
}

impl Stage {
    /// A user-assigned identity that some state has, with the ids that it has there.
    fn identity(&self, path: &str) -> Option<Value> {
        let mut states = self.story.states.iter();
        let (id, ids) = states.find_map(|state| {
            let map = state.body["identity"]["userAssignedIdentities"].as_object();
            let mut all = map.into_iter().flatten();
            all.find(|(id, _)| id.eq_ignore_ascii_case(path))
        })?;
        let name = id.rsplit('/').next();
        let mut properties = ids.clone();
        properties["tenantId"] = json!(TENANT);
        Some(json!({
            "id": id, "name": name, "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
            "location": "eastus", "properties": properties,
        }))
    }

    fn write(&mut self) -> Answer {
        let Change { answer, polls, .. } = self.story.changes[self.at].clone();
        self.polls = polls.into();
        if self.polls.is_empty() {
            self.end();
        }
        answer
    }

    /// Whether a target is that of the operation under way.
    fn is_operation(&self, target: &str) -> bool {
        let change = self.story.changes.get(self.at);
        let url = change.and_then(|one| one.answer.headers.get("azure-asyncoperation"));
        !self.polls.is_empty() && url.is_some_and(|url| *url == format!("{AZURE}{target}"))
    }

    fn poll(&mut self) -> Answer {
        let answer = self.polls.pop_front().unwrap();
        if self.polls.is_empty() {
            self.end();
        }
        answer
    }

    fn end(&mut self) {
        self.at += usize::from(self.advances);
    }
}

pub fn ok(body: Value) -> Answer {
    Answer {
        status: 200,
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body,
    }
}

fn metadata(endpoint: &str) -> Value {
    json!({
        "name": "Recorded",
        "authentication": { "loginEndpoint": endpoint, "audiences": [endpoint] },
    })
}

/// Method and target of a request.
pub fn start_of(head: &str) -> (&str, &str) {
    let mut parts = head.lines().next().unwrap_or_default().split(' ');
    (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    )
}

fn header(head: &str, name: &str) -> Option<String> {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let field = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
    field.map(|(_, value)| value.to_owned())
}

async fn serve(mut stream: TcpStream, endpoint: String, stage: Arc<Mutex<impl Answers>>) {
    let mut buffer = Vec::new();
    while let Some((head, body)) = next_request(&mut stream, &mut buffer).await {
        let answer = stage.lock().unwrap().answer(&endpoint, &head, &body);
        let body = match &answer.body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let mut reply = format!("HTTP/1.1 {} X\r\n", answer.status);
        let framing = |name: &str| name == "content-length";
        for (name, value) in answer.headers.iter().filter(|(name, _)| !framing(name)) {
            // What lay at Azure lies here now.
            reply.push_str(&format!("{name}: {}\r\n", value.replace(AZURE, &endpoint)));
        }
        reply.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}
