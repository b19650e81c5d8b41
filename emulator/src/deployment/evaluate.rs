//! What the strings of a template stand for: expressions in the context of a deployment.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::expression::{self, Expression, Text};
use super::functions::{self, element, member, to_text};
use crate::arm::error::ErrorBody;
use crate::arm::route::Registry;
use crate::arm::values::LOCATIONS;
use crate::base::clock::{Millis, iso_time};
use crate::base::random;

/// How much one evaluation may make, in characters and items: a template that makes
/// more ends with an error, before it takes all memory.
const MAX_MADE: usize = 8 * 1024 * 1024;
/// How deep variables may refer to one another.
const MAX_VARIABLE_DEPTH: usize = 64;
/// How often a copy loop may run.
pub(super) const MAX_COPIES: i64 = 800;

/// Why there is no value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum EvaluationError {
    /// What is wrong, as a sentence.
    Invalid(String),
    /// It depends on what is not there yet.
    Unknown,
    /// A resource that is referred to was not given.
    Refused(Box<ErrorBody>),
}

impl From<String> for EvaluationError {
    fn from(problem: String) -> Self {
        EvaluationError::Invalid(problem)
    }
}

type Evaluated<T> = Result<T, EvaluationError>;

/// What `reference()` asks for.
#[derive(Debug)]
pub(super) struct ReferenceCall {
    /// A resource's name, symbolic name or id.
    pub(super) target: String,
    pub(super) api_version: Option<String>,
    /// The whole resource and not its properties alone.
    pub(super) full: bool,
}

/// Where `reference()` gets its answers.
pub(super) type Resolver<'a> = dyn FnMut(&ReferenceCall) -> Evaluated<Value> + 'a;

/// For where no reference may be.
pub(super) fn no_references(_: &ReferenceCall) -> Evaluated<Value> {
    Err(EvaluationError::Invalid(
        "The template function 'reference' is not expected at this location. Please see https://aka.ms/arm-template-expressions for usage details.".to_owned(),
    ))
}

/// What a deployment is: what its functions without arguments give.
#[derive(Debug, Clone)]
pub(super) struct DeploymentContext {
    pub(super) subscription: String,
    pub(super) group: Option<String>,
    pub(super) subscription_body: Value,
    /// Of a deployment in a group.
    pub(super) group_body: Option<Value>,
    pub(super) deployment_body: Value,
    pub(super) environment_body: Value,
    pub(super) tenant_body: Value,
    /// Symbolic names and the ids of their resources.
    pub(super) symbols: HashMap<String, Value>,
    /// What `providers()` tells of.
    pub(super) registry: &'static Registry,
}

