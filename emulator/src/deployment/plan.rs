//! The resources that a template comes to, and their order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::evaluate::{DeploymentContext, Evaluator, calls, no_references, not_defined};
use super::functions::{self, member, to_text};
use super::parameters::shown_type;
use super::template::{MAX_RESOURCES, Template, invalid, unparsed, wrong};
use crate::arm::error::ArmError;
use crate::model::deployment::Target;

/// How deep resources may be nested in one another.
const MAX_DEPTH: usize = 16;

/// A resource that a template comes to.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) symbol: Option<String>,
    pub(super) id: String,
    /// Namespace and type, `Microsoft.Compute/virtualMachines/extensions`.
    pub(super) kind: String,
    /// With those of its parents, `vm/extension`.
    pub(super) name: String,
    pub(super) api_version: String,
    /// What the template says of it.
    pub(super) source: Map<String, Value>,
    /// The copy loop that it is of, and its place there.
    pub(super) iteration: Option<(String, i64)>,
    /// Those that come before it, by their places in the plan.
    pub(super) needs: BTreeSet<usize>,
    /// It is only referred to.
    pub(super) existing: bool,
    /// Its condition is not met.
    pub(super) skipped: bool,
}

impl Planned {
    /// It is to be made.
    pub(super) fn is_deployed(&self) -> bool {
        !self.existing && !self.skipped
    }

    pub(super) fn is_deployment(&self) -> bool {
        self.kind
            .eq_ignore_ascii_case("Microsoft.Resources/deployments")
    }
}

/// The members of a resource that are not sent to its provider.
const OF_THE_TEMPLATE: [&str; 15] = [
    "type",
    "name",
    "apiVersion",
    "dependsOn",
    "condition",
    "copy",
    "scope",
    "resources",
    "comments",
    "metadata",
    "existing",
    "resourceGroup",
    "subscriptionId",
    "asserts",
    "@options",
];

/// The members that are.
const OF_THE_RESOURCE: [&str; 13] = [
    "location",
    "tags",
    "properties",
    "identity",
    "sku",
    "plan",
    "kind",
    "zones",
    "managedBy",
    "managedByExtended",
    "extendedLocation",
    "placement",
    "etag",
];

/// What is sent to the provider, with its expressions.
pub(super) fn content(source: &Map<String, Value>) -> Map<String, Value> {
    let mut sent = source.clone();
    sent.retain(|name, _| {
        !OF_THE_TEMPLATE
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
    });
    sent
}

/// The parent of a nested resource.
#[derive(Clone)]
struct Parent {
    kind: String,
    name: String,
    iteration: Option<(String, i64)>,
    depth: usize,
}

struct Planner<'a> {
    template: &'a Template,
    context: &'a DeploymentContext,
    parameters: &'a Map<String, Value>,
    plan: Vec<Planned>,
    loops: Vec<Loop>,
}

/// A copy loop over a resource.
struct Loop {
    name: String,
    /// By their places in the plan.
    members: Vec<usize>,
    /// Of a serial one: how many are made at once.
    batch: Option<usize>,
}

/// The resources that a template comes to, and the context with their symbolic names.
pub(super) fn plan(
    template: &Template,
    context: &DeploymentContext,
    parameters: &Map<String, Value>,
) -> Result<(Vec<Planned>, DeploymentContext), ArmError> {
    let mut planner = Planner {
        template,
        context,
        parameters,
        plan: Vec::new(),
        loops: Vec::new(),
    };
    match &template.resources {
        Value::Array(items) => {
            for item in items {
                planner.resource(None, item, None)?;
            }
        }
        Value::Object(items) => {
            for (symbol, item) in items {
                planner.resource(Some(symbol), item, None)?;
            }
        }
        _ => {
            return Err(unparsed(
                "The section 'resources' is neither an array nor an object.",
            ));
        }
    }
    let mut plan = planner.plan;
    let loops = planner.loops;

    let mut context = context.clone();
    context.symbols = symbols(&plan);
    let mut seen = HashMap::new();
    for (at, planned) in plan
        .iter()
        .enumerate()
        .filter(|(_, planned)| planned.is_deployed())
    {
        if seen.insert(planned.id.to_lowercase(), at).is_some() {
            return Err(invalid(format!(
                "The resource '{}' is defined multiple times in a template. Please see https://aka.ms/arm-syntax-resources for usage details.",
                planned.id
            )));
        }
    }
    for at in 0..plan.len() {
        let needs = needs(&plan, &loops, at, template, &context, parameters)
            .map_err(|problem| not_valid(&plan[at].name, &problem))?;
        plan[at].needs = needs;
    }
    for Loop { members, batch, .. } in &loops {
        let Some(batch) = *batch else { continue };
        for (place, at) in members.iter().enumerate() {
            let before = place / batch * batch;
            plan[*at].needs.extend(
                members[before.saturating_sub(batch)..before]
                    .iter()
                    .copied(),
            );
        }
    }
    check_order(&plan)?;
    for (name, declared) in &template.outputs {
        check_functions(declared)
            .and_then(|()| shown_type(template, declared))
            .map_err(|problem| {
                invalid(format!(
                    "The template output '{name}' is not valid: {problem}"
                ))
            })?;
    }
    Ok((plan, context))
}

