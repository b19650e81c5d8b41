//! Answers of the service, changed into what no client expects.

use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::interference::Exchange;
use crate::base::http::Reply;

/// A host that is not Azure's. The name is reserved and never resolves (RFC 2606).
const FOREIGN: &str = "https://management.azure.example";

/// How deep the deep answer is: far beyond what readers of JSON allow.
const DEPTH: usize = 100_000;

/// How long the huge answer is: beyond what a client reads of one.
const HUGE: usize = 65 << 20;

/// The answer with another body.
fn with_body(mut reply: Reply, body: impl Into<Bytes>) -> Reply {
    reply.body = body.into();
    reply
}

/// The answer with its JSON changed. One without JSON stays as it is.
fn with_json(reply: Reply, change: impl FnOnce(&mut Value)) -> Reply {
    match serde_json::from_slice::<Value>(&reply.body) {
        Ok(mut value) => {
            change(&mut value);
            with_body(reply, value.to_string())
        }
        Err(_) => reply,
    }
}

/// Changes every value that is neither an object nor an array.
fn each_leaf(value: &mut Value, change: &impl Fn(&mut Value)) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|one| each_leaf(one, change)),
        Value::Array(items) => items.iter_mut().for_each(|one| each_leaf(one, change)),
        leaf => change(leaf),
    }
}

pub(super) fn empty(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_body(reply, Bytes::new())
}

pub(super) fn truncated(_: &Exchange<'_>, reply: Reply) -> Reply {
    let half = reply.body.slice(..reply.body.len() / 2);
    with_body(reply, half)
}

pub(super) fn null(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_body(reply, "null")
}

pub(super) fn empty_object(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_body(reply, "{}")
}

pub(super) fn nulls(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_json(reply, |value| each_leaf(value, &|leaf| *leaf = Value::Null))
}

pub(super) fn wrong_shape(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_json(reply, |value| *value = json!([value.take()]))
}

pub(super) fn wrong_types(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_json(reply, |value| {
        each_leaf(value, &|leaf| {
            *leaf = match leaf {
                Value::String(_) => json!(7),
                _ => json!("seven"),
            };
        });
    })
}

