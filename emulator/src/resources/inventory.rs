//! The list of all resources, whatever their provider: in a group, and in a subscription.

use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::arm::filter::{Clause, clauses};
use crate::arm::paging;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::state::World;

pub(crate) const ROUTES: &[Route] = &[
    route(
        "GET",
        "/subscriptions/{subscription}/resources",
        list,
        Versions::Dated,
    ),
    route(
        "GET",
        "/subscriptions/{subscription}/resourcegroups/{group}/resources",
        list,
        Versions::Dated,
    ),
];

/// Lists tell no properties.
fn short(mut body: Value) -> Value {
    const SHOWN: [&str; 10] = [
        "id", "name", "type", "location", "tags", "identity", "sku", "kind", "plan", "zones",
    ];
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| SHOWN.contains(&name.as_str()));
    }
    body
}

fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let conditions = match call.request.parameter("$filter") {
        Some(text) if !text.trim().is_empty() => filter(&text)?,
        _ => Vec::new(),
    };
    let size = paging::top(world, call)?;
    let prefix = call.prefix();
    let rest = |after: Option<&str>| world.state.resources_in(&prefix, after);
    paging::list_of(world, call, size, rest, |key, resource| {
        let body = short(resource.to_json());
        conditions
            .iter()
            .all(|one| one.passes(key, &body))
            .then_some(body)
    })
}

/// One condition: a property and the value that it has.
struct Condition {
    property: &'static str,
    value: String,
}

fn filter(text: &str) -> Result<Vec<Condition>, ArmError> {
    const PROPERTIES: [&str; 6] = [
        "resourceType",
        "resourceGroup",
        "name",
        "location",
        "tagName",
        "tagValue",
    ];
    let conditions: Option<Vec<Condition>> = clauses(text).and_then(|clauses| {
        clauses
            .into_iter()
            .map(|clause| match clause {
                Clause::Equal(name, value) => PROPERTIES
                    .into_iter()
                    .find(|known| known.eq_ignore_ascii_case(&name))
                    .map(|property| Condition { property, value }),
                Clause::Call(..) => None,
            })
            .collect()
    });
    conditions.ok_or_else(|| {
        ArmError::new(
            400,
            "InvalidFilterInQueryString",
            format!("Invalid $filter '{text}' specified in the query string."),
        )
        .gateway()
    })
}

impl Condition {
    fn passes(&self, key: &str, body: &Value) -> bool {
        let is = |member: &str| {
            body[member]
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case(&self.value))
        };
        let empty = Map::new();
        let tags = body["tags"].as_object().unwrap_or(&empty);
        match self.property {
            "resourceType" => is("type"),
            "name" => is("name"),
            "location" => is("location"),
            "tagName" => tags
                .keys()
                .any(|name| name.eq_ignore_ascii_case(&self.value)),
            "tagValue" => tags.values().any(|value| *value == json!(self.value)),
            _ => key.split('/').nth(4) == Some(&self.value.to_lowercase()),
        }
    }
}
