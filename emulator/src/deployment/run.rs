//! A deployment that runs: each resource is begun when those that it depends on are through.

use std::collections::BTreeMap;
use std::fmt;

use hyper::Method;
use serde_json::{Map, Value, json};

use super::evaluate::{DeploymentContext, EvaluationError, Evaluator, ReferenceCall, not_defined};
use super::functions::member;
use super::parameters;
use super::plan::{self, Planned, named, target_of};
use super::template::{self, Template};
use crate::arm::error::{ArmError, ErrorBody};
use crate::arm::operations::{self, Outcome};
use crate::arm::route::Registry;
use crate::arm::router;
use crate::base::clock::Millis;
use crate::base::http::Reply;
use crate::base::random;
use crate::model::deployment::Operation;
use crate::state::{Part, World};

/// Where a resource of a plan is.
#[derive(Debug, Clone)]
enum Step {
    Waiting,
    /// Through at that time.
    Until(Millis),
    /// Through with that operation.
    Operation(String),
    /// Through with that deployment, by its key.
    Deployment(String),
    Through,
    Failed(ErrorBody),
}

/// A deployment that runs.
pub(crate) struct Run {
    context: DeploymentContext,
    template: Template,
    parameters: Map<String, Value>,
    plan: Vec<Planned>,
    steps: Vec<Step>,
    /// Not over before that.
    earliest_end: Millis,
    /// When there is something to do next that no operation tells.
    due: Option<Millis>,
}

/// The deployments that run, by id in lower case.
#[derive(Debug, Default)]
pub(crate) struct Runs(pub(super) BTreeMap<String, Run>);

impl Part for Runs {
    fn reset(&mut self) {
        self.0.clear();
    }
}

/// Parameters may be secrets.
impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}

impl Run {
    /// Something has happened that it may wait for.
    pub(super) fn wake(&mut self, now: Millis) {
        self.due = Some(now);
    }

    pub(super) fn new(
        context: DeploymentContext,
        template: Template,
        parameters: Map<String, Value>,
        plan: Vec<Planned>,
        now: Millis,
        takes: Millis,
    ) -> Self {
        let steps = plan
            .iter()
            .map(|planned| {
                if planned.is_deployed() {
                    Step::Waiting
                } else {
                    Step::Through
                }
            })
            .collect();
        Run {
            context,
            template,
            parameters,
            plan,
            steps,
            earliest_end: now.saturating_add(takes),
            due: Some(now),
        }
    }
}

/// When something happens next that deployments that run may wait for; none while none runs.
pub(crate) fn next_due(world: &World) -> Option<Millis> {
    let runs = &world.session.part::<Runs>().0;
    if runs.is_empty() {
        return None;
    }
    let own = runs.values().filter_map(|run| run.due).min();
    own.into_iter()
        .chain(operations::next_end(&world.state))
        .min()
}

/// Lets every deployment do what it can do at that time.
pub(crate) fn advance(registry: &'static Registry, world: &mut World, now: Millis) {
    // One may begin another, and wait for it.
    loop {
        let keys: Vec<String> = world.session.part_mut::<Runs>().0.keys().cloned().collect();
        let mut changed = false;
        for key in keys {
            let Some(mut run) = world.session.part_mut::<Runs>().0.remove(&key) else {
                continue;
            };
            let mut step = Advance {
                registry,
                world,
                key: &key,
                now,
                changed: false,
            };
            let over = step.run(&mut run);
            changed |= step.changed || over;
            if !over {
                world.session.part_mut::<Runs>().0.insert(key, run);
            }
        }
        if !changed {
            return;
        }
    }
}

struct Advance<'a> {
    registry: &'static Registry,
    world: &'a mut World,
    key: &'a str,
    now: Millis,
    changed: bool,
}

