//! Sends the script to one service and records what it answers.

use std::time::{Duration, Instant};

use managed_identity::arm::{Exchange, Exchanged};
use managed_identity::base::Method;
use serde_json::{Value, json};

use crate::Result;
use crate::record::{Answer, GROUP, Record, Recording, body};
use crate::script::{Area, Step};
use crate::service::Service;
use crate::variables::Variables;

/// How long an operation may take: what a virtual machine needs on a slow day.
const LONGEST_OPERATION: Duration = Duration::from_secs(30 * 60);

/// How long an error may come that passes in time.
const LONGEST_REPETITION: Duration = Duration::from_secs(5 * 60);

/// Sends the areas to a service, in a resource group of its own that is deleted at the end,
/// whatever happened.
///
/// # Errors
/// The group can't be created or deleted.
pub async fn run(service: &Service, areas: &[Area]) -> Result<Recording> {
    let mut variables = Variables::new(
        &service.subscription,
        &service.tenant,
        &service.endpoint,
        &service.location,
    );
    let group = variables.get("groupName").unwrap_or_default().to_owned();
    println!("{}: works in the resource group {group}", service.name);
    let mut recording = Recording::default();
    let mut run = Run {
        service,
        variables: &mut variables,
        recording: &mut recording,
    };
    run.step(GROUP, &group_step("creates a resource group", "PUT"))
        .await;
    run.check_group("created", &[200, 201])?;
    for area in areas {
        for step in &area.steps {
            run.step(&area.area, step).await;
        }
        println!(
            "{}: {}, {} steps",
            service.name,
            area.area,
            area.steps.len()
        );
    }
    run.step(GROUP, &group_step("deletes the resource group", "DELETE"))
        .await;
    run.check_group("deleted", &[200, 202])
        .map_err(|error| format!("{error}. Delete the resource group {group}."))?;
    Ok(recording)
}

/// What happens to the group itself.
fn group_step(name: &str, method: &str) -> Step {
    Step {
        name: name.to_owned(),
        send: format!(
            "{method} /subscriptions/{{subscription}}/resourcegroups/{{groupName}}?api-version=2022-09-01"
        ),
        body: (method == "PUT").then(|| json!({ "location": "{location}" })),
        headers: Default::default(),
        signed_out: false,
        keep: Default::default(),
        repeat: Vec::new(),
        follow: true,
    }
}

struct Run<'a> {
    service: &'a Service,
    variables: &'a mut Variables,
    recording: &'a mut Recording,
}

