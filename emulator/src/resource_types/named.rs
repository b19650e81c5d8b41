//! Properties that name an identity: what a change of the identities does to them, and what they
//! make of it.

use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::model::assignment::{Assignment, Reference};
use crate::model::resource_type::{By, Named, ResourceType, Rule, visit};

/// Checks the properties against the identities that the resource `had` and those that it is to
/// have, and resets those that a change resets.
pub(super) fn apply(
    row: &ResourceType,
    had: &Assignment,
    next: &Assignment,
    properties: &mut Map<String, Value>,
) -> Result<(), ArmError> {
    for named in row.named {
        if let Rule::Reset(value) = named.rule {
            let there = properties.get(named.path).is_some_and(|one| !one.is_null());
            if !there || !same(had, next) {
                properties.insert(named.path.to_owned(), json!(value));
            }
        }
    }
    let properties = Value::Object(properties.clone());
    row.named
        .iter()
        .filter(|named| matches!(named.rule, Rule::Kept | Rule::Member))
        .try_for_each(|named| check(named, had, next, &properties))
}

/// The same identities, whatever is known of them.
fn same(had: &Assignment, next: &Assignment) -> bool {
    had.system == next.system && had.user.len() == next.user.len() && next.added_to(had).is_empty()
}

fn check(
    named: &Named,
    had: &Assignment,
    next: &Assignment,
    properties: &Value,
) -> Result<(), ArmError> {
    let values = visit(properties, named.path);
    let values = values.into_iter().filter_map(Value::as_str);
    for value in values.filter(|value| !value.is_empty()) {
        let mut removed = had
            .user
            .iter()
            .filter(|reference| next.position(&reference.id).is_none());
        if let Some(reference) = removed.find(|reference| is_named(named.by, value, reference)) {
            return Err(refused(format!(
                "The identity '{}' can't be removed: 'properties.{}' names it",
                reference.id, named.path
            )));
        }
        let unassigned = named.rule == Rule::Member
            && !next
                .user
                .iter()
                .any(|reference| is_named(named.by, value, reference));
        if unassigned {
            return Err(refused(format!(
                "'properties.{}' is '{value}', which is none of the resource's user-assigned identities",
                named.path
            )));
        }
    }
    Ok(())
}

fn is_named(by: By, value: &str, reference: &Reference) -> bool {
    match by {
        By::Id => value.eq_ignore_ascii_case(&reference.id),
        By::ClientId => reference
            .known
            .as_ref()
            .is_some_and(|known| known.client_id.eq_ignore_ascii_case(value)),
    }
}

/// The code is a guess: each provider has its own.
fn refused(what: String) -> ArmError {
    ArmError::new(400, "BadRequest", format!("{what}."))
}