impl Advance<'_> {
    /// True when the deployment is over.
    fn run(&mut self, run: &mut Run) -> bool {
        let Some(deployment) = self.world.state.deployments.get_mut(self.key) else {
            // Its group is gone.
            return true;
        };
        if deployment.state == "Accepted" {
            deployment.state = "Running".to_owned();
            deployment.changed = self.now;
        }
        run.due = run.due.filter(|due| *due > self.now);
        for at in 0..run.steps.len() {
            self.look(run, at);
        }
        for at in 0..run.steps.len() {
            let waiting = matches!(run.steps[at], Step::Waiting);
            let ready = waiting
                && run.plan[at]
                    .needs
                    .iter()
                    .all(|other| matches!(run.steps[*other], Step::Through));
            if ready {
                self.begin(run, at);
                self.changed = true;
            }
        }
        let running = run.steps.iter().any(|step| {
            matches!(
                step,
                Step::Until(_) | Step::Operation(_) | Step::Deployment(_)
            )
        });
        if running {
            let next = run.steps.iter().filter_map(|step| match step {
                Step::Until(time) => Some(*time),
                _ => None,
            });
            run.due = next.min();
            return false;
        }
        let beginnable = run.steps.iter().enumerate().any(|(at, step)| {
            matches!(step, Step::Waiting)
                && run.plan[at]
                    .needs
                    .iter()
                    .all(|other| matches!(run.steps[*other], Step::Through))
        });
        if beginnable {
            run.due = Some(self.now);
            return false;
        }
        if self.now < run.earliest_end {
            run.due = Some(run.earliest_end);
            return false;
        }
        self.finish(run);
        true
    }

    /// Whether what runs is through.
    fn look(&mut self, run: &mut Run, at: usize) {
        let outcome = match &run.steps[at] {
            Step::Until(time) if *time <= self.now => Outcome::Succeeded,
            Step::Operation(id) => match operations::outcome(&self.world.state, id) {
                Outcome::Failed(failure) => Outcome::Failed(ErrorBody {
                    code: "ResourceDeploymentFailure".to_owned(),
                    target: Some(run.plan[at].id.clone()),
                    message: "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.".to_owned(),
                    details: vec![failure],
                    additional_info: Vec::new(),
                }),
                other => other,
            },
            Step::Deployment(key) => match self.world.state.deployments.get(key) {
                Some(deployment) if deployment.is_active() => Outcome::Running,
                Some(deployment) => match &deployment.error {
                    None => Outcome::Succeeded,
                    Some(error) => Outcome::Failed(error.clone()),
                },
                None => Outcome::Succeeded,
            },
            _ => return,
        };
        let failure = match outcome {
            Outcome::Running => return,
            Outcome::Succeeded => None,
            Outcome::Failed(failure) => Some(failure),
        };
        self.changed = true;
        self.record(&run.plan[at], None, failure.clone());
        run.steps[at] = match failure {
            None => Step::Through,
            Some(failure) => Step::Failed(failure),
        };
    }

    /// Notes what became of a resource: the end of what is noted, or a new entry.
    fn record(&mut self, planned: &Planned, begun: Option<&str>, failure: Option<ErrorBody>) {
        let now = self.now;
        let Some(deployment) = self.world.state.deployments.get_mut(self.key) else {
            return;
        };
        deployment.changed = now;
        let there = deployment.operations.iter_mut().find(|one| {
            one.target
                .as_ref()
                .is_some_and(|target| target.id == planned.id)
        });
        let over = begun.is_none();
        let state = match (&failure, over) {
            (Some(_), _) => "Failed",
            (None, true) => "Succeeded",
            (None, false) => "Running",
        };
        match there {
            Some(operation) => {
                state.clone_into(&mut operation.state);
                if failure.is_some() {
                    "Conflict".clone_into(&mut operation.status_code);
                }
                operation.error = failure;
                operation.changed = now;
            }
            None => deployment.operations.push(Operation {
                id: random::guid().replace('-', "").to_uppercase(),
                what: "Create".to_owned(),
                state: state.to_owned(),
                status_code: begun.unwrap_or("OK").to_owned(),
                target: Some(target_of(planned)),
                error: failure,
                started: now,
                changed: now,
            }),
        }
    }

    /// Sends a resource to its provider.
    fn begin(&mut self, run: &mut Run, at: usize) {
        let planned = &run.plan[at];
        let sent = self.content(run, planned).and_then(|body| {
            router::inside(
                self.registry,
                self.world,
                Method::PUT,
                (&planned.id, &planned.api_version),
                Some(&body),
                self.now,
            )
        });
        let step = match sent {
            Ok(reply) => {
                let code = if reply.status == 201 { "Created" } else { "OK" };
                self.record(planned, Some(code), None);
                let step = self.follow(planned, &reply);
                if matches!(step, Step::Through) {
                    self.record(planned, None, None);
                }
                step
            }
            Err(error) => {
                let mut failure = *error.body;
                failure.target.get_or_insert_with(|| planned.id.clone());
                let code = match error.status {
                    403 => "Forbidden",
                    404 => "NotFound",
                    409 => "Conflict",
                    429 => "TooManyRequests",
                    _ => "BadRequest",
                };
                self.record(planned, Some(code), Some(failure.clone()));
                Step::Failed(failure)
            }
        };
        run.steps[at] = step;
    }

    /// What a provider's answer has to be waited for.
    fn follow(&self, planned: &Planned, reply: &Reply) -> Step {
        if planned.is_deployment() {
            return Step::Deployment(planned.id.to_lowercase());
        }
        let header = |name: &str| {
            reply
                .headers
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .and_then(|(_, url)| url.split('?').next()?.rsplit('/').next())
        };
        // A `Location` beside 201 may be that of the resource itself; and some resources are
        // written without any header.
        let operation = header("Azure-AsyncOperation")
            .or_else(|| header("Location"))
            .filter(|id| self.world.state.operations.contains_key(*id))
            .map(str::to_owned)
            .or_else(|| {
                let written = self.world.state.generic.get(&planned.id.to_lowercase());
                written.and_then(|resource| resource.running.clone())
            });
        match operation {
            Some(id) => Step::Operation(id),
            None if reply.delay > 0 => Step::Until(self.now.saturating_add(reply.delay)),
            None => Step::Through,
        }
    }

    /// What is sent to the provider.
    fn content(&mut self, run: &Run, planned: &Planned) -> Result<Value, ArmError> {
        let source = plan::content(&planned.source);
        let now = self.now;
        let registry = self.registry;
        let world = &mut *self.world;
        let mut resolver =
            |asked: &ReferenceCall| resolve_reference(registry, world, &run.plan, asked, now);
        let body = body(
            &mut Evaluator::new(
                &run.context,
                &run.parameters,
                &run.template.variables,
                &mut resolver,
            )
            .at(planned.iteration.as_ref()),
            planned,
            source,
        );
        body.map_err(|error| match error {
            EvaluationError::Refused(error) => ArmError::with(400, *error),
            error => ArmError::new(
                400,
                "InvalidTemplate",
                format!(
                    "Unable to process template language expressions for resource '{}'. '{}'",
                    planned.id,
                    template::wrong(error)
                ),
            ),
        })
    }

    fn finish(&mut self, run: &Run) {
        let failures: Vec<ErrorBody> = run
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Failed(failure) => Some(failure.clone()),
                _ => None,
            })
            .collect();
        let made: Vec<String> = run
            .plan
            .iter()
            .zip(&run.steps)
            .filter(|(planned, step)| planned.is_deployed() && matches!(step, Step::Through))
            .flat_map(|(planned, _)| {
                // Of a deployment in a deployment, what that has made.
                match self.world.state.deployments.get(&planned.id.to_lowercase()) {
                    Some(inner) if planned.is_deployment() => inner.output_resources.clone(),
                    _ => vec![planned.id.clone()],
                }
            })
            .collect();
        let outputs = if failures.is_empty() {
            outputs(self.registry, self.world, run, self.now)
        } else {
            Ok(Value::Null)
        };
        let Some(deployment) = self.world.state.deployments.get_mut(self.key) else {
            return;
        };
        deployment.changed = self.now;
        deployment.output_resources = made;
        let failed = |code: &str, message: String, details| ErrorBody {
            code: code.to_owned(),
            message,
            target: None,
            details,
            additional_info: Vec::new(),
        };
        let error = match outputs {
            Ok(outputs) => {
                deployment.outputs = Some(outputs).filter(|outputs| !outputs.is_null());
                (!failures.is_empty()).then(|| {
                    let mut error = failed(
                        "DeploymentFailed",
                        "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.".to_owned(),
                        failures,
                    );
                    error.target = Some(deployment.id());
                    error
                })
            }
            Err(problems) => {
                let names: Vec<String> = problems.iter().map(|(name, _)| name.clone()).collect();
                let details = problems
                    .into_iter()
                    .map(|(name, problem)| ErrorBody {
                        code: "DeploymentOutputEvaluationFailed".to_owned(),
                        message: format!("The template output '{name}' is not valid: {problem}"),
                        target: Some(name),
                        details: Vec::new(),
                        additional_info: Vec::new(),
                    })
                    .collect();
                Some(failed(
                    "DeploymentOutputEvaluationFailed",
                    format!(
                        "Unable to evaluate template outputs: '{}'. Please see error details and deployment operations. Please see https://aka.ms/arm-common-errors for usage details.",
                        names.join(",")
                    ),
                    details,
                ))
            }
        };
        if !run.template.outputs.is_empty() && deployment.outputs.is_some() {
            deployment.operations.push(Operation {
                id: random::guid().replace('-', "").to_uppercase(),
                what: "EvaluateDeploymentOutput".to_owned(),
                state: "Succeeded".to_owned(),
                status_code: "OK".to_owned(),
                target: None,
                error: None,
                started: self.now,
                changed: self.now,
            });
        }
        let state = if error.is_some() {
            "Failed"
        } else {
            "Succeeded"
        };
        state.clone_into(&mut deployment.state);
        deployment.error = error;
    }
}