/// Evaluates; one for each thing that is evaluated, with a budget of its own.
pub(super) struct Evaluator<'a> {
    context: &'a DeploymentContext,
    parameters: &'a Map<String, Value>,
    variables: &'a Map<String, Value>,
    /// None for one that is being evaluated.
    known: HashMap<String, Option<Value>>,
    /// The names of the copy loops that run, and where they are.
    loops: Vec<(String, i64)>,
    resolver: &'a mut Resolver<'a>,
    /// Only while the values of parameters are made.
    pub(super) clock: Option<Millis>,
    made: usize,
    depth: usize,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(
        context: &'a DeploymentContext,
        parameters: &'a Map<String, Value>,
        variables: &'a Map<String, Value>,
        resolver: &'a mut Resolver<'a>,
    ) -> Self {
        Evaluator {
            context,
            parameters,
            variables,
            known: HashMap::new(),
            loops: Vec::new(),
            resolver,
            clock: None,
            made: 0,
            depth: 0,
        }
    }

    /// Within a copy loop.
    pub(super) fn at(mut self, iteration: Option<&(String, i64)>) -> Self {
        self.loops.extend(iteration.cloned());
        self
    }

    /// Everything in a value that is an expression, evaluated.
    pub(super) fn value(&mut self, value: &Value) -> Evaluated<Value> {
        Ok(match value {
            Value::String(text) => match expression::read(text)? {
                Text::Literal(literal) => {
                    self.spend(literal.len())?;
                    Value::String(literal)
                }
                Text::Expression(expression) => self.expression(&expression)?,
            },
            Value::Array(items) => {
                self.spend(items.len())?;
                Value::Array(
                    items
                        .iter()
                        .map(|item| self.value(item))
                        .collect::<Evaluated<_>>()?,
                )
            }
            Value::Object(members) => Value::Object(self.object(members)?),
            other => other.clone(),
        })
    }

    /// As [`Evaluator::value`], and what is not known yet stays the expression that it is.
    pub(super) fn open_value(&mut self, value: &Value) -> Evaluated<Value> {
        Ok(match value {
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.open_value(item))
                    .collect::<Evaluated<_>>()?,
            ),
            Value::Object(members) if !has_copies(members) => {
                let mut result = Map::new();
                for (name, value) in members {
                    result.insert(self.key(name)?, self.open_value(value)?);
                }
                Value::Object(result)
            }
            other => match self.value(other) {
                Err(EvaluationError::Unknown) => other.clone(),
                found => found?,
            },
        })
    }

    pub(super) fn object(&mut self, members: &Map<String, Value>) -> Evaluated<Map<String, Value>> {
        self.spend(members.len())?;
        let mut result = Map::new();
        for (name, value) in members {
            if name.eq_ignore_ascii_case("copy") && has_copies(members) {
                for copy in value.as_array().into_iter().flatten() {
                    let (name, items) = self.copy(copy)?;
                    result.insert(name, Value::Array(items));
                }
                continue;
            }
            let name = self.key(name)?;
            result.insert(name, self.value(value)?);
        }
        Ok(result)
    }

    /// The name of a member may be an expression, too.
    fn key(&mut self, name: &str) -> Evaluated<String> {
        match self.value(&Value::String(name.to_owned()))? {
            Value::String(name) => Ok(name),
            _ => Err(EvaluationError::Invalid(format!(
                "The name of a property is not a string: '{name}'."
            ))),
        }
    }

    /// `{name, count, input}` of a property or a variable.
    fn copy(&mut self, copy: &Value) -> Evaluated<(String, Vec<Value>)> {
        let part = |name: &str| {
            copy.as_object()
                .and_then(|copy| member(copy, name))
                .ok_or_else(|| format!("A 'copy' lacks '{name}'."))
        };
        let name = to_text(&self.value(part("name")?)?);
        let input = part("input")?;
        let count = self.count(part("count")?)?;
        let mut items = Vec::new();
        for index in 0..count {
            self.loops.push((name.clone(), index));
            let item = self.value(input);
            self.loops.pop();
            items.push(item?);
        }
        Ok((name, items))
    }

    /// How often a copy loop runs.
    pub(super) fn count(&mut self, count: &Value) -> Evaluated<i64> {
        match self.value(count)?.as_i64() {
            Some(count) if (0..=MAX_COPIES).contains(&count) => Ok(count),
            _ => Err(EvaluationError::Invalid(format!(
                "The copy count must be an integer of 0 to {MAX_COPIES}. Please see https://aka.ms/arm-resource-loops for usage details."
            ))),
        }
    }

    fn spend(&mut self, size: usize) -> Evaluated<()> {
        self.made = self.made.saturating_add(size + 1);
        if self.made > MAX_MADE {
            return Err(EvaluationError::Invalid(
                "The template makes more than an evaluation may make.".to_owned(),
            ));
        }
        Ok(())
    }

    /// What an expression stands for.
    pub(super) fn expression(&mut self, expression: &Expression) -> Evaluated<Value> {
        let value = match expression {
            Expression::Text(text) => json!(text),
            Expression::Number(number) => json!(number),
            Expression::Member(of, name) => {
                let of = self.expression(of)?;
                step(&of, &json!(name))?
            }
            Expression::Index(of, index) => {
                let of = self.expression(of)?;
                let index = self.expression(index)?;
                step(&of, &index)?
            }
            Expression::Call(name, arguments) => self.call(name, arguments)?,
        };
        self.spend(size(&value))?;
        Ok(value)
    }

    fn call(&mut self, name: &str, arguments: &[Expression]) -> Evaluated<Value> {
        let bare = match name.split_once('.') {
            Some((space, bare)) if space.eq_ignore_ascii_case("sys") => bare,
            _ => name,
        };
        let lower = bare.to_lowercase();
        // These look at their arguments only as far as they need to.
        match (lower.as_str(), arguments) {
            ("if", [condition, then, otherwise]) => {
                return match self.expression(condition)? {
                    Value::Bool(true) => self.expression(then),
                    Value::Bool(false) => self.expression(otherwise),
                    _ => Err(EvaluationError::Invalid(
                        "The template language function 'if' expects a boolean as its argument 1."
                            .to_owned(),
                    )),
                };
            }
            ("coalesce", [_, ..]) => {
                for argument in arguments {
                    let value = self.expression(argument)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                return Ok(Value::Null);
            }
            _ => {}
        }
        let values = arguments
            .iter()
            .map(|argument| self.expression(argument))
            .collect::<Evaluated<Vec<_>>>()?;
        let texts: Vec<Option<&str>> = values.iter().map(Value::as_str).collect();
        match (lower.as_str(), &texts[..]) {
            ("parameters", [Some(name)]) => self.parameter(name),
            ("variables", [Some(name)]) => self.variable(name),
            ("copyindex", []) => self.copy_index(None, 0),
            ("copyindex", [Some(name)]) => self.copy_index(Some(name), 0),
            ("copyindex", [None]) if values[0].is_i64() => {
                self.copy_index(None, values[0].as_i64().unwrap_or(0))
            }
            ("copyindex", [Some(name), None]) if values[1].is_i64() => {
                self.copy_index(Some(name), values[1].as_i64().unwrap_or(0))
            }
            ("resourcegroup", []) => self.context.group_body.clone().ok_or_else(|| {
                EvaluationError::Invalid(
                    "The template function 'RESOURCEGROUP' is not expected at this location: the deployment is not one of a resource group. Please see https://aka.ms/arm-template-expressions for usage details.".to_owned(),
                )
            }),
            ("subscription", []) => Ok(self.context.subscription_body.clone()),
            ("deployment", []) => Ok(self.context.deployment_body.clone()),
            ("environment", []) => Ok(self.context.environment_body.clone()),
            ("tenant", []) => Ok(self.context.tenant_body.clone()),
            ("resourceid", [_, ..]) => self.resource_id(&texts),
            ("subscriptionresourceid", [_, ..]) => self.subscription_resource_id(&texts),
            ("tenantresourceid", [Some(kind), names @ ..]) => {
                Ok(json!(format!("/providers/{}", pairs(kind, names)?)))
            }
            ("extensionresourceid", [Some(scope), Some(kind), names @ ..]) => {
                let scope = scope.trim_end_matches('/');
                Ok(json!(format!("{scope}/providers/{}", pairs(kind, names)?)))
            }
            ("providers", [Some(namespace)]) => provider(self.context.registry, namespace, None),
            ("providers", [Some(namespace), Some(kind)]) => provider(self.context.registry, namespace, Some(kind)),
            ("resourceinfo", [Some(symbol)]) => self
                .context
                .symbols
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(symbol))
                .map(|(_, info)| info.clone())
                .ok_or_else(|| not_defined(symbol)),
            ("reference", [Some(target), rest @ ..]) if rest.len() <= 2 => {
                let asked = ReferenceCall {
                    target: (*target).to_owned(),
                    api_version: rest.first().copied().flatten().map(str::to_owned),
                    full: match rest.get(1) {
                        None => false,
                        Some(Some(word)) if word.eq_ignore_ascii_case("full") => true,
                        Some(_) => {
                            return Err(EvaluationError::Invalid(
                                "The template language function 'reference' takes 'Full' as its argument 3, and nothing else.".to_owned(),
                            ));
                        }
                    },
                };
                (self.resolver)(&asked)
            }
            ("newguid", []) => match self.clock {
                Some(_) => Ok(json!(random::guid())),
                None => Err(only_in_defaults(bare)),
            },
            ("utcnow", [] | [Some(_)]) => {
                let now = self.clock.ok_or_else(|| only_in_defaults(bare))?;
                let format = texts.first().copied().flatten().unwrap_or("yyyyMMddTHHmmssZ");
                Ok(json!(time(now, format)?))
            }
            (
                "parameters" | "variables" | "copyindex" | "resourcegroup" | "subscription"
                | "deployment" | "environment" | "tenant" | "resourceid"
                | "subscriptionresourceid" | "tenantresourceid" | "extensionresourceid"
                | "resourceinfo" | "reference" | "providers" | "newguid" | "utcnow" | "if" | "coalesce",
                _,
            ) => Err(EvaluationError::Invalid(format!(
                "Unable to evaluate template language function '{bare}': the number or the types of its arguments are not right. Please see https://aka.ms/arm-functions/#{lower} for usage details."
            ))),
            _ => match functions::call(bare, &values) {
                Some(answer) => Ok(answer?),
                None => Err(EvaluationError::Invalid(functions::unknown(name))),
            },
        }
    }

    fn parameter(&self, name: &str) -> Evaluated<Value> {
        member(self.parameters, name).cloned().ok_or_else(|| {
            EvaluationError::Invalid(format!(
                "The template parameter '{name}' is not found. Please see https://aka.ms/arm-syntax-parameters for usage details."
            ))
        })
    }

    fn variable(&mut self, name: &str) -> Evaluated<Value> {
        let key = name.to_lowercase();
        match self.known.get(&key) {
            Some(Some(value)) => return Ok(value.clone()),
            Some(None) => {
                return Err(EvaluationError::Invalid(format!(
                    "The template variable '{name}' is defined by itself: a circular reference is not allowed."
                )));
            }
            None => {}
        }
        self.depth += 1;
        if self.depth > MAX_VARIABLE_DEPTH {
            return Err(EvaluationError::Invalid(format!(
                "The template variable '{name}' refers to others more than {MAX_VARIABLE_DEPTH} deep."
            )));
        }
        self.known.insert(key.clone(), None);
        // A variable knows nothing of the loop that it is used in.
        let loops = std::mem::take(&mut self.loops);
        let value = self.defined(name);
        self.loops = loops;
        self.depth -= 1;
        let value = value?;
        self.known.insert(key, Some(value.clone()));
        Ok(value)
    }

    fn defined(&mut self, name: &str) -> Evaluated<Value> {
        let variables = self.variables;
        if let Some(value) = member(variables, name).filter(|_| !name.eq_ignore_ascii_case("copy"))
        {
            return self.value(value);
        }
        // Those that are made by a loop.
        let copies = member(variables, "copy").and_then(Value::as_array);
        for copy in copies.into_iter().flatten() {
            let named = copy
                .as_object()
                .and_then(|copy| member(copy, "name"))
                .and_then(Value::as_str);
            if named.is_some_and(|named| named.eq_ignore_ascii_case(name)) {
                return Ok(Value::Array(self.copy(copy)?.1));
            }
        }
        Err(EvaluationError::Invalid(format!(
            "The template variable '{name}' is not found. Please see https://aka.ms/arm-syntax-variables for usage details."
        )))
    }

    fn copy_index(&self, name: Option<&str>, offset: i64) -> Evaluated<Value> {
        let found = match name {
            None => self.loops.last(),
            Some(name) => self
                .loops
                .iter()
                .rev()
                .find(|(known, _)| known.eq_ignore_ascii_case(name)),
        };
        let index = found.and_then(|(_, index)| index.checked_add(offset));
        index.map(|index| json!(index)).ok_or_else(|| {
            EvaluationError::Invalid(
                "The template function 'copyIndex' is not expected at this location. The function can only be used in a resource with copy specified. Please see https://aka.ms/arm-resource-loops for usage details.".to_owned(),
            )
        })
    }

    /// `resourceId([subscription], [group], type, name, …)`: the type is what has a slash.
    fn resource_id(&self, arguments: &[Option<&str>]) -> Evaluated<Value> {
        let wrong = || wrong_id("resourceId");
        let at = arguments
            .iter()
            .position(|argument| argument.is_some_and(|text| text.contains('/')))
            .filter(|at| *at <= 2)
            .ok_or_else(wrong)?;
        let kind = arguments[at].ok_or_else(wrong)?;
        let names = pairs(kind, &arguments[at + 1..])?;
        let (subscription, group) = match arguments[..at] {
            [] => (None, None),
            [Some(one)] if random::is_guid(one) && self.context.group.is_none() => {
                (Some(one), None)
            }
            [Some(group)] => (None, Some(group)),
            [Some(subscription), Some(group)] => (Some(subscription), Some(group)),
            _ => return Err(wrong()),
        };
        let subscription = subscription.unwrap_or(&self.context.subscription);
        let group = group.or(self.context.group.as_deref());
        Ok(json!(match group {
            Some(group) =>
                format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{names}"),
            None => format!("/subscriptions/{subscription}/providers/{names}"),
        }))
    }

    fn subscription_resource_id(&self, arguments: &[Option<&str>]) -> Evaluated<Value> {
        let wrong = || wrong_id("subscriptionResourceId");
        let (subscription, kind, names) = match arguments {
            [Some(kind), names @ ..] if kind.contains('/') => {
                (self.context.subscription.as_str(), kind, names)
            }
            [Some(subscription), Some(kind), names @ ..] => (*subscription, kind, names),
            _ => return Err(wrong()),
        };
        Ok(json!(format!(
            "/subscriptions/{subscription}/providers/{}",
            pairs(kind, names)?
        )))
    }
}