impl Run<'_> {
    /// Takes a step and records it, with or without an answer: the next may work all the same.
    async fn step(&mut self, area: &str, step: &Step) {
        let began = Instant::now();
        let mut further = Vec::new();
        let answer = self.answers(step, &mut further).await;
        self.recording.steps.push(Record {
            step: format!("{area}: {}", step.name),
            answer,
            further,
            milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }

    async fn answers(&mut self, step: &Step, further: &mut Vec<Answer>) -> Result<Answer> {
        let began = Instant::now();
        let first = loop {
            let answer = self.send(step).await?;
            let code = body(&answer)
                .pointer("/error/code")
                .and_then(Value::as_str)
                .map(str::to_owned);
            let passes = code.is_some_and(|code| step.repeat.contains(&code));
            if !passes || began.elapsed() > LONGEST_REPETITION {
                break answer;
            }
            tokio::time::sleep(self.service.pause).await;
        };
        for (name, place) in &step.keep {
            if let Some(value) = kept(&first, place) {
                self.variables.keep(name, value);
            }
        }
        let answer = Answer::general(&first, self.variables);
        if step.follow {
            self.follow(first, further).await?;
        }
        Ok(answer)
    }

    async fn send(&self, step: &Step) -> Result<Exchanged> {
        let line = self.variables.fill(&step.send)?;
        let (method, url) = line
            .split_once(' ')
            .ok_or("a request of the script has no method")?;
        let method: Method = method
            .parse()
            .map_err(|_| format!("{method} is no method"))?;
        let body = match &step.body {
            // A text is not JSON on purpose.
            Some(Value::String(text)) => Some(self.variables.fill(text)?),
            Some(body) => Some(self.variables.fill_body(body)?.to_string()),
            None => None,
        };
        let mut headers = Vec::new();
        for (name, value) in &step.headers {
            headers.push((name.as_str(), self.variables.fill(value)?));
        }
        let exchange = Exchange {
            method,
            url,
            headers: headers
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect(),
            body,
            signed_in: !step.signed_out,
        };
        self.service
            .client
            .exchange(&exchange)
            .await
            .map_err(|error| error.to_string())
    }

    /// Looks at the operation until it has ended, and reads the further pages.
    async fn follow(&self, first: Exchanged, further: &mut Vec<Answer>) -> Result<()> {
        let began = Instant::now();
        let mut last = first;
        let mut operation = None;
        loop {
            operation = operation_of(&last).or(operation);
            let next = match &operation {
                Some(operation) if !further.is_empty() && operation.has_ended(&last) => {
                    return Ok(());
                }
                Some(operation) => operation.url.clone(),
                None => match body(&last).get("nextLink").and_then(Value::as_str) {
                    Some(page) => page.to_owned(),
                    None => return Ok(()),
                },
            };
            if began.elapsed() > LONGEST_OPERATION {
                return Err("the operation did not end within 30 minutes".to_owned());
            }
            // The first look comes at once: it sees the operation running.
            if operation.is_some() && !further.is_empty() {
                let asked = header(&last, "retry-after").and_then(|text| text.parse().ok());
                tokio::time::sleep(asked.map_or(self.service.pause, Duration::from_secs)).await;
            }
            let look = Exchange {
                method: Method::GET,
                url: &next,
                headers: Vec::new(),
                body: None,
                signed_in: true,
            };
            last = self
                .service
                .client
                .exchange(&look)
                .await
                .map_err(|error| error.to_string())?;
            further.push(Answer::general(&last, self.variables));
        }
    }

    /// The last step, which is one of the group.
    fn check_group(&self, what: &str, expected: &[u16]) -> Result<()> {
        match self.recording.steps.last().map(|record| &record.answer) {
            Some(Ok(answer)) if expected.contains(&answer.status) => Ok(()),
            Some(Ok(answer)) => Err(format!(
                "{}: the resource group could not be {what}: HTTP {} {}",
                self.service.name, answer.status, answer.body
            )),
            Some(Err(error)) => Err(format!(
                "{}: the resource group could not be {what}: {error}",
                self.service.name
            )),
            None => Ok(()),
        }
    }
}

/// An operation that runs.
struct Operation {
    url: String,
    /// Whether its body tells its state, or else its status.
    has_state: bool,
}

impl Operation {
    fn has_ended(&self, look: &Exchanged) -> bool {
        if !self.has_state {
            return look.status != 202;
        }
        let body = body(look);
        let state = body.get("status").and_then(Value::as_str);
        look.status >= 400
            || state.is_some_and(|state| ["Succeeded", "Failed", "Canceled"].contains(&state))
    }
}

/// The operation that an answer names.
fn operation_of(answer: &Exchanged) -> Option<Operation> {
    let operation = |url: &str, has_state| Operation {
        url: url.to_owned(),
        has_state,
    };
    match (
        header(answer, "azure-asyncoperation"),
        header(answer, "location"),
    ) {
        (Some(url), _) => Some(operation(url, true)),
        (None, Some(url)) if answer.status == 202 => Some(operation(url, false)),
        _ => None,
    }
}

fn header<'a>(answer: &'a Exchanged, name: &str) -> Option<&'a str> {
    answer
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
}

/// What a step keeps of its answer.
fn kept(answer: &Exchanged, place: &str) -> Option<String> {
    match place.strip_prefix("header:") {
        Some(name) => header(answer, name).map(str::to_owned),
        None => body(answer)
            .pointer(place)
            .and_then(Value::as_str)
            .map(str::to_owned),
    }
}
