//! `listAssociatedResources`: the resources that use an identity. Azure answers it from Resource
//! Graph too, and so it is as late.

use serde_json::{Value, json};

use super::index::Index;
use crate::arm::error::{ArmError, resource_not_found};
use crate::arm::paging;
use crate::arm::route::{Call, Handled};
use crate::arm::throttle::{self, ASSOCIATED};
use crate::base::http::Reply;
use crate::model::identity;
use crate::state::{World, key};

const MEMBERS: [&str; 6] = [
    "id",
    "name",
    "type",
    "resourceGroup",
    "subscriptionId",
    "subscriptionDisplayName",
];

fn bad(parameter: &str, value: &str) -> ArmError {
    ArmError::new(
        400,
        "BadRequest",
        format!("The value '{value}' of {parameter} is not supported."),
    )
}

fn member(name: &str) -> Option<&'static str> {
    let name = name.trim();
    MEMBERS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// A string in quotes, a doubled quote being one.
fn quoted(text: &str) -> Option<String> {
    let inside = text.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = inside.replace("''", "\u{0}");
    (!plain.contains('\'')).then(|| plain.replace('\u{0}', "'"))
}

/// `contains(type, 'x')` or `type eq 'x'`: the member, the text in lower case, and whether the
/// whole has to be equal.
fn condition(text: &str) -> Option<(&'static str, String, bool)> {
    let text = text.trim();
    if let Some(inside) = text
        .strip_prefix("contains(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        let (name, value) = inside.split_once(',')?;
        return Some((member(name)?, quoted(value)?.to_lowercase(), false));
    }
    let (name, value) = text.split_once(" eq ")?;
    Some((member(name)?, quoted(value)?.to_lowercase(), true))
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<usize>, ArmError> {
    match call.request.parameter(name) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| bad(name, &text)),
    }
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    if world.session.settings.throttling {
        world
            .session
            .throttle
            .take("listAssociatedResources".to_owned(), ASSOCIATED, call.now)
            .map_err(throttle::associated_throttled)?;
    }
    let (group, name) = (call.param("group"), call.param("name"));
    let id = key::resource(call.param("subscription"), group, identity::KIND, name);
    if !world.state.identities.contains_key(&id) {
        return Err(resource_not_found(identity::KIND, name, group));
    }
    let delay = world.session.settings.graph_delay_ms;
    let view = world.session.part_mut::<Index>().view(delay, call.now);
    let state = view.as_deref().unwrap_or(&world.state);
    let mut found: Vec<Value> = state
        .with_identities()
        .filter(|(_, _, identity)| identity.position(&id).is_some())
        .map(|(_, resource, _)| {
            let subscription = resource.subscription().to_lowercase();
            json!({
                "id": resource.id(),
                "name": resource.name(),
                "type": resource.kind().to_lowercase(),
                "resourceGroup": resource.group().to_lowercase(),
                "subscriptionDisplayName": state.subscriptions.get(&subscription).map(|s| &s.name),
                "subscriptionId": subscription,
            })
        })
        .collect();

    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_lowercase();
    if let Some(filter) = call
        .request
        .parameter("$filter")
        .filter(|f| !f.trim().is_empty())
    {
        for part in filter.split(" and ") {
            let (name, wanted, whole) = condition(part).ok_or_else(|| bad("$filter", &filter))?;
            found.retain(|row| {
                let has = text(row, name);
                if whole {
                    has == wanted
                } else {
                    has.contains(&wanted)
                }
            });
        }
    }
    if let Some(order) = call
        .request
        .parameter("$orderby")
        .filter(|o| !o.trim().is_empty())
    {
        let refused = || bad("$orderby", &order);
        // The last key first: sorting is stable.
        for part in order.rsplit(',') {
            let mut words = part.split_whitespace();
            let name = words.next().and_then(member).ok_or_else(refused)?;
            let ascending = match (words.next(), words.next()) {
                (None, _) => true,
                (Some(word), None) if word.eq_ignore_ascii_case("asc") => true,
                (Some(word), None) if word.eq_ignore_ascii_case("desc") => false,
                _ => return Err(refused()),
            };
            found.sort_by(|a, b| {
                let order = text(a, name).cmp(&text(b, name));
                if ascending { order } else { order.reverse() }
            });
        }
    }
    let total = found.len();
    let from = match call.request.parameter("$skiptoken") {
        None => 0,
        Some(token) => paging::read_token(&token)
            .and_then(|from| from.parse().ok())
            .ok_or_else(|| bad("$skiptoken", &token))?,
    };
    let mut rest: Vec<Value> = found
        .into_iter()
        .skip(number(call, "$skip")?.unwrap_or(0))
        .take(number(call, "$top")?.unwrap_or(usize::MAX))
        .skip(from)
        .collect();
    let size = world.session.settings.page_size;
    let more = rest.len() > size;
    rest.truncate(size);
    let mut body = json!({ "totalCount": total, "value": rest });
    if more {
        let next = (from + size).to_string();
        body["nextLink"] = json!(paging::link(&world.site.endpoint, call.request, &next));
    }
    Ok(Reply::json(200, &body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        assert_eq!(
            condition("contains(type, 'Microsoft.Compute')"),
            Some(("type", "microsoft.compute".to_owned(), false))
        );
        assert_eq!(
            condition(" name eq 'it''s' "),
            Some(("name", "it's".to_owned(), true))
        );
        for text in [
            "",
            "name",
            "name eq x",
            "x eq 'y'",
            "name eq 'a' or name eq 'b'",
            "contains(name)",
        ] {
            assert_eq!(condition(text), None, "{text}");
        }
    }
}