fn not_valid(name: &str, problem: &str) -> ArmError {
    invalid(format!(
        "The template resource '{name}' is not valid: {problem}"
    ))
}

fn symbols(plan: &[Planned]) -> HashMap<String, Value> {
    plan.iter()
        .filter_map(|planned| {
            let symbol = planned.symbol.as_ref()?;
            let key = match &planned.iteration {
                Some((_, index)) => format!("{symbol}[{index}]"),
                None => symbol.clone(),
            };
            let info = json!({
                "id": planned.id,
                "name": planned.name.rsplit('/').next(),
                "type": planned.kind,
                "apiVersion": planned.api_version,
            });
            Some((key, info))
        })
        .collect()
}

impl Planner<'_> {
    fn eval(&self, iteration: Option<&(String, i64)>, value: &Value) -> Result<Value, String> {
        let mut none = no_references;
        Evaluator::new(
            self.context,
            self.parameters,
            &self.template.variables,
            &mut none,
        )
        .at(iteration)
        .value(value)
        .map_err(wrong)
    }

    fn resource(
        &mut self,
        symbol: Option<&str>,
        item: &Value,
        parent: Option<&Parent>,
    ) -> Result<(), ArmError> {
        let Value::Object(members) = item else {
            return Err(unparsed("A resource is not a JSON object."));
        };
        let raw_name = member(members, "name").map(to_text).unwrap_or_default();
        if let Some(name) = members.keys().find(|name| {
            !OF_THE_TEMPLATE
                .iter()
                .chain(&OF_THE_RESOURCE)
                .any(|known| known.eq_ignore_ascii_case(name))
        }) {
            return Err(not_valid(
                &raw_name,
                &format!("Could not find member '{name}' on object of type 'TemplateResource'."),
            ));
        }
        let copy = match member(members, "copy") {
            Some(Value::Object(copy)) => copy,
            None | Some(Value::Null) => return self.one(symbol, members, None, parent),
            Some(_) => {
                return Err(not_valid(
                    &raw_name,
                    "The 'copy' of a resource is an object.",
                ));
            }
        };
        let fail = |problem: String| not_valid(&raw_name, &problem);
        let name = member(copy, "name")
            .and_then(Value::as_str)
            .ok_or_else(|| fail("A 'copy' lacks 'name'.".to_owned()))?
            .to_owned();
        let count = member(copy, "count").cloned().unwrap_or(Value::Null);
        let count = {
            let mut none = no_references;
            Evaluator::new(
                self.context,
                self.parameters,
                &self.template.variables,
                &mut none,
            )
            .count(&count)
            .map_err(|error| fail(wrong(error)))?
        };
        let serial = match member(copy, "mode").map(|mode| to_text(mode).to_lowercase()) {
            None => false,
            Some(mode) if mode == "parallel" => false,
            Some(mode) if mode == "serial" => true,
            Some(mode) => return Err(fail(format!("The copy mode '{mode}' is not valid."))),
        };
        let batch = match member(copy, "batchSize") {
            None => 1,
            Some(size) => self
                .eval(None, size)
                .map_err(&fail)?
                .as_u64()
                .and_then(|size| usize::try_from(size).ok())
                .filter(|size| *size > 0)
                .ok_or_else(|| fail("The 'batchSize' is a whole number above 0.".to_owned()))?,
        };
        let mut own = Vec::new();
        for index in 0..count {
            own.push(self.plan.len());
            self.one(symbol, members, Some((name.clone(), index)), parent)?;
        }
        self.loops.push(Loop {
            name,
            members: own,
            batch: serial.then_some(batch),
        });
        Ok(())
    }

    fn one(
        &mut self,
        symbol: Option<&str>,
        members: &Map<String, Value>,
        iteration: Option<(String, i64)>,
        parent: Option<&Parent>,
    ) -> Result<(), ArmError> {
        let iteration = iteration.or_else(|| parent.and_then(|parent| parent.iteration.clone()));
        let raw_name = member(members, "name").map(to_text).unwrap_or_default();
        let fail = |problem: String| not_valid(&raw_name, &problem);
        let text = |what: &str| -> Result<String, ArmError> {
            let value = member(members, what).ok_or_else(|| {
                unparsed(&format!(
                    "Required property '{what}' not found in JSON. Path 'resources'."
                ))
            })?;
            match self.eval(iteration.as_ref(), value).map_err(&fail)? {
                Value::String(text) if !text.is_empty() => Ok(text),
                _ => Err(fail(format!("The '{what}' is not a string, or is empty."))),
            }
        };
        let (mut name, mut kind, api_version) = (text("name")?, text("type")?, text("apiVersion")?);
        if let Some(parent) = parent {
            name = format!("{}/{name}", parent.name);
            kind = format!("{}/{kind}", parent.kind);
        }
        if kind.split('/').count() < 2 || kind.split('/').count() != name.split('/').count() + 1 {
            return Err(invalid(format!(
                "The template resource '{name}' for type '{kind}' has incorrect segment lengths. A nested resource type must have identical number of segments as its resource name. A root resource type must have segment length one greater than its resource name. Please see https://aka.ms/arm-syntax-resources for usage details."
            )));
        }
        let skipped = match member(members, "condition") {
            None | Some(Value::Null) => false,
            Some(condition) => match self.eval(iteration.as_ref(), condition).map_err(&fail)? {
                Value::Bool(met) => !met,
                _ => return Err(fail("The 'condition' is not a boolean.".to_owned())),
            },
        };
        let planned = Planned {
            symbol: symbol.map(str::to_owned),
            id: self
                .id(members, iteration.as_ref(), &kind, &name)
                .map_err(&fail)?,
            existing: member(members, "existing") == Some(&json!(true)),
            kind: kind.clone(),
            name: name.clone(),
            api_version,
            source: members.clone(),
            iteration: iteration.clone(),
            needs: BTreeSet::new(),
            skipped,
        };
        self.plan.push(planned);
        if self.plan.len() > MAX_RESOURCES {
            return Err(invalid(format!(
                "The template has more than {MAX_RESOURCES} resources. Please see https://aka.ms/arm-template-limits for usage details."
            )));
        }
        match member(members, "resources") {
            None | Some(Value::Null) => Ok(()),
            Some(Value::Array(children)) => {
                let parent = Parent {
                    kind,
                    name,
                    iteration,
                    depth: parent.map_or(1, |parent| parent.depth + 1),
                };
                if parent.depth > MAX_DEPTH {
                    return Err(fail("Resources are nested too deep.".to_owned()));
                }
                for child in children {
                    self.resource(None, child, Some(&parent))?;
                }
                Ok(())
            }
            Some(_) => Err(fail("The nested 'resources' are not an array.".to_owned())),
        }
    }

    /// The id, which depends on what the resource is in or on.
    fn id(
        &self,
        members: &Map<String, Value>,
        iteration: Option<&(String, i64)>,
        kind: &str,
        name: &str,
    ) -> Result<String, String> {
        let text = |what: &str| -> Result<Option<String>, String> {
            match member(members, what) {
                None | Some(Value::Null) => Ok(None),
                Some(value) => match self.eval(iteration, value)? {
                    Value::String(text) => Ok(Some(text)),
                    _ => Err(format!("The '{what}' is not a string.")),
                },
            }
        };
        let (namespace, types) = kind.split_once('/').unwrap_or((kind, ""));
        let mut own = namespace.to_owned();
        for (kind, name) in types.split('/').zip(name.split('/')) {
            own.push_str(&format!("/{kind}/{name}"));
        }
        let is_deployment = kind.eq_ignore_ascii_case("Microsoft.Resources/deployments");
        let subscription = text("subscriptionId")?;
        let group = text("resourceGroup")?;
        if !is_deployment && (subscription.is_some() || group.is_some()) {
            return Err("Only deployments take 'subscriptionId' and 'resourceGroup'.".to_owned());
        }
        let in_subscription = format!(
            "/subscriptions/{}",
            subscription
                .as_deref()
                .unwrap_or(&self.context.subscription)
        );
        // A deployment for another subscription is one of that subscription unless it names a group.
        let group = group.or_else(|| {
            let here = subscription.is_none();
            self.context.group.clone().filter(|_| here)
        });
        let base = match &group {
            Some(group) => format!("{in_subscription}/resourceGroups/{group}"),
            None => in_subscription.clone(),
        };
        let base = match text("scope")? {
            None => base,
            Some(scope) if is_deployment => {
                let scope = scope.trim_matches('/').to_owned();
                if !scope.to_lowercase().starts_with("subscriptions/") {
                    return Err(format!(
                        "The scope '{scope}' of a deployment is not supported by the emulator."
                    ));
                }
                format!("/{scope}")
            }
            Some(scope) if scope.starts_with('/') => scope.trim_end_matches('/').to_owned(),
            // Another resource of the template, as `Namespace/type/name`.
            Some(scope) => format!("{base}/providers/{}", scope.trim_end_matches('/')),
        };
        if kind.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
            return Ok(format!("{in_subscription}/resourceGroups/{name}"));
        }
        Ok(format!("{base}/providers/{own}"))
    }
}

