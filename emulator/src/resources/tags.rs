//! `Microsoft.Resources/tags/default`: the tags of a subscription, a resource group or a resource,
//! as something that can be read and written by itself.

use serde_json::{Map, Value, json};

use crate::arm::error::{ArmError, resource_not_found};
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::arm::scope::Scope;
use crate::arm::values::{self, not_a};
use crate::base::http::Reply;
use crate::base::json::object;
use crate::model::resource::Tags;
use crate::state::World;

const TAGS: &str = "{scope}/providers/Microsoft.Resources/tags/default";

pub(crate) const ROUTES: &[Route] = &[
    route("GET", TAGS, get, Versions::Dated),
    route("PUT", TAGS, put, Versions::Dated),
    route("PATCH", TAGS, patch, Versions::Dated),
    route("DELETE", TAGS, delete, Versions::Dated),
];

/// The scope in the path and the tags that it has.
fn find(world: &World, call: &Call<'_>) -> Result<(Scope, Tags), ArmError> {
    let scope = Scope::of(world, call, false)?;
    match world.state.tags_of(&scope.key()) {
        Some(tags) => Ok((scope, tags.cloned().unwrap_or_default())),
        None => {
            let segments: Vec<&str> = scope.id.split('/').collect();
            let (name, kind) = match segments[..] {
                [.., namespace, kind, name] => (name, format!("{namespace}/{kind}")),
                _ => ("", String::new()),
            };
            let group = segments.get(4).copied().unwrap_or_default();
            Err(resource_not_found(&kind, name, group))
        }
    }
}

fn reply(scope: &Scope, tags: &Tags) -> Reply {
    Reply::json(
        200,
        &json!({
            "id": format!("{}/providers/Microsoft.Resources/tags/default", scope.id),
            "name": "default",
            "type": "Microsoft.Resources/tags",
            "properties": { "tags": tags },
        }),
    )
}

/// `properties.tags` of a body.
fn tags_in(body: &Map<String, Value>) -> Result<Tags, ArmError> {
    match body.get("properties") {
        None | Some(Value::Null) => Ok(Tags::new()),
        Some(Value::Object(properties)) => Ok(values::tags(properties)?.unwrap_or_default()),
        Some(_) => Err(not_a("properties", "JSON object")),
    }
}

/// Writes the tags, which counts as a write of what has them.
fn write(world: &mut World, scope: &Scope, tags: Tags) -> Handled {
    let key = scope.key();
    if world.state.is_busy(&key) {
        return Err(ArmError::new(
            409,
            "Conflict",
            format!(
                "The request conflicts with another operation on '{}'.",
                scope.id
            ),
        ));
    }
    // Their number and their texts have limits, whatever way they came.
    values::tags(&object([("tags".to_owned(), json!(tags))]))?;
    let reply = reply(scope, &tags);
    world.state.set_tags(&key, tags);
    Ok(reply)
}

fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let (scope, tags) = find(world, call)?;
    Ok(reply(&scope, &tags))
}

/// These, and no others.
fn put(world: &mut World, call: &Call<'_>) -> Handled {
    let (scope, _) = find(world, call)?;
    let tags = tags_in(&call.json()?)?;
    write(world, &scope, tags)
}

/// `operation` says what becomes of those that are there.
fn patch(world: &mut World, call: &Call<'_>) -> Handled {
    let (scope, had) = find(world, call)?;
    let body = call.json()?;
    let given = tags_in(&body)?;
    let operation = match body.get("operation") {
        Some(Value::String(text)) => text.as_str(),
        None | Some(Value::Null) => "",
        Some(_) => return Err(not_a("operation", "string")),
    };
    let tags = match operation.to_lowercase().as_str() {
        "replace" => given,
        "merge" => merged(had, given),
        "delete" => without(had, &given),
        _ => {
            return Err(ArmError::new(
                400,
                "InvalidTagsPatchOperation",
                format!(
                    "The tags patch operation '{operation}' is not valid. Supported operations are 'Merge,Replace,Delete'."
                ),
            )
            .gateway());
        }
    };
    write(world, &scope, tags)
}

/// A name counts once, in any casing, and keeps the casing that it had.
fn merged(mut had: Tags, given: Tags) -> Tags {
    for (name, value) in given {
        let there = had.keys().find(|own| own.eq_ignore_ascii_case(&name));
        let name = there.cloned().unwrap_or(name);
        had.insert(name, value);
    }
    had
}

/// Without those of the names; where a value is given, only if it is theirs.
fn without(mut had: Tags, given: &Tags) -> Tags {
    had.retain(|name, value| {
        !given.iter().any(|(one, wanted)| {
            one.eq_ignore_ascii_case(name) && (wanted == "" || wanted == value)
        })
    });
    had
}

fn delete(world: &mut World, call: &Call<'_>) -> Handled {
    let (scope, _) = find(world, call)?;
    write(world, &scope, Tags::new())?;
    Ok(Reply::empty(200))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(value: Value) -> Tags {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn names_count_in_any_casing() {
        let had = || tags(json!({"Dept": "a", "Env": "b"}));
        assert_eq!(
            merged(had(), tags(json!({"DEPT": "c", "new": "d"}))),
            tags(json!({"Dept": "c", "Env": "b", "new": "d"}))
        );
        assert_eq!(
            without(had(), &tags(json!({"dept": "", "env": "other"}))),
            tags(json!({"Env": "b"}))
        );
        assert_eq!(
            without(had(), &tags(json!({"env": "b"}))),
            tags(json!({"Dept": "a"}))
        );
    }
}
