//! Requests to the emulator.

use std::cell::RefCell;

use emulator::fuzzing::{Answer, ENDPOINT, Local};
use emulator::seed;
use managed_identity::fuzzing::header;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::input;

/// An emulator, and the tokens that it takes.
pub struct Emulated {
    local: Local,
    manager: HeaderMap,
    graph: HeaderMap,
}

impl Default for Emulated {
    fn default() -> Self {
        let mut local = Local::default();
        let manager = sign_in(&mut local, ENDPOINT);
        let graph = sign_in(&mut local, &format!("{ENDPOINT}/graph"));
        Self {
            local,
            manager,
            graph,
        }
    }
}

fn sign_in(local: &mut Local, resource: &str) -> HeaderMap {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={resource}/.default",
        seed::CLIENT_ID,
        seed::CLIENT_SECRET
    );
    let target = format!("/{}/oauth2/v2.0/token", seed::TENANT_ID);
    let headers = header("content-type", "application/x-www-form-urlencoded");
    let answer = local
        .answer("POST", &target, &headers, form.as_bytes())
        .expect("is a request");
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = body["access_token"].as_str().unwrap_or_default();
    let mut headers = header("authorization", &format!("Bearer {token}"));
    headers.extend(header("content-type", "application/json"));
    headers
}

impl Emulated {
    fn ask(&mut self, method: &str, target: &str, body: &[u8]) -> Option<Answer> {
        let headers = match target.starts_with("/v1.0") {
            true => &self.graph,
            false => &self.manager,
        };
        let answer = self.local.answer(method, target, headers, body)?;
        assert!(
            answer.status < 500,
            "{}: {}",
            answer.status,
            input::text(&answer.body)
        );
        Some(answer)
    }

    /// Runs a query of Resource Graph.
    pub fn query(&mut self, query: &str) -> Answer {
        let body = json!({ "subscriptions": [seed::SUBSCRIPTION_ID], "query": query });
        let target = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
        self.ask("POST", target, body.to_string().as_bytes())
            .expect("is a request")
    }
}

/// What a target does with an emulator that only reads: the same for all inputs.
fn with(run: impl FnOnce(&mut Emulated)) {
    thread_local! {
        static EMULATOR: RefCell<Emulated> = RefCell::default();
    }
    EMULATOR.with_borrow_mut(run);
}

pub fn kql(data: &[u8]) {
    with(|emulator| {
        emulator.query(&input::text(data));
    });
}

/// A list on the first line: its number, and its query behind it.
pub fn odata(data: &[u8]) {
    const LISTS: [&str; 6] = [
        "/v1.0/groups",
        "/v1.0/servicePrincipals",
        "/v1.0/groups/bbbbbbbb-cccc-dddd-2222-333333333333/members",
        "/subscriptions/{s}/resources",
        "/subscriptions/{s}/providers/Microsoft.Authorization/roleAssignments",
        "/subscriptions/{s}/providers/Microsoft.Authorization/roleDefinitions",
    ];
    let (list, query) = input::first_byte(data);
    let list = LISTS[usize::from(list) % LISTS.len()].replace("{s}", seed::SUBSCRIPTION_ID);
    // A browser would escape these; a line of a request can't have them.
    let query: String = input::text(query)
        .chars()
        .map(|c| match c {
            ' ' => "%20".to_owned(),
            '#' => "%23".to_owned(),
            c if c.is_control() => format!("%{:02X}", u32::from(c) & 0xff),
            c => c.to_string(),
        })
        .collect();
    with(|emulator| {
        let version = if list.contains("Authorization") {
            "2022-04-01"
        } else {
            "2021-04-01"
        };
        let _ = emulator.ask("GET", &format!("{list}?api-version={version}&{query}"), b"");
    });
}

/// A template, and behind a zero byte the values of its parameters.
pub fn template(data: &[u8]) {
    let mut parts = data.splitn(2, |&byte| byte == 0);
    let template = input::text(parts.next().unwrap_or_default());
    let given = parts
        .next()
        .and_then(|text| serde_json::from_slice(text).ok());
    let given: Value = given.unwrap_or_else(|| json!({}));
    // The emulator reads comments, and so on; a body that holds no JSON is one, too.
    let body = format!(
        r#"{{"properties":{{"mode":"Incremental","template":{template},"parameters":{given}}}}}"#
    );
    let name = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Resources/deployments/d",
        seed::SUBSCRIPTION_ID,
        seed::RESOURCE_GROUP
    );
    let mut emulator = Emulated::default();
    for (method, target) in [
        ("POST", format!("{name}/validate?api-version=2024-03-01")),
        ("POST", format!("{name}/whatIf?api-version=2024-03-01")),
        ("PUT", format!("{name}?api-version=2024-03-01")),
        ("GET", format!("{name}?api-version=2024-03-01")),
    ] {
        let _ = emulator.ask(method, &target, body.as_bytes());
    }
}

/// A request: its method and target on the first line, headers up to an empty one, and the body.
/// Several are separated by a line of `%%`.
pub fn requests(data: &[u8]) {
    let mut emulator = Emulated::default();
    let text = input::text(data).replace("{s}", seed::SUBSCRIPTION_ID);
    for request in text.split("\n%%\n").take(8) {
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines();
        let (method, target) = lines
            .next()
            .unwrap_or_default()
            .split_once(' ')
            .unwrap_or_default();
        // It may write files, for whoever starts it.
        if target.to_ascii_lowercase().contains("_emulator") || !target.starts_with('/') {
            continue;
        }
        let mut headers = emulator.manager.clone();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            headers.extend(header(name.trim(), value.trim()));
        }
        if let Some(answer) = emulator
            .local
            .answer(method, target, &headers, body.as_bytes())
        {
            assert!(
                answer.status < 500,
                "{}: {}",
                answer.status,
                input::text(&answer.body)
            );
        }
    }
}