/// Which resource of a plan a text names: by symbolic name, id, `Namespace/type/name` or name.
pub(super) fn named(plan: &[Planned], text: &str) -> Option<usize> {
    let by = |is: &dyn Fn(&Planned) -> bool| plan.iter().position(is);
    by(&|planned| match (&planned.symbol, &planned.iteration) {
        (Some(symbol), Some((_, index))) => format!("{symbol}[{index}]").eq_ignore_ascii_case(text),
        (Some(symbol), None) => symbol.eq_ignore_ascii_case(text),
        (None, _) => false,
    })
    .or_else(|| by(&|planned| planned.id.eq_ignore_ascii_case(text)))
    .or_else(|| {
        let text = text.trim_matches('/');
        by(&|planned| {
            let id = planned.id.to_lowercase();
            text.contains('/') && id.ends_with(&format!("/providers/{}", text.to_lowercase()))
        })
        .or_else(|| {
            // A group has an id in the form of other resources, too.
            let (_, name) = text.rsplit_once("/providers/Microsoft.Resources/resourceGroups/")?;
            by(&|planned| {
                planned
                    .kind
                    .eq_ignore_ascii_case("Microsoft.Resources/resourceGroups")
                    && planned.name.eq_ignore_ascii_case(name)
            })
        })
    })
    .or_else(|| by(&|planned| planned.symbol.is_none() && planned.name.eq_ignore_ascii_case(text)))
}