/// The content of a resource, evaluated. Of a nested deployment whose expressions are its own, the
/// template stays as it is.
pub(super) fn body(
    evaluator: &mut Evaluator<'_>,
    planned: &Planned,
    mut source: Map<String, Value>,
) -> Result<Value, EvaluationError> {
    let mut template = None;
    if planned.is_deployment()
        && plan::is_inner(&source)
        && let Some(Value::Object(properties)) = source.get_mut("properties")
    {
        template = properties.remove("template");
    }
    let mut body = evaluator.object(&source)?;
    if let Some(Value::Object(properties)) = body.get_mut("properties") {
        properties.extend(template.map(|template| ("template".to_owned(), template)));
    }
    Ok(Value::Object(body))
}

/// The answer to `reference()`: of a resource of the template, or of any by its id.
pub(super) fn resolve_reference(
    registry: &'static Registry,
    world: &mut World,
    plan: &[Planned],
    asked: &ReferenceCall,
    now: Millis,
) -> Result<Value, EvaluationError> {
    let (id, known) = match named(plan, &asked.target) {
        Some(at) => (plan[at].id.as_str(), Some(plan[at].api_version.as_str())),
        None if asked.target.starts_with('/') => (asked.target.as_str(), None),
        None => return Err(not_defined(&asked.target)),
    };
    let Some(api_version) = asked.api_version.as_deref().or(known) else {
        return Err(EvaluationError::Invalid(format!(
            "The api-version is required for the template function 'reference' of '{id}', which is not in the template. Please see https://aka.ms/arm-functions/#reference for usage details."
        )));
    };
    let reply = router::inside(registry, world, Method::GET, (id, api_version), None, now)
        .map_err(|error| EvaluationError::Refused(error.body))?;
    let mut body: Map<String, Value> = serde_json::from_slice(&reply.body)
        .map_err(|_| EvaluationError::Invalid(format!("The resource '{id}' has no content.")))?;
    if !asked.full {
        return Ok(body.remove("properties").unwrap_or_else(|| json!({})));
    }
    for own in ["id", "name", "type"] {
        body.remove(own);
    }
    let mut segments = id.split('/');
    for (name, value) in [
        ("apiVersion", Some(api_version)),
        ("resourceId", Some(id)),
        ("subscriptionId", segments.nth(2)),
        ("resourceGroupName", segments.nth(1)),
    ] {
        if let Some(value) = value {
            body.insert(name.to_owned(), json!(value));
        }
    }
    Ok(Value::Object(body))
}

