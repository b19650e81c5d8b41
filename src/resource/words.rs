//! A change in words: for plans, agreements and warnings.

use super::change::Patch;
use super::subject::Subject;
use crate::base::{ResourceId, same_name};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// Each thing that a patch does.
pub(super) fn effects(resource: &ResourceId, patch: &Patch) -> Vec<String> {
    let system_assigned = patch.system_assigned.map(|on| {
        let verb = if on { "enable" } else { "disable" };
        format!("{verb} the system-assigned identity of '{resource}'")
    });
    let added = patch.added.iter();
    let removed = patch.removed.iter();
    added
        .map(|id| format!("add '{id}' to '{resource}'"))
        .chain(removed.map(|id| removal_effect(resource, id)))
        .chain(system_assigned)
        .collect()
}

/// The effect that an identity is taken off a resource.
pub(crate) fn removal_effect(resource: &ResourceId, identity: &str) -> String {
    format!("remove '{identity}' from '{resource}'")
}

/// Identities as people call them: by name in the resource's own group, else by id.
pub(super) fn in_words(resource: &ResourceId, ids: &[String]) -> Vec<String> {
    let own = |id: &ResourceId| {
        same_name(id.group(), resource.group())
            && id
                .subscription()
                .eq_ignore_ascii_case(resource.subscription())
    };
    ids.iter()
        .map(
            |text| match ResourceId::read(USER_ASSIGNED_IDENTITY, text) {
                Some(id) if own(&id) => id.name().to_owned(),
                _ => text.clone(),
            },
        )
        .collect()
}

/// The change in words, with what stays.
pub(super) fn describe(subject: &Subject, patch: &Patch) -> String {
    let (label, id) = (subject.label(), &subject.id);
    if patch.is_empty() {
        return format!("No change needed: the identity of {label} '{id}' already matches");
    }
    let mut words = Vec::new();
    match patch.system_assigned {
        Some(true) => words.push("enable the system-assigned identity".to_owned()),
        Some(false) => words.push("disable the system-assigned identity".to_owned()),
        None => {}
    }
    let mut list = |verb: &str, ids: &[String]| {
        if !ids.is_empty() {
            words.push(format!("{verb} {}", in_words(id, ids).join(", ")));
        }
    };
    list("add", &patch.added);
    list("remove", &patch.removed);
    list("keep", &patch.kept);
    format!(
        "Update the identity of {label} '{id}': {}",
        words.join("; ")
    )
}