/// The resources that a name in `dependsOn` means: one, or all of a loop; none when it is unknown.
fn meant(plan: &[Planned], loops: &[Loop], text: &str) -> Option<Vec<usize>> {
    if let Some(one) = named(plan, text) {
        return Some(vec![one]);
    }
    if let Some(found) = loops.iter().find(|one| one.name.eq_ignore_ascii_case(text)) {
        return Some(found.members.clone());
    }
    let is = |planned: &Planned| {
        let symbol = planned.symbol.as_ref();
        symbol.is_some_and(|symbol| symbol.eq_ignore_ascii_case(text))
    };
    let all: Vec<usize> = (0..plan.len()).filter(|at| is(&plan[*at])).collect();
    (!all.is_empty()).then_some(all)
}

/// What a resource depends on: what it says, and what it refers to.
fn needs(
    plan: &[Planned],
    loops: &[Loop],
    at: usize,
    template: &Template,
    context: &DeploymentContext,
    parameters: &Map<String, Value>,
) -> Result<BTreeSet<usize>, String> {
    let planned = &plan[at];
    let mut none = no_references;
    let mut evaluator = Evaluator::new(context, parameters, &template.variables, &mut none)
        .at(planned.iteration.as_ref());
    let mut needs = BTreeSet::new();
    if let Some(list) = member(&planned.source, "dependsOn").filter(|list| !list.is_null()) {
        let Value::Array(texts) = evaluator.value(list).map_err(wrong)? else {
            return Err("The 'dependsOn' is not an array.".to_owned());
        };
        for text in texts {
            let Value::String(text) = text else {
                return Err("A name in 'dependsOn' is not a string.".to_owned());
            };
            let found = meant(plan, loops, &text);
            needs.extend(found.ok_or_else(|| wrong(not_defined(&text)))?);
        }
    }
    let mut body = content(&planned.source);
    if planned.is_deployment()
        && is_inner(&body)
        && let Some(Value::Object(properties)) = body.get_mut("properties")
    {
        properties.remove("template");
    }
    let body = Value::Object(body);
    check_functions(&body)?;
    calls(&body, &mut |name, arguments| {
        let lower = name.to_lowercase();
        if lower.strip_prefix("sys.").unwrap_or(&lower) == "reference"
            && let Some(target) = arguments.first()
            // What cannot be told yet depends on nothing that could be told.
            && let Ok(Value::String(target)) = evaluator.expression(target)
            && let Some(other) = named(plan, &target)
        {
            needs.insert(other);
        }
    })?;
    needs.retain(|other| plan[*other].is_deployed());
    Ok(needs)
}