/// The outputs, or those that have no value and why.
fn outputs(
    registry: &'static Registry,
    world: &mut World,
    run: &Run,
    now: Millis,
) -> Result<Value, Vec<(String, String)>> {
    let mut found = Map::new();
    let mut problems = Vec::new();
    for (name, declared) in &run.template.outputs {
        match output(registry, world, run, declared, now) {
            Ok(Some(output)) => {
                found.insert(camel_case(name), output);
            }
            Ok(None) => {}
            Err(error) => problems.push((name.clone(), template::wrong(error))),
        }
    }
    match problems.is_empty() {
        true if run.template.outputs.is_empty() => Ok(Value::Null),
        true => Ok(Value::Object(found)),
        false => Err(problems),
    }
}

/// Names of outputs come back in camel case: `VMName` as `vmName`, `VMSS` as `vmss`.
fn camel_case(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let upper = characters.iter().take_while(|c| c.is_uppercase()).count();
    // The last capital of several begins the next word.
    let lowered = if upper > 1 && upper < characters.len() {
        upper - 1
    } else {
        upper
    };
    characters
        .iter()
        .enumerate()
        .flat_map(|(at, c)| {
            let lower: Vec<char> = c.to_lowercase().collect();
            if at < lowered { lower } else { vec![*c] }
        })
        .collect()
}