/// Whether a `copy` among the members is a list of loops over properties.
fn has_copies(members: &Map<String, Value>) -> bool {
    member(members, "copy")
        .and_then(Value::as_array)
        .is_some_and(|copies| {
            !copies.is_empty()
                && copies.iter().all(|copy| {
                    copy.as_object().is_some_and(|copy| {
                        ["name", "count", "input"]
                            .iter()
                            .all(|part| member(copy, part).is_some())
                    })
                })
        })
}

fn wrong_id(function: &str) -> EvaluationError {
    EvaluationError::Invalid(format!(
        "Unable to evaluate template language function '{function}': the type is to have a namespace, and there is to be a name for each segment of the type. Please see https://aka.ms/arm-functions/#{} for usage details.",
        function.to_lowercase()
    ))
}

/// `A.B/c/d` and two names make `A.B/c/name/d/name`.
fn pairs(kind: &str, names: &[Option<&str>]) -> Evaluated<String> {
    let mut segments = kind.split('/');
    let mut id = segments.next().unwrap_or_default().to_owned();
    let kinds: Vec<&str> = segments.collect();
    if kinds.is_empty() || kinds.len() != names.len() {
        return Err(wrong_id("resourceId"));
    }
    for (kind, name) in kinds.into_iter().zip(names) {
        let name = name.ok_or_else(|| wrong_id("resourceId"))?;
        id.push_str(&format!("/{kind}/{name}"));
    }
    Ok(id)
}

