//! What a request's `identity` member makes of the identities of a machine.
//!
//! One implementation for virtual machines and scale sets: `PATCH` merges the map of user-assigned
//! identities (null removes, what is not named stays), `PUT` replaces it. `type` is what the
//! machine is to have after the change.

use serde_json::{Map, Value, json};

use crate::arm::error::{ArmError, ErrorBody, invalid_parameter};
use crate::arm::values::not_a;
use crate::base::random;
use crate::model::assignment::{Assignment, IdentityType, Known, Reference, SystemAssigned};
use crate::model::identity;
use crate::state::State;

const IDS: &str = "resourceIdentity.identityIds";

/// How a map of user-assigned identities is applied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mode {
    /// `PATCH`.
    Merge,
    /// `PUT`.
    Replace,
}

/// What the machine has after a write whose body has this `identity`. A body without one, or
/// with null, changes nothing.
pub(super) fn changed_by(
    current: &Assignment,
    identity: Option<&Value>,
    mode: Mode,
) -> Result<Assignment, ArmError> {
    let identity = match identity {
        None | Some(Value::Null) => return Ok(current.clone()),
        Some(Value::Object(identity)) => identity,
        Some(_) => return Err(not_a("identity", "JSON object")),
    };
    let wanted = match identity.get("type") {
        None | Some(Value::Null) => {
            return Err(invalid_parameter(
                "identity.type",
                "Required parameter 'identity.type' is missing (null).",
            ));
        }
        Some(Value::String(text)) => IdentityType::parse(text).ok_or_else(|| {
            invalid_parameter(
                "identity.type",
                format!(
                    "The value '{text}' of parameter 'identity.type' is not allowed. Allowed values are: SystemAssigned, UserAssigned, 'SystemAssigned, UserAssigned', None."
                ),
            )
        })?,
        Some(_) => return Err(not_a("identity.type", "string")),
    };
    if identity.get("identityIds").is_some_and(|v| !v.is_null()) {
        return Err(invalid_parameter(
            IDS,
            "ResourceIdentity property identityIds is deprecated. The userAssignedIdentities property should be used instead.",
        ));
    }
    let empty = Map::new();
    let map = match identity.get("userAssignedIdentities") {
        None | Some(Value::Null) => None,
        Some(Value::Object(map)) => Some(map),
        Some(_) => return Err(not_a("identity.userAssignedIdentities", "JSON object")),
    };
    check_entries(current, wanted, map.unwrap_or(&empty))?;

    let mut next = Assignment::default();
    if wanted.system {
        // Made at once, unlike the properties of user-assigned ones: the front door makes it
        // before the provider sees the request.
        next.system = Some(current.system.clone().unwrap_or_else(|| SystemAssigned {
            principal_id: random::guid(),
            client_id: random::guid(),
            created: 0,
        }));
    }
    if wanted.user {
        next.user = user_after(current, map, mode);
        if next.user.is_empty() {
            return Err(ArmError::new(
                400,
                "MissingIdentityIds",
                format!(
                    "The identity ids must not be null or empty for '{}' identity type.",
                    wanted.text()
                ),
            )
            .target(IDS));
        }
    }
    Ok(next)
}

/// Every key is the id of a user-assigned identity; every value is null, empty, or what the
/// machine already says of that identity.
fn check_entries(
    current: &Assignment,
    wanted: IdentityType,
    map: &Map<String, Value>,
) -> Result<(), ArmError> {
    for (id, value) in map {
        if normalised(id).is_none() {
            return Err(invalid_parameter(
                IDS,
                format!(
                    "The identity id '{id}' is invalid. Expect a fully qualified resource id of the form '/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/{}/{{identityName}}'.",
                    identity::KIND
                ),
            ));
        }
        if value.is_null() {
            continue;
        }
        if !wanted.user {
            return Err(invalid_parameter(
                IDS,
                format!(
                    "ResourceIdentity identityIds should not be provided if the type is \"{}\".",
                    wanted.text()
                ),
            ));
        }
        let known = current
            .position(id)
            .and_then(|at| current.user[at].known.as_ref())
            .map_or_else(|| json!({}), |known| json!(known));
        let echoed = value.as_object().is_some_and(|object| {
            object
                .iter()
                .all(|(name, value)| value.is_null() || known.get(name) == Some(value))
        });
        if !echoed {
            return Err(ArmError::new(
                400,
                "InvalidIdentityValues",
                format!(
                    "Invalid value for the identities '{id}'. The 'UserAssignedIdentities' property keys should only be empty json objects, null or the resource existing property."
                ),
            )
            .gateway());
        }
    }
    Ok(())
}

