//! Errors as Azure's services write them, in all the forms that are seen: ARM's envelope and none,
//! capital letters, numbers as codes, details that are objects or texts, OData and OAuth forms,
//! nulls, JSON inside of messages. Sources: the Azure REST API guidelines, "Handling errors", and
//! the answers of services that differ from them.
//!
//! A level is read at a time and without recursion into what is not needed, so that no body can
//! exhaust the stack, and a body of any size costs little.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use super::text::{abbreviate, one_line, truncated};

/// An error, with what lies behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ArmError {
    /// Azure's code; empty where a detail has none.
    pub(crate) code: String,
    /// The sentence that goes with it, on one line.
    pub(crate) message: String,
    /// Errors behind this one, and what else is said of it.
    pub(crate) details: Vec<ArmError>,
}

/// How many errors are read of one body, and how deep.
const MOST: usize = 50;
const DEEPEST: usize = 12;

/// The longest message, in characters. More is in the raw answer.
const LONGEST: usize = 4000;

/// The members of an object by their names in lower case; those that are null are not there.
type Members<'a> = HashMap<String, &'a RawValue>;

impl ArmError {
    /// Reads the error that a body holds.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut reader = Reader { left: MOST };
        reader.body(text.trim_start_matches('\u{feff}').trim())
    }

    /// The message, with those of the details that say something else.
    pub(crate) fn summary(&self) -> String {
        let mut text = self.message.clone();
        for detail in &self.details {
            let more = detail.summary();
            if !more.is_empty() && more != self.code && !text.contains(&more) {
                let space = if text.is_empty() { "" } else { " " };
                text = format!("{}{space}{more}", ended(text));
            }
        }
        match text.is_empty() {
            true => self.code.clone(),
            false => truncated(&text, LONGEST),
        }
    }

    /// This error and all behind it, the outer ones first.
    pub(crate) fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(one) = all.get(next).copied() {
            all.extend(&one.details);
            next += 1;
        }
        all
    }

    fn fact(message: String) -> Self {
        Self {
            message,
            ..Self::default()
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads what a budget allows.
struct Reader {
    left: usize,
}

impl Reader {
    fn body(&mut self, text: &str) -> Option<ArmError> {
        if text.starts_with('<') {
            return xml(text);
        }
        if text.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            return items.first().and_then(|first| self.object(first.get(), 0));
        }
        self.object(text, 0)
    }

    /// The error that an object holds under a name for it, or is itself.
    fn object(&mut self, text: &str, depth: usize) -> Option<ArmError> {
        let members = members(text)?;
        for name in ["error", "odata.error", "fault"] {
            let Some(inner) = members.get(name) else {
                continue;
            };
            if is_object(inner) {
                return Some(self.error(inner.get(), depth)).filter(|error| !error.is_empty());
            }
            // OAuth's form: the code is a text, and its description lies beside it.
            let error = ArmError {
                code: text_of(inner).map_or_else(String::new, |code| code_of(&code)),
                message: message_of(&members).unwrap_or_default(),
                details: Vec::new(),
            };
            return Some(error).filter(|error| !error.is_empty());
        }
        let is_error = ["code", "errorcode", "error_code", "message", "errors"]
            .iter()
            .any(|name| members.contains_key(*name));
        is_error.then(|| self.of(&members, depth))
    }

    fn error(&mut self, text: &str, depth: usize) -> ArmError {
        members(text).map_or_else(ArmError::default, |members| self.of(&members, depth))
    }

    fn of(&mut self, members: &Members<'_>, depth: usize) -> ArmError {
        let mut error = ArmError {
            code: ["code", "errorcode", "error_code"]
                .iter()
                .find_map(|name| text_of(members.get(*name)?))
                .map(|code| code_of(&code))
                .unwrap_or_default(),
            message: message_of(members).unwrap_or_default(),
            details: Vec::new(),
        };
        if depth >= DEEPEST {
            return error;
        }
        self.unfold(&mut error, depth);
        for name in ["details", "errors", "innererror", "errorentity"] {
            if let Some(details) = members.get(name) {
                self.details(details, depth, &mut error.details);
            }
        }
        if let Some(info) = members.get("additionalinfo") {
            self.additional(info, &mut error.details);
        }
        error
    }

    /// A message that is itself JSON: the error in it is a detail, and anything else says nothing
    /// to a reader.
    fn unfold(&mut self, error: &mut ArmError, depth: usize) {
        if !error.message.starts_with('{') {
            return;
        }
        if let Some(inner) = self.object(&error.message, depth + 1) {
            error.message.clear();
            error.details.push(inner);
        } else if serde_json::from_str::<&RawValue>(&error.message).is_ok() {
            error.message.clear();
        }
    }

    /// Details are a list, an object or a text; so are the items of the list.
    fn details(&mut self, details: &RawValue, depth: usize, into: &mut Vec<ArmError>) {
        for item in list(details) {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let read = match members(item.get()) {
                Some(members) if has_error(&members) => self.of(&members, depth + 1),
                Some(members) => ArmError::fact(line(&facts(&members))),
                None => ArmError::fact(text_of(item).map_or_else(String::new, |t| line(&t))),
            };
            if !read.is_empty() {
                into.push(read);
            }
        }
    }

    /// What a service adds: which policy refused, or anything else.
    fn additional(&mut self, info: &RawValue, into: &mut Vec<ArmError>) {
        for item in list(info) {
            let Some(members) = members(item.get()).filter(|_| self.left > 0) else {
                continue;
            };
            self.left -= 1;
            let kind = members.get("type").and_then(|kind| text_of(kind));
            let Some(info) = members.get("info") else {
                continue;
            };
            let told = match kind.as_deref() {
                Some("PolicyViolation") => policy(info.get()),
                _ => None,
            };
            let told = told.or_else(|| {
                let text = text_of(info)?;
                Some(format!("{}: {text}", kind.as_deref().unwrap_or("More")))
            });
            into.extend(told.map(|told| ArmError::fact(line(&told))));
        }
    }
}

/// Which policy assignment refused, by which definition, and what it found. Source: Azure Policy's
/// documentation, "Understand policy effects: Deny".
fn policy(info: &str) -> Option<String> {
    let members = members(info)?;
    let text = |name: &str| members.get(name).and_then(|value| text_of(value));
    let named = |what: &str| {
        let id = text(&format!("policy{what}id"));
        let name = text(&format!("policy{what}displayname")).or(text(&format!("policy{what}name")));
        match (name, id) {
            (Some(name), Some(id)) => Some(format!("'{name}' ({id})")),
            (name, id) => name.or(id).map(|one| format!("'{one}'")),
        }
    };
    let mut told = format!("Policy assignment {}", named("assignment")?);
    if let Some(definition) = named("definition") {
        told.push_str(&format!(" with policy definition {definition}"));
    }
    told.push_str(" denies it");
    let evaluated = members
        .get("evaluationdetails")
        .map_or_else(Vec::new, |details| expressions(details.get()));
    if !evaluated.is_empty() {
        told.push_str(&format!(": {}", evaluated.join("; ")));
    }
    told.push('.');
    Some(told)
}

/// "location is 'eastus', operator NotIn, target [\"westeurope\"]" for each expression.
fn expressions(details: &str) -> Vec<String> {
    let Some(all) = members(details).and_then(|m| m.get("evaluatedexpressions").copied()) else {
        return Vec::new();
    };
    let expression = |item: &RawValue| {
        let members = members(item.get())?;
        let shown = |name: &str| {
            let value = members.get(name)?;
            Some(text_of(value).unwrap_or_else(|| abbreviate(value.get())))
        };
        let field = shown("path").or_else(|| shown("expression"))?;
        let value = shown("expressionvalue").unwrap_or_default();
        let rule = match (shown("operator"), shown("targetvalue")) {
            (Some(operator), Some(target)) => format!(" ({operator} {target})"),
            _ => String::new(),
        };
        Some(format!("{field} is '{value}'{rule}"))
    };
    list(all)
        .into_iter()
        .take(10)
        .filter_map(expression)
        .collect()
}

fn members(text: &str) -> Option<Members<'_>> {
    if !text.starts_with('{') {
        return None;
    }
    let all: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_str(text).ok()?;
    let given = all.into_iter().filter(|(_, value)| value.get() != "null");
    Some(
        given
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect(),
    )
}

