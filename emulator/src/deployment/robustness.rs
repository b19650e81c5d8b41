//! Templates that mean harm, or nothing at all: they end with an error, and never with a panic, the
//! memory or the stack.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::evaluate::{DeploymentContext, Evaluator, no_references};
use super::expression;
use super::functions;
use super::parameters;
use super::plan;
use super::template::Template;
use crate::arm::route::Registry;

fn context() -> DeploymentContext {
    DeploymentContext {
        subscription: "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e".to_owned(),
        group: Some("g".to_owned()),
        subscription_body: json!({"id": "/subscriptions/s"}),
        group_body: Some(json!({"location": "eastus", "id": "/g"})),
        deployment_body: json!({"name": "d"}),
        environment_body: json!({}),
        tenant_body: json!({}),
        symbols: Default::default(),
        registry: Registry::empty(),
    }
}

/// A template with these variables and one resource of that name.
fn template(variables: Value, name: &str) -> Value {
    json!({
        "$schema": "https://x/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "variables": variables,
        "resources": [{"type": "A.B/c", "apiVersion": "2020-01-01", "name": name}],
    })
}

/// What planning a template comes to: nothing, or what is wrong.
fn plan(template: &Value) -> Result<usize, String> {
    let read = Template::read(template).map_err(|e| e.body.message)?;
    let parameters = parameters::values(&read, None, &context(), 0).map_err(|e| e.body.message)?;
    let (plan, _) = plan::plan(&read, &context(), &parameters).map_err(|e| e.body.message)?;
    Ok(plan.len())
}

#[test]
fn what_grows_without_end_is_stopped() {
    // Each variable is twice the one before.
    let mut doubled = json!({"v0": "x"});
    for at in 1..60 {
        doubled[format!("v{at}")] = json!(format!(
            "[concat(variables('v{0}'), variables('v{0}'))]",
            at - 1
        ));
    }
    let mut nested = json!({"v0": ["x"]});
    for at in 1..60 {
        nested[format!("v{at}")] = json!(format!(
            "[createArray(variables('v{0}'), variables('v{0}'))]",
            at - 1
        ));
    }
    let mut chain = json!({"v0": "x"});
    for at in 1..250 {
        chain[format!("v{at}")] = json!(format!("[variables('v{}')]", at - 1));
    }
    let copies = json!({"v1": {"copy": [{"name": "a", "count": 800, "input": {
        "copy": [{"name": "b", "count": 800, "input": {
            "copy": [{"name": "c", "count": 800, "input": "x"}],
        }}],
    }}]}});
    for (variables, name, part) in [
        (
            doubled,
            "[variables('v59')]",
            "more than an evaluation may make",
        ),
        (
            nested,
            "[string(variables('v59'))]",
            "more than an evaluation may make",
        ),
        (chain, "[variables('v249')]", "deep"),
        (
            copies,
            "[string(variables('v1'))]",
            "more than an evaluation may make",
        ),
        (
            json!({"a": "[variables('b')]", "b": "[variables('a')]"}),
            "[variables('a')]",
            "circular",
        ),
        (json!({}), "[string(range(0, 10001))]", "count"),
    ] {
        let error = plan(&template(variables, name)).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    let mut many = template(json!({}), "a");
    many["resources"][0]["copy"] = json!({"name": "l", "count": 801});
    assert!(plan(&many).unwrap_err().contains("copy count"));
    many["resources"] = json!(vec![many["resources"][0].clone(); 2]);
    many["resources"][0]["copy"]["count"] = json!(800);
    many["resources"][0]["name"] = json!("[string(copyIndex())]");
    many["resources"][1]["copy"]["count"] = json!(1);
    assert!(plan(&many).unwrap_err().contains("more than 800"));
    let mut inside = json!({"type": "c", "apiVersion": "2020-01-01", "name": "a"});
    for _ in 0..30 {
        inside =
            json!({"type": "c", "apiVersion": "2020-01-01", "name": "a", "resources": [inside]});
    }
    many["resources"] = json!([inside]);
    many["resources"][0]["type"] = json!("A.B/c");
    assert!(plan(&many).unwrap_err().contains("too deep"));
}

/// Strings that look like expressions.
fn expressions() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "[",
        "]",
        "(",
        ")",
        "'",
        "''",
        ",",
        ".",
        " ",
        "parameters",
        "variables",
        "concat",
        "format",
        "if",
        "copyIndex",
        "reference",
        "resourceId",
        "substring",
        "range",
        "split",
        "'a'",
        "'{0}'",
        "'{'",
        "0",
        "-1",
        "9223372036854775807",
        "true()",
        "null()",
        "é",
        "\u{0}",
        "createObject",
        "json",
        "uri",
        "padLeft",
        "items",
        "utcNow",
        "newGuid",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|parts| format!("[{}]", parts.concat()))
}

/// Any JSON, with such strings in it.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        expressions().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![
            Just("copy".to_owned()),
            Just("name".to_owned()),
            Just("count".to_owned()),
            Just("input".to_owned()),
            Just("type".to_owned()),
            Just("value".to_owned()),
            ".{0,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

const FUNCTIONS: &[&str] = &[
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "min",
    "max",
    "int",
    "float",
    "string",
    "bool",
    "json",
    "array",
    "createArray",
    "createObject",
    "and",
    "or",
    "not",
    "equals",
    "greater",
    "less",
    "concat",
    "format",
    "toLower",
    "toUpper",
    "trim",
    "padLeft",
    "replace",
    "split",
    "join",
    "startsWith",
    "endsWith",
    "indexOf",
    "lastIndexOf",
    "substring",
    "take",
    "skip",
    "length",
    "empty",
    "first",
    "last",
    "contains",
    "union",
    "intersection",
    "range",
    "flatten",
    "items",
    "objectKeys",
    "shallowMerge",
    "tryGet",
    "base64",
    "base64ToString",
    "base64ToJson",
    "guid",
    "uniqueString",
    "uri",
    "uriComponent",
    "uriComponentToString",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in ".*", expression in expressions()) {
        let _ = expression::read(&text);
        let _ = expression::read(&format!("[{text}]"));
        let _ = expression::read(&expression);
    }

    #[test]
    fn any_call_is_answered(
        name in prop::sample::select(FUNCTIONS),
        arguments in prop::collection::vec(values(), 0..4),
    ) {
        prop_assert!(functions::call(name, &arguments).is_some());
    }

    #[test]
    fn any_value_is_evaluated(value in values(), variables in values()) {
        let context = context();
        let parameters = Map::new();
        let variables = variables.as_object().cloned().unwrap_or_default();
        let mut none = no_references;
        let _ = Evaluator::new(&context, &parameters, &variables, &mut none).value(&value);
    }

    #[test]
    fn any_template_is_planned(
        parameters in values(),
        variables in values(),
        resource in values(),
        outputs in values(),
    ) {
        let mut whole = json!({
            "$schema": "https://x/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": parameters,
            "variables": variables,
            "resources": [resource, {
                "type": "A.B/c", "apiVersion": "2020-01-01", "name": "n", "properties": resource,
                "dependsOn": outputs, "condition": parameters,
            }],
            "outputs": outputs,
        });
        let _ = plan(&whole);
        whole["languageVersion"] = json!("2.0");
        whole["resources"] = resource;
        let _ = plan(&whole);
    }
}