fn user_after(
    current: &Assignment,
    map: Option<&Map<String, Value>>,
    mode: Mode,
) -> Vec<Reference> {
    let mut next = match mode {
        Mode::Merge => current.clone(),
        Mode::Replace => Assignment::default(),
    };
    for (id, value) in map.into_iter().flatten() {
        let id = normalised(id).unwrap_or_else(|| id.clone());
        match (next.position(&id), value.is_null()) {
            (Some(at), true) => {
                next.user.remove(at);
            }
            (None, false) => next.user.push(match current.position(&id) {
                Some(at) => current.user[at].clone(),
                None => Reference { id, known: None },
            }),
            (Some(_), false) | (None, true) => {}
        }
    }
    next.user
}

/// The first reference to an identity that does not exist (any more).
pub(super) fn first_missing<'a>(assignment: &'a Assignment, state: &State) -> Option<&'a str> {
    assignment
        .user
        .iter()
        .map(|reference| reference.id.as_str())
        .find(|id| state.identity(id).is_none())
}

/// Takes over the principals of the identities that exist.
pub(super) fn resolve(assignment: &mut Assignment, state: &State) {
    for reference in &mut assignment.user {
        if let Some(identity) = state.identity(&reference.id) {
            reference.known = Some(Known {
                principal_id: identity.principal_id.clone(),
                client_id: identity.client_id.clone(),
            });
        }
    }
}

/// The id with its fixed parts cased as the compute provider does; none when it is not the id of a
/// user-assigned identity.
fn normalised(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.strip_prefix('/')?.split('/').collect();
    let [s, subscription, r, group, p, namespace, kind, name] = parts[..] else {
        return None;
    };
    let fixed = s.eq_ignore_ascii_case("subscriptions")
        && r.eq_ignore_ascii_case("resourceGroups")
        && p.eq_ignore_ascii_case("providers")
        && format!("{namespace}/{kind}").eq_ignore_ascii_case(identity::KIND);
    (fixed && random::is_guid(subscription) && !group.is_empty() && !name.is_empty()).then(|| {
        format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/{}/{name}",
            identity::KIND
        )
    })
}

