//! What a request's `identity` member makes of the identities of a resource.
//!
//! One implementation for machines and every other type: [`Rules`] says in which ways a type
//! differs. `type` is what the resource is to have after the change, and the map of user-assigned
//! identities is merged (null removes, what is not named stays) or replaced.

use serde_json::{Map, Value, json};

use super::error::{ArmError, ErrorBody, invalid_parameter};
use super::values::not_a;
use crate::base::clock::Millis;
use crate::base::{random, seed};
use crate::model::assignment::{Assignment, IdentityType, Known, Reference, SystemAssigned};
use crate::model::identity::{self, UserAssignedIdentity};
use crate::model::resource_type::Takes;
use crate::state::{State, World};

const IDS: &str = "resourceIdentity.identityIds";

/// How a map of user-assigned identities is applied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Merge,
    Replace,
}

/// Who refuses, and so in which words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Words {
    /// The compute provider.
    Compute,
    /// The front door of Resource Manager, for all other types.
    FrontDoor,
}

/// How the identities of a resource are changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Namespace and type.
    pub(crate) kind: &'static str,
    pub(crate) takes: Takes,
    pub(crate) mode: Mode,
    pub(crate) words: Words,
    /// Null for an id is taken.
    pub(crate) nulls: bool,
    /// An empty map is taken beside a type without user-assigned identities.
    pub(crate) empty_map: bool,
}

/// What the resource has after a write whose body has this `identity`. A body without one, or
/// with null, changes nothing.
pub(crate) fn changed_by(
    rules: &Rules,
    current: &Assignment,
    identity: Option<&Value>,
) -> Result<Assignment, ArmError> {
    let identity = match identity {
        None | Some(Value::Null) => return Ok(current.clone()),
        Some(Value::Object(identity)) => identity,
        Some(_) => return Err(not_a("identity", "JSON object")),
    };
    let wanted = wanted(rules, identity)?;
    if identity.get("identityIds").is_some_and(|v| !v.is_null()) {
        return Err(invalid_parameter(
            IDS,
            "ResourceIdentity property identityIds is deprecated. The userAssignedIdentities property should be used instead.",
        ));
    }
    let map = match identity.get("userAssignedIdentities") {
        None | Some(Value::Null) => None,
        Some(Value::Object(map)) => Some(map),
        Some(_) => return Err(not_a("identity.userAssignedIdentities", "JSON object")),
    };
    if let Some(map) = map {
        check_map(rules, current, wanted, map)?;
    }

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
        next.user = user_after(current, map, rules.mode);
        check_count(rules, wanted, next.user.len())?;
    }
    Ok(next)
}

/// `type`, which the resource has to take.
fn wanted(rules: &Rules, identity: &Map<String, Value>) -> Result<IdentityType, ArmError> {
    let text = match identity.get("type") {
        None | Some(Value::Null) => {
            return Err(invalid_parameter(
                "identity.type",
                "Required parameter 'identity.type' is missing (null).",
            ));
        }
        Some(Value::String(text)) => text,
        Some(_) => return Err(not_a("identity.type", "string")),
    };
    let parsed = IdentityType::parse(text);
    match (rules.words, parsed) {
        (_, Some(wanted)) if rules.takes.allows(wanted) => Ok(wanted),
        (Words::Compute, _) => Err(invalid_parameter(
            "identity.type",
            format!(
                "The value '{text}' of parameter 'identity.type' is not allowed. Allowed values are: SystemAssigned, UserAssigned, 'SystemAssigned, UserAssigned', None."
            ),
        )),
        // As in https://github.com/Azure/azure-rest-api-specs/issues/23176.
        (Words::FrontDoor, _) => Err(ArmError::new(
            400,
            "CannotSetResourceIdentity",
            format!(
                "Resource type '{}' does not support creation of '{}' resource identity. The supported types are '{}'.",
                rules.kind,
                parsed.map_or(text.as_str(), |kind| kind.text()),
                rules.takes.names()
            ),
        )
        .gateway()),
    }
}