pub(super) fn deep(_: &Exchange<'_>, reply: Reply) -> Reply {
    let body = format!("{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH));
    with_body(reply, body)
}

pub(super) fn huge(_: &Exchange<'_>, reply: Reply) -> Reply {
    static BODY: LazyLock<Bytes> =
        LazyLock::new(|| format!("{{\"value\":\"{}\"}}", "x".repeat(HUGE)).into());
    with_body(reply, BODY.clone())
}

pub(super) fn not_utf8(_: &Exchange<'_>, reply: Reply) -> Reply {
    let mut body = reply.body.to_vec();
    if let Some(quote) = body.iter().rposition(|byte| *byte == b'"') {
        body.splice(quote..quote, [0xFF, 0xFE]);
    }
    with_body(reply, body)
}

pub(super) fn byte_order_mark(_: &Exchange<'_>, reply: Reply) -> Reply {
    let body = [b"\xEF\xBB\xBF", &reply.body[..]].concat();
    with_body(reply, body)
}

pub(super) fn control_characters(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_json(reply, |value| {
        each_leaf(value, &|leaf| {
            if let Value::String(text) = leaf {
                text.push_str("\u{1b}[31m\u{7}\r\n");
            }
        });
    })
}

/// The list with another next link; an answer that is no list stays as it is.
fn linked(reply: Reply, link: &str) -> Reply {
    with_json(reply, |value| {
        let Some(members) = value.as_object_mut() else {
            return;
        };
        if members.contains_key("data") {
            // Resource Graph has no link: it is asked again with what it gave.
            members.insert("$skipToken".to_owned(), json!(link));
        } else if members.get("value").is_some_and(Value::is_array) {
            let name = match members.keys().any(|name| name.starts_with("@odata")) {
                true => "@odata.nextLink",
                false => "nextLink",
            };
            members.insert(name.to_owned(), json!(link));
        }
    })
}

/// The target of the request with one more parameter, in place of one of that name.
fn with_parameter(exchange: &Exchange<'_>, name: &str, value: &str) -> String {
    let prefix = format!("{name}=");
    let others = exchange.request.query.split('&');
    let mut query: Vec<&str> = others
        .filter(|pair| !pair.is_empty() && !pair.starts_with(&prefix))
        .collect();
    let own = format!("{prefix}{value}");
    query.push(&own);
    format!("{}?{}", exchange.request.path, query.join("&"))
}

pub(super) fn link_to_itself(exchange: &Exchange<'_>, reply: Reply) -> Reply {
    let link = format!("{}{}", exchange.endpoint, exchange.request.target());
    linked(reply, &link)
}

pub(super) fn link_to_and_fro(exchange: &Exchange<'_>, reply: Reply) -> Reply {
    let here = exchange.request.raw_parameter("page");
    let other = if here == Some("a") { "b" } else { "a" };
    let link = with_parameter(exchange, "page", other);
    linked(reply, &format!("{}{link}", exchange.endpoint))
}

pub(super) fn link_without_end(exchange: &Exchange<'_>, reply: Reply) -> Reply {
    let here = exchange.request.raw_parameter("page");
    let number: u64 = here.and_then(|text| text.parse().ok()).unwrap_or_default();
    let link = with_parameter(exchange, "page", &(number + 1).to_string());
    linked(reply, &format!("{}{link}", exchange.endpoint))
}

pub(super) fn link_elsewhere(exchange: &Exchange<'_>, reply: Reply) -> Reply {
    linked(reply, &format!("{FOREIGN}{}", exchange.request.target()))
}

pub(super) fn link_with_user(exchange: &Exchange<'_>, reply: Reply) -> Reply {
    let endpoint = exchange.endpoint.replacen("://", "://user:password@", 1);
    linked(reply, &format!("{endpoint}{}", exchange.request.target()))
}

pub(super) fn link_that_is_none(_: &Exchange<'_>, reply: Reply) -> Reply {
    linked(reply, "http://[")
}

/// The names of the headers with the address of an operation.
const OPERATION: [&str; 2] = ["azure-asyncoperation", "location"];

fn is_operation(name: &str) -> bool {
    OPERATION.contains(&name.to_lowercase().as_str())
}

pub(super) fn operation_elsewhere(exchange: &Exchange<'_>, mut reply: Reply) -> Reply {
    for (_, url) in reply
        .headers
        .iter_mut()
        .filter(|(name, _)| is_operation(name))
    {
        *url = url.replacen(exchange.endpoint, FOREIGN, 1);
    }
    reply
}

pub(super) fn operation_without_address(_: &Exchange<'_>, mut reply: Reply) -> Reply {
    reply.headers.retain(|(name, _)| !is_operation(name));
    reply
}

/// The answer with another ETag, in the header and in the body, where it has one; without one for
/// none.
fn tagged(mut reply: Reply, change: impl Fn(&str) -> Option<String>) -> Reply {
    let changed = |(name, value): (String, String)| match name.eq_ignore_ascii_case("etag") {
        true => change(&value).map(|value| (name, value)),
        false => Some((name, value)),
    };
    reply.headers = reply.headers.into_iter().filter_map(changed).collect();
    with_json(reply, |value| {
        if let Some(members) = value.as_object_mut() {
            tag_members(members, &change);
        }
    })
}

fn tag_members(members: &mut Map<String, Value>, change: &impl Fn(&str) -> Option<String>) {
    let Some(Value::String(tag)) = members.get("etag") else {
        return;
    };
    match change(tag) {
        Some(tag) => members.insert("etag".to_owned(), json!(tag)),
        None => members.remove("etag"),
    };
}

pub(super) fn no_etag(_: &Exchange<'_>, reply: Reply) -> Reply {
    tagged(reply, |_| None)
}

pub(super) fn weak_etag(_: &Exchange<'_>, reply: Reply) -> Reply {
    tagged(reply, |tag| Some(format!("W/{tag}")))
}

/// Only a body can carry it: a header ends with the line.
pub(super) fn etag_with_line_break(_: &Exchange<'_>, mut reply: Reply) -> Reply {
    reply
        .headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("etag"));
    with_json(reply, |value| {
        if let Some(members) = value.as_object_mut() {
            members.insert("etag".to_owned(), json!("\"1\"\r\nx-injected: 1"));
        }
    })
}

/// The token answer with another member.
fn with_member(reply: Reply, name: &str, member: Value) -> Reply {
    with_json(reply, |value| {
        if let Some(members) = value.as_object_mut() {
            members.insert(name.to_owned(), member);
        }
    })
}

pub(super) fn token_for_ever(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_member(reply, "expires_in", json!(u64::MAX))
}

pub(super) fn token_of_the_past(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_member(reply, "expires_in", json!(0))
}

pub(super) fn token_with_line_break(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_member(reply, "access_token", json!("a\r\nx-injected: 1"))
}

pub(super) fn token_without_token(_: &Exchange<'_>, reply: Reply) -> Reply {
    with_member(reply, "access_token", Value::Null)
}

/// The token and the body of the request, as a text.
fn sent(exchange: &Exchange<'_>) -> String {
    let token = exchange.request.header("authorization").unwrap_or_default();
    let body = String::from_utf8_lossy(&exchange.request.body);
    format!("Not with {token} and {body}")
}

/// A refusal that repeats what the request sent.
pub(super) fn reflected(exchange: &Exchange<'_>, reply: Reply) -> Reply {
    let error = json!({ "code": "AuthorizationFailed", "message": sent(exchange) });
    refused(reply, 403, &json!({ "error": error }))
}

/// The same of a sign-in.
pub(super) fn sign_in_reflected(exchange: &Exchange<'_>, reply: Reply) -> Reply {
    let said = sent(exchange);
    let body = json!({ "error": "invalid_client", "error_description": said });
    refused(reply, 401, &body)
}

fn refused(reply: Reply, status: u16, body: &Value) -> Reply {
    Reply {
        status,
        ..with_body(reply, body.to_string())
    }
}