/// What `providers()` tells of a namespace, or of one of its types.
fn provider(registry: &Registry, namespace: &str, kind: Option<&str>) -> Evaluated<Value> {
    let none = || {
        EvaluationError::Invalid(format!(
            "The template function 'providers' finds no '{namespace}{}{}' in the emulator.",
            if kind.is_some() { "/" } else { "" },
            kind.unwrap_or_default()
        ))
    };
    let namespace = registry
        .namespaces()
        .find(|known| known.eq_ignore_ascii_case(namespace))
        .ok_or_else(none)?;
    let locations: Vec<&str> = LOCATIONS.iter().map(|(_, display)| *display).collect();
    let mut types = registry
        .resource_types(namespace)
        .into_iter()
        .map(|(kind, versions)| {
            json!({
                "resourceType": kind,
                "locations": locations,
                "apiVersions": versions.iter().rev().collect::<Vec<_>>(),
            })
        });
    match kind {
        None => Ok(json!({
            "namespace": namespace,
            "resourceTypes": types.collect::<Vec<_>>(),
        })),
        Some(kind) => types
            .find(|one| {
                one["resourceType"]
                    .as_str()
                    .is_some_and(|known| known.eq_ignore_ascii_case(kind))
            })
            .ok_or_else(none),
    }
}