/// Every function in a value has to be one.
fn check_functions(value: &Value) -> Result<(), String> {
    let mut problem = None;
    calls(value, &mut |name, _| {
        let lower = name.to_lowercase();
        if !is_function(lower.strip_prefix("sys.").unwrap_or(&lower)) {
            problem.get_or_insert_with(|| functions::unknown(name));
        }
    })?;
    problem.map_or(Ok(()), Err)
}

fn is_function(name: &str) -> bool {
    const OF_A_DEPLOYMENT: [&str; 19] = [
        "parameters",
        "variables",
        "copyindex",
        "resourcegroup",
        "subscription",
        "deployment",
        "environment",
        "tenant",
        "resourceid",
        "subscriptionresourceid",
        "tenantresourceid",
        "extensionresourceid",
        "resourceinfo",
        "reference",
        "providers",
        "newguid",
        "utcnow",
        "if",
        "coalesce",
    ];
    OF_A_DEPLOYMENT.contains(&name) || functions::is_known(name)
}

/// Whether the expressions of a nested template are the nested deployment's own.
pub(super) fn is_inner(content: &Map<String, Value>) -> bool {
    content
        .get("properties")
        .and_then(Value::as_object)
        .and_then(|properties| member(properties, "expressionEvaluationOptions"))
        .and_then(Value::as_object)
        .and_then(|options| member(options, "scope"))
        .and_then(Value::as_str)
        .is_some_and(|scope| scope.eq_ignore_ascii_case("inner"))
}

/// Nothing may wait for itself.
fn check_order(plan: &[Planned]) -> Result<(), ArmError> {
    let mut waiting: BTreeMap<usize, BTreeSet<usize>> = plan
        .iter()
        .enumerate()
        .map(|(at, planned)| (at, planned.needs.clone()))
        .collect();
    loop {
        let free: Vec<usize> = waiting
            .iter()
            .filter(|(_, needs)| needs.is_empty())
            .map(|(at, _)| *at)
            .collect();
        if free.is_empty() {
            break;
        }
        for at in free {
            waiting.remove(&at);
            for needs in waiting.values_mut() {
                needs.remove(&at);
            }
        }
    }
    match waiting.keys().next() {
        None => Ok(()),
        Some(at) => Err(invalid(format!(
            "Circular dependency detected on resource: '{}'. Please see https://aka.ms/arm-syntax-resources for usage details.",
            plan[*at].id
        ))),
    }
}

/// The resource as deployments name it.
pub(super) fn target_of(planned: &Planned) -> Target {
    Target {
        id: planned.id.clone(),
        resource_type: planned.kind.clone(),
        resource_name: planned.name.clone(),
    }
}