/// One output; none if its condition is not met.
fn output(
    registry: &'static Registry,
    world: &mut World,
    run: &Run,
    declared: &Value,
    now: Millis,
) -> Result<Option<Value>, EvaluationError> {
    let members = declared
        .as_object()
        .ok_or_else(|| EvaluationError::Invalid("It is not a JSON object.".to_owned()))?;
    let (kind, open) = parameters::shown_type(&run.template, declared)?;
    let mut resolver =
        |asked: &ReferenceCall| resolve_reference(registry, world, &run.plan, asked, now);
    let mut evaluator = Evaluator::new(
        &run.context,
        &run.parameters,
        &run.template.variables,
        &mut resolver,
    );
    if let Some(condition) = member(members, "condition")
        && evaluator.value(condition)? == json!(false)
    {
        return Ok(None);
    }
    let value = match (member(members, "value"), member(members, "copy")) {
        (Some(value), None) => evaluator.value(value)?,
        (None, Some(Value::Object(copy))) => {
            let mut copy = copy.clone();
            copy.insert("name".to_owned(), json!("output"));
            let all = json!({ "copy": [copy] });
            evaluator.value(&all)?["output"].take()
        }
        _ => {
            return Err(EvaluationError::Invalid(
                "It has either 'value' or 'copy'.".to_owned(),
            ));
        }
    };
    let fits = match kind {
        "String" | "SecureString" => value.is_string(),
        "Int" => value.is_i64(),
        "Bool" => value.is_boolean(),
        "Array" => value.is_array(),
        _ => value.is_object(),
    };
    let nullable = member(members, "nullable") == Some(&json!(true));
    if !(fits || nullable && value.is_null()) {
        return Err(EvaluationError::Invalid(format!(
            "Template output JToken type is not valid. Expected '{kind}'."
        )));
    }
    let mut body = json!({ "type": kind });
    if open {
        body["value"] = value;
    }
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_camel_case() {
        for (name, wanted) in [
            ("name", "name"),
            ("Name", "name"),
            ("VMName", "vmName"),
            ("VMSS", "vmss"),
            ("aB", "aB"),
            ("A", "a"),
            ("", ""),
        ] {
            assert_eq!(camel_case(name), wanted);
        }
    }
}