/// A text on one line. As much of it is looked at as can be shown, and more where it has many spaces.
fn line(text: &str) -> String {
    one_line(&truncated(text, 4 * LONGEST))
}

/// A code goes into error ids and logs.
fn code_of(text: &str) -> String {
    abbreviate(&line(text))
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}

/// The items of a list, or the one that stands in its place.
fn list(value: &RawValue) -> Vec<&RawValue> {
    match value.get().starts_with('[') {
        true => serde_json::from_str(value.get()).unwrap_or_default(),
        false => vec![value],
    }
}

fn has_error(members: &Members<'_>) -> bool {
    [
        "code",
        "errorcode",
        "message",
        "errormessage",
        "details",
        "innererror",
        "errorentity",
    ]
    .iter()
    .any(|name| members.contains_key(*name))
}

/// "name: value" for each member that is a text or a number, in the order of their names.
fn facts(members: &Members<'_>) -> String {
    let mut facts: Vec<_> = members
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", text_of(value)?)))
        .collect();
    facts.sort();
    facts.join(", ")
}

fn message_of(members: &Members<'_>) -> Option<String> {
    const NAMES: [&str; 5] = [
        "message",
        "errormessage",
        "error_description",
        "description",
        "detail",
    ];
    let text = NAMES.iter().find_map(|name| {
        let value = members.get(*name)?;
        // OData's form: {"lang": "en", "value": "…"}.
        let inner = self::members(value.get()).and_then(|inner| inner.get("value").copied());
        text_of(inner.unwrap_or(value))
    });
    Some(truncated(&line(&text?), LONGEST))
}