pub(super) fn not_defined(name: &str) -> EvaluationError {
    EvaluationError::Invalid(format!(
        "The resource '{name}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage details."
    ))
}

fn only_in_defaults(function: &str) -> EvaluationError {
    EvaluationError::Invalid(format!(
        "The template function '{function}' is not expected at this location: it can be used in the default values of parameters only."
    ))
}

fn step(of: &Value, key: &Value) -> Evaluated<Value> {
    element(of, key).cloned().ok_or_else(|| {
        EvaluationError::Invalid(match (of, key) {
            (Value::Object(members), Value::String(name)) => format!(
                "The language expression property '{name}' doesn't exist, available properties are '{}'.",
                members.keys().cloned().collect::<Vec<_>>().join(", ")
            ),
            (Value::Array(items), Value::Number(index)) => format!(
                "The language expression property array index '{index}' is out of bounds: the array has {} items.",
                items.len()
            ),
            _ => format!(
                "The language expression property '{}' can't be evaluated: what it is looked for in is neither an object nor an array of that kind.",
                to_text(key)
            ),
        })
    })
}

/// About how much memory a value takes.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| 1 + size(item)).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| 1 + name.len() + size(value))
            .sum(),
        _ => 1,
    }
}

/// A time in one of .NET's formats: runs of `yMdHms`, everything else is itself.
fn time(now: Millis, format: &str) -> Evaluated<String> {
    let iso = iso_time(now);
    let part = |from: usize, to: usize| iso.get(from..to).unwrap_or_default().to_owned();
    match format {
        "u" => return Ok(format!("{} {}Z", part(0, 10), part(11, 19))),
        "d" => return Ok(format!("{}/{}/{}", part(5, 7), part(8, 10), part(0, 4))),
        _ => {}
    }
    let mut text = String::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        let mut run = 1;
        while rest.next_if_eq(&c).is_some() {
            run += 1;
        }
        match (c, run) {
            ('y', 4) => text.push_str(&part(0, 4)),
            ('y', 2) => text.push_str(&part(2, 4)),
            ('M', 2) => text.push_str(&part(5, 7)),
            ('d', 2) => text.push_str(&part(8, 10)),
            ('H', 2) => text.push_str(&part(11, 13)),
            ('m', 2) => text.push_str(&part(14, 16)),
            ('s', 2) => text.push_str(&part(17, 19)),
            ('f', 1..=3) => text.push_str(&part(20, 20 + run)),
            (c, _) if !c.is_ascii_alphabetic() || c == 'T' || c == 'Z' => {
                text.extend(std::iter::repeat_n(c, run));
            }
            _ => {
                return Err(EvaluationError::Invalid(format!(
                    "The format '{format}' of the template function 'utcNow' is not supported by the emulator."
                )));
            }
        }
    }
    Ok(text)
}