/// What Azure says of a machine whose identity cannot be seen to: one error inside another's
/// message.
pub(super) fn failed_operation(machine: &str, identity: &str) -> ErrorBody {
    let inner = json!({
        "error": {
            "code": "BadRequest",
            "message": format!("Resource '{identity}' was not found."),
        }
    });
    ErrorBody::new(
        "FailedIdentityOperation",
        format!(
            "Identity operation for resource '{machine}' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{inner}'.'."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seed;

    fn id(name: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/rg/providers/{}/{name}",
            seed::SUBSCRIPTION_ID,
            identity::KIND
        )
    }

    fn having(names: &[&str], system: bool) -> Assignment {
        Assignment {
            system: system.then(|| SystemAssigned {
                principal_id: "p".to_owned(),
                client_id: "c".to_owned(),
                created: 0,
            }),
            user: names
                .iter()
                .map(|name| Reference {
                    id: id(name),
                    known: Some(Known {
                        principal_id: format!("p-{name}"),
                        client_id: format!("c-{name}"),
                    }),
                })
                .collect(),
        }
    }

    fn names(assignment: &Assignment) -> Vec<&str> {
        assignment
            .user
            .iter()
            .map(|r| r.id.rsplit('/').next().unwrap())
            .collect()
    }

    fn patch(current: &Assignment, kind: &str, map: Value) -> Result<Assignment, ArmError> {
        changed_by(
            current,
            Some(&json!({"type": kind, "userAssignedIdentities": map})),
            Mode::Merge,
        )
    }

    #[test]
    fn every_type_from_every_type() {
        let starts = [
            having(&[], false),
            having(&[], true),
            having(&["a"], false),
            having(&["a"], true),
        ];
        for start in &starts {
            for (kind, system) in [("SystemAssigned", true), ("None", false)] {
                let end = patch(start, kind, Value::Null).unwrap();
                assert_eq!(end.system.is_some(), system);
                assert!(end.user.is_empty(), "{kind} drops the user-assigned");
            }
            for (kind, system) in [
                ("UserAssigned", false),
                ("SystemAssigned,UserAssigned", true),
                ("userassigned, systemassigned", true),
            ] {
                let end = patch(start, kind, json!({ id("b"): {} })).unwrap();
                assert_eq!(end.system.is_some(), system);
                assert_eq!(
                    end.user.len(),
                    start.user.len() + 1,
                    "what is not named stays"
                );
            }
        }
        let same = patch(&starts[3], "SystemAssigned", Value::Null).unwrap();
        assert_eq!(same.system, starts[3].system, "the same principal");
    }

    #[test]
    fn a_merge_adds_and_removes_what_it_names_in_any_casing() {
        let start = having(&["a", "B", "c"], false);
        let end = patch(
            &start,
            "UserAssigned",
            json!({ id("A").to_lowercase(): null, id("b"): {}, id("d").replace("/resourceGroups/", "/resourcegroups/"): {}, id("zz"): null }),
        )
        .unwrap();
        assert_eq!(names(&end), ["B", "c", "d"]);
        assert_eq!(end.user[2].id, id("d"), "resourceGroups in camel case");
        assert_eq!(end.user[2].known, None);
        assert_eq!(end.user[0], start.user[1], "known as before");
        assert_eq!(end.added_to(&start), [id("d")]);
    }

    #[test]
    fn a_replacement_keeps_only_what_it_names() {
        let start = having(&["a", "b"], true);
        let body =
            json!({"type": "UserAssigned", "userAssignedIdentities": { id("B"): {}, id("c"): {} }});
        let end = changed_by(&start, Some(&body), Mode::Replace).unwrap();
        assert_eq!(names(&end), ["b", "c"]);
        assert_eq!(end.system, None);
        for absent in [None, Some(&Value::Null)] {
            assert_eq!(changed_by(&start, absent, Mode::Replace).unwrap(), start);
        }
    }

    #[test]
    fn removing_the_last_one() {
        let both = having(&["a"], true);
        let end = patch(&both, "SystemAssigned", json!({ id("a"): null })).unwrap();
        assert_eq!(end.body().unwrap()["type"], "SystemAssigned");
        assert!(end.body().unwrap().get("userAssignedIdentities").is_none());
        let none = patch(&having(&["a"], false), "None", json!({ id("a"): null })).unwrap();
        assert_eq!(none.body(), None);
        let error = patch(
            &having(&["a"], false),
            "UserAssigned",
            json!({ id("a"): null }),
        );
        assert_eq!(error.unwrap_err().body.code, "MissingIdentityIds");
    }

    #[test]
    fn what_is_refused() {
        let start = having(&["a"], false);
        let cases = [
            (json!("x"), "InvalidRequestContent", None),
            (json!({}), "InvalidParameter", Some("identity.type")),
            (
                json!({"type": "Own"}),
                "InvalidParameter",
                Some("identity.type"),
            ),
            (
                json!({"type": "None, UserAssigned"}),
                "InvalidParameter",
                Some("identity.type"),
            ),
            (json!({"type": 1}), "InvalidRequestContent", None),
            (
                json!({"type": "UserAssigned", "userAssignedIdentities": []}),
                "InvalidRequestContent",
                None,
            ),
            (
                json!({"type": "UserAssigned", "userAssignedIdentities": {"myidentity": {}}}),
                "InvalidParameter",
                Some(IDS),
            ),
            (
                json!({"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/x": null}}),
                "InvalidParameter",
                Some(IDS),
            ),
            (
                json!({"type": "SystemAssigned", "userAssignedIdentities": { id("b"): {} }}),
                "InvalidParameter",
                Some(IDS),
            ),
            (
                json!({"type": "None", "userAssignedIdentities": { id("a"): {} }}),
                "InvalidParameter",
                Some(IDS),
            ),
            (
                json!({"type": "UserAssigned", "userAssignedIdentities": { id("a"): {"principalId": "other"} }}),
                "InvalidIdentityValues",
                None,
            ),
            (
                json!({"type": "UserAssigned", "identityIds": []}),
                "InvalidParameter",
                Some(IDS),
            ),
        ];
        for (identity, code, target) in cases {
            let error = changed_by(&start, Some(&identity), Mode::Merge).unwrap_err();
            assert_eq!(error.status, 400);
            assert_eq!(error.body.code, code, "{identity}");
            assert_eq!(error.body.target.as_deref(), target, "{identity}");
        }
        let echo = json!({ id("A"): {"principalId": "p-a", "clientId": "c-a"} });
        assert_eq!(patch(&start, "UserAssigned", echo).unwrap(), start);
    }

    #[test]
    fn the_message_nests_an_error() {
        let error = failed_operation("/vm", "/id");
        assert_eq!(
            error.message,
            "Identity operation for resource '/vm' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{\"error\":{\"code\":\"BadRequest\",\"message\":\"Resource '/id' was not found.\"}}'.'."
        );
    }
}