/// A text, or a number as it is written.
fn text_of(value: &RawValue) -> Option<String> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(text.to_owned()),
    }
}

/// `<Error><Code>…</Code><Message>…</Message></Error>`, as Azure Storage answers.
fn xml(text: &str) -> Option<ArmError> {
    let between = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let (inner, _) = rest.split_once(&format!("</{name}>"))?;
        Some(truncated(&line(inner), LONGEST)).filter(|inner| !inner.contains('<'))
    };
    Some(ArmError {
        code: between("Code")?,
        message: between("Message").unwrap_or_default(),
        details: Vec::new(),
    })
}

/// With an end, where something follows.
fn ended(text: String) -> String {
    match text.is_empty() || text.ends_with(['.', '!', '?', ':', '…']) {
        true => text,
        false => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(body: Value) -> ArmError {
        ArmError::read(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn nulls_are_absent() {
        let error = read(json!({"error": {
            "code": "InvalidParameter", "message": "No.", "target": null, "details": null,
            "innererror": null, "additionalInfo": null,
        }}));
        assert_eq!(
            (error.code.as_str(), error.summary().as_str()),
            ("InvalidParameter", "No.")
        );
    }

    #[test]
    fn other_forms_are_read() {
        let cases = [
            (
                json!({"Code": "Conflict", "Message": "Busy.", "Details": [
                    {"Message": "Busy."}, {"Code": "Conflict"},
                    {"ErrorEntity": {"Code": "Conflict", "Message": "x", "ExtendedCode": "59203"}},
                ], "Innererror": null}),
                ("Conflict", "Busy. x"),
            ),
            (
                json!({"odata.error": {"code": "Request_BadRequest",
                    "message": {"lang": "en", "value": "Invalid object identifier."}}}),
                ("Request_BadRequest", "Invalid object identifier."),
            ),
            (
                json!({"error": {"code": 400, "message": "numbers as codes"}}),
                ("400", "numbers as codes"),
            ),
            (
                json!({"error": "invalid_request", "error_description": "texts as errors"}),
                ("invalid_request", "texts as errors"),
            ),
            (
                json!({"error": {"code": "BadRequest", "message": "It failed",
                    "details": {"reason": "x"}}}),
                ("BadRequest", "It failed. reason: x"),
            ),
            (
                json!({"error": {"code": "BadRequest", "message": "It failed.",
                    "details": ["one", "two"]}}),
                ("BadRequest", "It failed. one. two"),
            ),
            (
                json!({"error": {"code": "A", "message": "b", "innererror":
                    {"code": "C", "message": "d", "stacktrace": "at x"}}}),
                ("A", "b. d"),
            ),
            (
                json!({"error": {"code": "Failed", "message":
                    "{\"error\":{\"code\":\"Inner\",\"message\":\"The cause.\"}}"}}),
                ("Failed", "The cause."),
            ),
            (
                json!({"error": {"code": "OperationNotAllowed", "message": "Throttled.",
                    "details": [{"code": "TooManyRequests", "message": "{\"operationGroup\":1}"}]}}),
                ("OperationNotAllowed", "Throttled. TooManyRequests"),
            ),
            (
                json!({"Message": "An error has occurred."}),
                ("", "An error has occurred."),
            ),
            (
                json!([{"error": {"code": "A", "message": "b"}}]),
                ("A", "b"),
            ),
        ];
        for (body, (code, told)) in cases {
            let error = read(body.clone());
            assert_eq!(
                (error.code.as_str(), error.summary().as_str()),
                (code, told),
                "{body}"
            );
        }
        let xml =
            b"<?xml version=\"1.0\"?><Error><Code>AuthFailed</Code><Message>no</Message></Error>";
        let error = ArmError::read(xml).unwrap();
        assert_eq!(
            (error.code.as_str(), error.summary().as_str()),
            ("AuthFailed", "no")
        );
        assert_eq!(ArmError::read(b"<html><body>403</body></html>"), None);
        assert_eq!(ArmError::read(b"{\"value\":[]}"), None);
    }

    #[test]
    fn the_policy_that_refused_is_told() {
        let error = read(json!({"error": {
            "code": "RequestDisallowedByPolicy",
            "message": "Resource 'id9' was disallowed by policy.",
            "additionalInfo": [{"type": "PolicyViolation", "info": {
                "evaluationDetails": {"evaluatedExpressions": [{
                    "result": "True", "expression": "location", "path": "location",
                    "expressionValue": "eastus", "operator": "NotIn",
                    "targetValue": ["westeurope", "northeurope"],
                }]},
                "policyDefinitionDisplayName": "Allowed locations",
                "policyAssignmentId": "/providers/x/policyAssignments/eu-only",
                "policyAssignmentDisplayName": "EU regions only",
            }}],
        }}));
        assert_eq!(
            error.summary(),
            "Resource 'id9' was disallowed by policy. Policy assignment 'EU regions only' \
             (/providers/x/policyAssignments/eu-only) with policy definition 'Allowed locations' \
             denies it: location is 'eastus' (NotIn [\"westeurope\",\"northeurope\"])."
        );
    }

    #[test]
    fn line_breaks_and_control_characters_are_spaces() {
        let error = read(json!({"code": "A\u{1b}[31m", "message": "one\r\ntwo\u{7}  three"}));
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            ("A [31m", "one two three")
        );
    }

    #[test]
    fn a_hostile_body_costs_little() {
        let details: Vec<_> = (0..40_000)
            .map(|n| json!({"code": "X", "message": n.to_string()}))
            .collect();
        let error = read(json!({"error": {"code": "A", "message": "b", "details": details}}));
        assert!(error.all().len() <= MOST + 1);
        assert!(error.summary().chars().count() <= LONGEST + 1);
        let deep = format!(
            "{{\"error\":{{\"code\":\"A\",\"x\":{}{}}}}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(ArmError::read(deep.as_bytes()).unwrap().code, "A");
        let nested = format!(
            "{}{{\"code\":\"Z\"}}{}",
            "{\"code\":\"A\",\"details\":".repeat(1000),
            "}".repeat(1000)
        );
        assert_eq!(ArmError::read(nested.as_bytes()).unwrap().code, "A");
    }

    /// Any JSON, of which some members have names that count.
    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 48, 6, |inner| {
            let name = prop_oneof![
                "error|code|message|details|innererror|additionalInfo|target|Code|Message|value",
                "type|info|errors|odata.error",
                ".*",
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..6)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_is_none(body in anything()) {
            if let Some(error) = ArmError::read(body.to_string().as_bytes()) {
                let told = error.summary();
                prop_assert!(!told.contains(char::is_control));
                prop_assert!(error.all().len() <= MOST + 2);
            }
        }

        #[test]
        fn a_code_is_found_whatever_stands_beside_it(
            code in "[A-Za-z]{1,40}", more in anything(), info in anything(), message in anything(),
        ) {
            let error = json!({"error": {
                "code": code, "message": message, "details": more.clone(), "innererror": more,
                "additionalInfo": info, "target": null,
            }});
            prop_assert_eq!(ArmError::read(error.to_string().as_bytes()).unwrap().code, code);
        }
    }

    #[test]
    fn a_body_of_any_size_and_depth_becomes_a_short_text() {
        let item = r#"{"code":"A","message":"It failed."}"#;
        let many = vec![item; 40_000].join(",");
        let open = r#"{"code":"A","message":"b","details":["#.repeat(40_000);
        let mut nested = r#"{"error":{"code":"In","message":"No."}}"#.to_owned();
        for _ in 0..10 {
            nested = json!({"error": {"code": "X", "message": nested}}).to_string();
        }
        let long = "a ".repeat(5_000_000);
        for body in [
            format!(r#"{{"error":{{"code":"X","message":"m","details":[{many}]}}}}"#),
            format!(r#"{{"error":{open}{}}}"#, "]}".repeat(40_000)),
            format!(r#"{{"error":{{"code":"X","message":"{long}"}}}}"#),
            format!(r#"{{"error":{{"code":"{long}","message":"{long}","details":["{long}"]}}}}"#),
            nested,
        ] {
            let error = ArmError::read(body.as_bytes()).unwrap_or_default();
            assert!(error.all().len() <= MOST + DEEPEST);
            assert!(error.summary().chars().count() <= LONGEST + 3);
            assert!(error.code.chars().count() < 200);
        }
    }
}
