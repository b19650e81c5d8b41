//! Lists in pages: `{"value":[…],"nextLink"?}` with an opaque `$skiptoken`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::error::ArmError;
use super::route::{Call, Handled};
use crate::base::http::{Reply, Request};
use crate::state::{World, within_after};

/// Answers a page of those in a map whose keys begin with `prefix`; `body` leaves out what is not
/// wanted.
pub(crate) fn list<T>(
    world: &World,
    call: &Call<'_>,
    (map, prefix): (&BTreeMap<String, T>, &str),
    size: usize,
    body: impl Fn(&T) -> Option<Value>,
) -> Handled {
    list_of(
        world,
        call,
        size,
        |after| within_after(map, prefix, after),
        |_, item| body(item),
    )
}

/// Answers the page that the call asks for. `rest` gives the items after a key, in the order of their
/// keys; `body` leaves out what is not wanted. Only of those on the page is it asked for.
pub(crate) fn list_of<'a, T, I: Iterator<Item = (&'a String, T)>>(
    world: &World,
    call: &Call<'_>,
    size: usize,
    rest: impl FnOnce(Option<&str>) -> I,
    body: impl Fn(&str, T) -> Option<Value>,
) -> Handled {
    let after = after(call)?;
    let rest =
        rest(after.as_deref()).filter_map(|(key, item)| Some((key.clone(), body(key, item)?)));
    cut(&world.site.endpoint, call, size, rest)
}

/// How many items a page has where `$top` counts: as many as the settings say, or fewer.
pub(crate) fn top(world: &World, call: &Call<'_>) -> Result<usize, ArmError> {
    let most = world.session.settings.page_size;
    match call.request.parameter("$top") {
        None => Ok(most),
        Some(top) => match top.parse::<usize>() {
            Ok(top) if top > 0 => Ok(top.min(most)),
            _ => Err(ArmError::new(
                400,
                "InvalidTopParameter",
                format!("The value '{top}' of $top is not a whole number above 0."),
            )
            .gateway()),
        },
    }
}

/// Answers the page of `items` that the call asks for. `items` come in the order of their keys;
/// the token names the last key that was given out, so that items which come and go between two
/// pages make no other item appear twice or not at all.
pub(crate) fn page(
    endpoint: &str,
    call: &Call<'_>,
    size: usize,
    items: impl Iterator<Item = (String, Value)>,
) -> Handled {
    let after = after(call)?;
    let rest = items.filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    cut(endpoint, call, size, rest)
}

/// The key that the page comes after.
fn after(call: &Call<'_>) -> Result<Option<String>, ArmError> {
    call.request
        .parameter("$skiptoken")
        .map(|token| read(&token))
        .transpose()
}

/// The first of what is left, and the link to the others.
fn cut(
    endpoint: &str,
    call: &Call<'_>,
    size: usize,
    mut rest: impl Iterator<Item = (String, Value)>,
) -> Handled {
    let mut value = Vec::new();
    let mut last = String::new();
    for (key, item) in rest.by_ref().take(size.max(1)) {
        last = key;
        value.push(item);
    }
    let mut body = json!({ "value": value });
    if rest.next().is_some() {
        body["nextLink"] = json!(link(endpoint, call.request, &last));
    }
    Ok(Reply::json(200, &body))
}

/// The absolute URL of the next page: the same path and query, with the token.
pub(crate) fn link(endpoint: &str, request: &Request, last: &str) -> String {
    let others: Vec<&str> = request
        .query
        .split('&')
        .filter(|pair| {
            let name = crate::base::http::decode(pair.split('=').next().unwrap_or_default());
            !name.is_empty() && !name.eq_ignore_ascii_case("$skiptoken")
        })
        .collect();
    let query = others.join("&");
    format!(
        "{endpoint}{}?{query}{}%24skiptoken={}",
        request.path,
        if query.is_empty() { "" } else { "&" },
        URL_SAFE_NO_PAD.encode(last)
    )
}

/// The key in a token; none if that is not one that was given out.
pub(crate) fn read_token(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

fn read(token: &str) -> Result<String, ArmError> {
    read_token(token).ok_or_else(|| {
        ArmError::new(
            400,
            "InvalidSkipToken",
            format!("The skip token '{token}' is not one that was given out."),
        )
    })
}