/// As many user-assigned identities as the type takes, and at least one.
fn check_count(rules: &Rules, wanted: IdentityType, count: usize) -> Result<(), ArmError> {
    if count == 0 {
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
    let most = rules.takes.user;
    if count > most {
        // The code is a guess.
        return Err(ArmError::new(
            400,
            "TooManyUserAssignedIdentities",
            format!(
                "Resource type '{}' supports at most {most} user-assigned identities, and {count} are specified.",
                rules.kind
            ),
        ));
    }
    Ok(())
}

/// Every key is the id of a user-assigned identity; every value is null, empty, or what the
/// resource already says of that identity.
fn check_map(
    rules: &Rules,
    current: &Assignment,
    wanted: IdentityType,
    map: &Map<String, Value>,
) -> Result<(), ArmError> {
    if rules.words == Words::FrontDoor && !wanted.user && !(map.is_empty() && rules.empty_map) {
        return Err(unexpected_map());
    }
    for (id, value) in map {
        if normalised(id).is_none() {
            return Err(invalid_id(rules.words, id));
        }
        if value.is_null() && rules.nulls {
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
        if !is_echo(rules.words, current, id, value) {
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

/// Whether a value says nothing, or what the resource says of that identity. The compute provider
/// overlooks members that are null.
fn is_echo(words: Words, current: &Assignment, id: &str, value: &Value) -> bool {
    let known = current
        .position(id)
        .and_then(|at| current.user[at].known.as_ref())
        .map_or_else(|| json!({}), |known| json!(known));
    value.as_object().is_some_and(|object| {
        object.iter().all(|(name, value)| {
            (value.is_null() && words == Words::Compute) || known.get(name) == Some(value)
        })
    })
}

fn invalid_id(words: Words, id: &str) -> ArmError {
    match words {
        Words::Compute => invalid_parameter(
            IDS,
            format!(
                "The identity id '{id}' is invalid. Expect a fully qualified resource id of the form '/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/{}/{{identityName}}'.",
                identity::KIND
            ),
        ),
        // As in https://github.com/Azure/azure-cli/issues/25401.
        Words::FrontDoor => ArmError::new(
            400,
            "LinkedInvalidPropertyId",
            format!(
                "Property id '{id}' at path '' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
            ),
        )
        .gateway(),
    }
}

/// A map beside a type without user-assigned identities, even an empty one; as in
/// https://github.com/Azure/azure-rest-api-specs/issues/17650.
fn unexpected_map() -> ArmError {
    let inner = json!({
        "error": {
            "code": "BadRequest",
            "message": "The request format was unexpected, a non-UserAssigned identity type should not contain: userAssignedIdentities",
        }
    });
    ArmError::new(
        400,
        "FailedIdentityOperation",
        format!(
            "Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{inner}'."
        ),
    )
    .gateway()
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
pub(crate) fn first_missing<'a>(assignment: &'a Assignment, state: &State) -> Option<&'a str> {
    assignment
        .user
        .iter()
        .map(|reference| reference.id.as_str())
        .find(|id| state.identity(id).is_none())
}

/// Takes over the principals of the identities that exist.
pub(crate) fn resolve(assignment: &mut Assignment, state: &State) {
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

/// What Azure says of a resource whose identity does not exist (any more).
pub(crate) fn failed_operation(resource: &str, identity: &str) -> ErrorBody {
    failed(resource, &format!("Resource '{identity}' was not found."))
}

/// What Azure says of a resource whose identity cannot be seen to: one error inside another's
/// message.
fn failed(resource: &str, why: &str) -> ErrorBody {
    let inner = json!({ "error": { "code": "BadRequest", "message": why } });
    ErrorBody::new(
        "FailedIdentityOperation",
        format!(
            "Identity operation for resource '{resource}' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{inner}'.'."
        ),
    )
}

/// The resource that identities are added to.
pub(crate) struct Source<'a> {
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) location: &'a str,
}

/// Checks what a write adds to the identities that a resource `had`: the caller may assign it, it
/// exists, and it can be assigned to such a resource. A system-assigned identity that is new dates from now.
pub(crate) fn check_added(
    world: &World,
    source: &Source<'_>,
    had: &Assignment,
    next: &mut Assignment,
    now: Millis,
) -> Result<(), ArmError> {
    if had.system.is_none()
        && let Some(system) = &mut next.system
    {
        system.created = now;
    }
    for added in next.added_to(had) {
        check_assignable(world, source, added)?;
        let refusal = match world.state.identity(added) {
            None => failed_operation(source.id, added),
            Some(identity) => match restricted(identity, source) {
                Some(why) => failed(source.id, &why),
                None => continue,
            },
        };
        return Err(ArmError::with(400, refusal));
    }
    Ok(())
}

/// Why an identity can't be assigned to a resource: it has another region or a type that the
/// identity is not for. The rules are those of Entra's documentation ("Isolation scope for
/// user-assigned managed identities", "Assignment restriction for managed identities"); the words
/// that Azure has for it are not public.
fn restricted(identity: &UserAssignedIdentity, source: &Source<'_>) -> Option<String> {
    let Source { kind, location, .. } = source;
    let is_elsewhere = !["", "global", identity.location.as_str()].contains(location);
    if identity.isolation_scope == "Regional" && is_elsewhere {
        return Some(format!(
            "The isolation scope of identity '{}' is Regional: it can be assigned to resources in '{}' and not in '{location}'.",
            identity.id(),
            identity.location
        ));
    }
    (!identity.allows(kind)).then(|| {
        format!(
            "The assignment restrictions of identity '{}' do not allow resources of the type '{kind}'.",
            identity.id()
        )
    })
}

/// The caller needs `assign/action` on an identity to assign it to a resource, and no identity is
/// ever assigned to a resource of another tenant.
fn check_assignable(
    world: &World,
    Source { kind, id, .. }: &Source<'_>,
    identity: &str,
) -> Result<(), ArmError> {
    const ACTION: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";
    let denied = |message: String| Err(ArmError::new(403, "LinkedAuthorizationFailed", message));
    let client = seed::CLIENT_ID;
    let subscription = identity
        .split('/')
        .nth(2)
        .unwrap_or_default()
        .to_lowercase();
    if !world.state.subscriptions.contains_key(&subscription) {
        return denied(format!(
            "The client has permission to perform action '{ACTION}' on scope '{id}', however the current tenant '{}' is not authorized to access linked subscription '{subscription}'.",
            seed::TENANT_ID
        ));
    }
    let unassignable = &world.session.settings.unassignable;
    if unassignable
        .iter()
        .any(|id| id.eq_ignore_ascii_case(identity))
    {
        return denied(format!(
            "The client '{client}' with object id '{client}' has permission to perform action '{kind}/write' on scope '{id}'; however, it does not have permission to perform action(s) '{ACTION}' on the linked scope(s) '{identity}' (respectively) or the linked scope(s) are invalid."
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the compute provider has them.
    const COMPUTE: Rules = Rules {
        kind: "Microsoft.Compute/virtualMachines",
        takes: Takes::ALL,
        mode: Mode::Merge,
        words: Words::Compute,
        nulls: true,
        empty_map: true,
    };
    const OTHER: Rules = Rules {
        kind: "A.B/c",
        words: Words::FrontDoor,
        empty_map: false,
        ..COMPUTE
    };

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
        let body = json!({"type": kind, "userAssignedIdentities": map});
        changed_by(&COMPUTE, current, Some(&body))
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
        let replace = Rules {
            mode: Mode::Replace,
            ..COMPUTE
        };
        let end = changed_by(&replace, &start, Some(&body)).unwrap();
        assert_eq!(names(&end), ["b", "c"]);
        assert_eq!(end.system, None);
        for absent in [None, Some(&Value::Null)] {
            assert_eq!(changed_by(&replace, &start, absent).unwrap(), start);
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
            let error = changed_by(&COMPUTE, &start, Some(&identity)).unwrap_err();
            assert_eq!(error.status, 400);
            assert_eq!(error.body.code, code, "{identity}");
            assert_eq!(error.body.target.as_deref(), target, "{identity}");
        }
        let echo = json!({ id("A"): {"principalId": "p-a", "clientId": "c-a"} });
        assert_eq!(patch(&start, "UserAssigned", echo).unwrap(), start);
    }

    #[test]
    fn what_the_front_door_refuses() {
        let start = having(&["a"], false);
        let one = Rules {
            takes: Takes::EITHER_ONE,
            ..OTHER
        };
        let system = Rules {
            takes: Takes::SYSTEM.some(),
            ..OTHER
        };
        let no_nulls = Rules {
            nulls: false,
            ..OTHER
        };
        let map = |map: Value| json!({"type": "UserAssigned", "userAssignedIdentities": map});
        let beside = |kind: &str| json!({"type": kind, "userAssignedIdentities": {}});
        let cases = [
            (OTHER, json!({"type": "Own"}), "CannotSetResourceIdentity"),
            (system, json!({"type": "None"}), "CannotSetResourceIdentity"),
            (
                system,
                map(json!({ id("a"): {} })),
                "CannotSetResourceIdentity",
            ),
            (
                one,
                map(json!({ id("b"): {} })),
                "TooManyUserAssignedIdentities",
            ),
            (OTHER, map(json!({"name": {}})), "LinkedInvalidPropertyId"),
            (OTHER, map(json!({ id("a"): null })), "MissingIdentityIds"),
            (
                OTHER,
                map(json!({ id("a"): {"principalId": null} })),
                "InvalidIdentityValues",
            ),
            (
                OTHER,
                map(json!({ id("a"): {"PrincipalId": "p-a"} })),
                "InvalidIdentityValues",
            ),
            (
                no_nulls,
                map(json!({ id("b"): {}, id("a"): null })),
                "InvalidIdentityValues",
            ),
            (OTHER, beside("SystemAssigned"), "FailedIdentityOperation"),
            (OTHER, beside("None"), "FailedIdentityOperation"),
        ];
        for (rules, identity, code) in cases {
            let error = changed_by(&rules, &start, Some(&identity)).unwrap_err();
            assert_eq!(
                (error.status, error.body.code.as_str()),
                (400, code),
                "{identity}"
            );
        }
        let echo = map(json!({ id("A"): {"principalId": "p-a", "clientId": "c-a"} }));
        assert_eq!(changed_by(&OTHER, &start, Some(&echo)).unwrap(), start);
        let null = json!({"type": "None", "userAssignedIdentities": null});
        changed_by(&OTHER, &start, Some(&null)).unwrap();
        let tolerant = Rules {
            empty_map: true,
            ..OTHER
        };
        changed_by(&tolerant, &start, Some(&beside("None"))).unwrap();
        let swapped = map(json!({ id("b"): {}, id("a"): null }));
        assert_eq!(
            names(&changed_by(&one, &start, Some(&swapped)).unwrap()),
            ["b"]
        );
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