/// Calls `seen` with every call of a function in a value.
pub(super) fn calls(
    value: &Value,
    seen: &mut dyn FnMut(&str, &[Expression]),
) -> Result<(), String> {
    fn within(expression: &Expression, seen: &mut dyn FnMut(&str, &[Expression])) {
        match expression {
            Expression::Text(_) | Expression::Number(_) => {}
            Expression::Member(of, _) => within(of, seen),
            Expression::Index(of, index) => {
                within(of, seen);
                within(index, seen);
            }
            Expression::Call(name, arguments) => {
                seen(name, arguments);
                for argument in arguments {
                    within(argument, seen);
                }
            }
        }
    }
    match value {
        Value::String(text) => {
            if let Text::Expression(expression) = expression::read(text)? {
                within(&expression, seen);
            }
        }
        Value::Array(items) => {
            for item in items {
                calls(item, seen)?;
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                calls(&Value::String(name.clone()), seen)?;
                calls(value, seen)?;
            }
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    use crate::arm::route::{Provider, Route, Versions, route};
    use crate::base::http::Reply;

    const ROUTES: &[Route] = &[route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines",
        |_, _| Ok(Reply::empty(200)),
        Versions::Dated,
    )];
    static PROVIDERS: [Provider; 1] = [Provider {
        routes: &[ROUTES],
        ..Provider::NOTHING
    }];
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new(&PROVIDERS));

    fn context() -> DeploymentContext {
        DeploymentContext {
            subscription: "s".to_owned(),
            group: Some("g".to_owned()),
            subscription_body: json!({"subscriptionId": "s"}),
            group_body: Some(json!({"location": "eastus"})),
            deployment_body: json!({"name": "d"}),
            environment_body: json!({}),
            tenant_body: json!({}),
            symbols: HashMap::new(),
            registry: &REGISTRY,
        }
    }

    fn of(value: Value) -> Evaluated<Value> {
        let parameters = json!({"Name": "abc", "list": [1, {"a": "b"}]});
        let variables = json!({
            "one": "[concat(parameters('name'), '-1')]",
            "two": {"in": "[variables('ONE')]"},
            "copy": [{"name": "many", "count": 2, "input": "[copyIndex('many', 5)]"}],
        });
        let context = context();
        let mut resolver = |asked: &ReferenceCall| match asked.target.as_str() {
            "there" => Ok(json!({"full": asked.full, "version": asked.api_version})),
            _ => Err(EvaluationError::Unknown),
        };
        Evaluator::new(
            &context,
            parameters.as_object().unwrap(),
            variables.as_object().unwrap(),
            &mut resolver,
        )
        .at(Some(&("loop".to_owned(), 7)))
        .value(&value)
    }

    #[test]
    fn values() {
        for (given, wanted) in [
            (json!("plain"), json!("plain")),
            (json!("[[not]"), json!("[not]")),
            (json!("[PARAMETERS('NAME')]"), json!("abc")),
            (json!("[parameters('list')[1].A]"), json!("b")),
            (json!("[parameters('list')[sub(1, 1)]]"), json!(1)),
            (json!("[variables('two').in]"), json!("abc-1")),
            (json!("[variables('many')]"), json!([5, 6])),
            (json!("[copyIndex()]"), json!(7)),
            (json!("[copyIndex('loop', 1)]"), json!(8)),
            (json!("[sys.concat('a', 'b')]"), json!("ab")),
            // What is not chosen is not looked at.
            (json!("[if(true(), 'a', div(1, 0))]"), json!("a")),
            (json!("[coalesce(null(), 'a', div(1, 0))]"), json!("a")),
            (json!("[resourceGroup().location]"), json!("eastus")),
            (
                json!("[providers('microsoft.compute', 'virtualmachines').apiVersions[0]]"),
                json!("2026-04-01"),
            ),
            (json!("[subscription().subscriptionId]"), json!("s")),
            (
                json!("[resourceId('A.B/c/d', 'e', 'f')]"),
                json!("/subscriptions/s/resourceGroups/g/providers/A.B/c/e/d/f"),
            ),
            (
                json!("[resourceId('other', 'A.B/c', 'e')]"),
                json!("/subscriptions/s/resourceGroups/other/providers/A.B/c/e"),
            ),
            (
                json!("[resourceId('x', 'other', 'A.B/c', 'e')]"),
                json!("/subscriptions/x/resourceGroups/other/providers/A.B/c/e"),
            ),
            (
                json!("[subscriptionResourceId('A.B/c', 'e')]"),
                json!("/subscriptions/s/providers/A.B/c/e"),
            ),
            (
                json!("[tenantResourceId('A.B/c', 'e')]"),
                json!("/providers/A.B/c/e"),
            ),
            (
                json!("[extensionResourceId('/x/', 'A.B/c', 'e')]"),
                json!("/x/providers/A.B/c/e"),
            ),
            (
                json!("[reference('there', '2020-01-01', 'full')]"),
                json!({"full": true, "version": "2020-01-01"}),
            ),
            (
                json!({"[parameters('name')]": ["[copyIndex()]"], "copy": [
                    {"name": "l", "count": 2, "input": {"i": "[copyIndex('l')]", "o": "[copyIndex('loop')]"}},
                ]}),
                json!({"abc": [7], "l": [{"i": 0, "o": 7}, {"i": 1, "o": 7}]}),
            ),
            // An object that only looks like a loop is an object.
            (
                json!({"copy": {"name": "x"}}),
                json!({"copy": {"name": "x"}}),
            ),
        ] {
            assert_eq!(of(given.clone()), Ok(wanted), "{given}");
        }
    }

    #[test]
    fn what_has_no_value() {
        for (given, part) in [
            ("[parameters('none')]", "parameter 'none' is not found"),
            ("[variables('none')]", "variable 'none' is not found"),
            ("[parameters('list')[2]]", "out of bounds"),
            ("[parameters('list')[1].c]", "available properties are 'a'"),
            ("[parameters('name').x]", "'x' can't be evaluated"),
            ("[copyIndex('none')]", "copyIndex"),
            ("[if('a', 1, 2)]", "boolean"),
            ("[resourceId('A.B/c')]", "resourceId"),
            ("[resourceId('A.B', 'x')]", "resourceId"),
            ("[resourceId('a', 'b', 'c', 'A.B/c', 'x')]", "resourceId"),
            ("[reference('there', '2020-01-01', 'half')]", "'Full'"),
            ("[parameters()]", "arguments"),
            (
                "[providers('Microsoft.Compute', 'nonsense')]",
                "'Microsoft.Compute/nonsense'",
            ),
            ("[newGuid()]", "default values"),
            ("[utcNow('u')]", "default values"),
            ("[nonsense.concat('a')]", "is not valid"),
        ] {
            match of(json!(given)) {
                Err(EvaluationError::Invalid(problem)) => {
                    assert!(problem.contains(part), "{given}: {problem}")
                }
                other => panic!("{given}: {other:?}"),
            }
        }
        assert_eq!(
            of(json!("[reference('x').y]")),
            Err(EvaluationError::Unknown)
        );
    }

    #[test]
    fn times() {
        // 2024-02-29T23:59:59.007Z
        let time = |format: &str| time(1_709_251_199_007, format);
        for (format, wanted) in [
            ("yyyyMMddTHHmmssZ", "20240229T235959Z"),
            ("yyyy-MM-dd HH:mm:ss.fff", "2024-02-29 23:59:59.007"),
            ("u", "2024-02-29 23:59:59Z"),
            ("d", "02/29/2024"),
        ] {
            assert_eq!(time(format), Ok(wanted.to_owned()));
        }
        assert!(time("dddd").is_err());
    }
}
