//! Microsoft.Authorization: role definitions, which are the built-in ones, and role assignments.

pub(crate) mod assignments;

use crate::arm::error::{ArmError, group_not_found, resource_not_found};
use crate::arm::router::{Call, Handled, Route, Versions, route};
use crate::base::seed;
use crate::model::builtin_roles as definitions;
use crate::state::{State, World, key};
use crate::{compute, generic, identity};

const VERSIONS: Versions = Versions::Listed(&[
    "2015-07-01",
    "2017-10-01-preview",
    "2018-01-01-preview",
    "2018-07-01",
    "2018-09-01-preview",
    "2020-03-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2021-04-01-preview",
    "2022-01-01-preview",
    "2022-04-01",
    "2022-05-01-preview",
]);

const ASSIGNMENTS: &str = "{scope}/providers/Microsoft.Authorization/roleAssignments";
const ASSIGNMENT: &str = "{scope}/providers/Microsoft.Authorization/roleAssignments/{name}";
const ROOT_ASSIGNMENTS: &str = "/providers/Microsoft.Authorization/roleAssignments";
const ROOT_ASSIGNMENT: &str = "/providers/Microsoft.Authorization/roleAssignments/{name}";

pub(crate) const ROUTES: &[Route] = &[
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions",
        definitions::list,
        VERSIONS,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}",
        definitions::get,
        VERSIONS,
    ),
    route(
        "GET",
        "/providers/Microsoft.Authorization/roleDefinitions",
        definitions::list,
        VERSIONS,
    ),
    route(
        "GET",
        "/providers/Microsoft.Authorization/roleDefinitions/{name}",
        definitions::get,
        VERSIONS,
    ),
    route("GET", ASSIGNMENTS, assignments::list, VERSIONS),
    route("PUT", ASSIGNMENT, assignments::put, VERSIONS),
    route("GET", ASSIGNMENT, assignments::get, VERSIONS),
    route("DELETE", ASSIGNMENT, assignments::delete, VERSIONS),
    route("GET", ROOT_ASSIGNMENTS, not_at_the_root, VERSIONS),
    route("PUT", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
    route("GET", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
    route("DELETE", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
];

/// Above the subscriptions the caller has no say.
fn not_at_the_root(_: &mut World, call: &Call<'_>) -> Handled {
    Err(denied(call, "/"))
}

fn denied(call: &Call<'_>, scope: &str) -> ArmError {
    let verb = match call.request.method.as_str() {
        "GET" => "read",
        "DELETE" => "delete",
        _ => "write",
    };
    ArmError::new(
        403,
        "AuthorizationFailed",
        format!(
            "The client '{}' with object id '{}' does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/{verb}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
            seed::CLIENT_ID,
            seed::PRINCIPAL_ID
        ),
    )
    .gateway()
}

/// Where a role holds: a subscription, a resource group or a resource, and all that is in it.
#[derive(Debug, PartialEq)]
pub(crate) struct Scope {
    /// As it was sent, with one slash between segments.
    id: String,
    pub(crate) subscription: String,
}

impl Scope {
    /// The scope in the path. It has to make sense, and its resource group has to be there; for a
    /// write the resource, too, if it is of a type that is served here. Other resources are taken
    /// to exist.
    pub(crate) fn of(world: &World, call: &Call<'_>, write: bool) -> Result<Scope, ArmError> {
        let id = call.param("scope").to_owned();
        let segments: Vec<&str> = id.split('/').filter(|s| !s.is_empty()).collect();
        let is = |at: usize, text: &str| {
            segments
                .get(at)
                .is_some_and(|segment| segment.eq_ignore_ascii_case(text))
        };
        if is(0, "providers") && is(1, "Microsoft.Management") && is(2, "managementGroups") {
            return Err(denied(call, &id));
        }
        let nonsense = || {
            ArmError::new(
                404,
                "MissingSubscription",
                format!(
                    "The request did not have a subscription or a valid tenant level resource provider: '{id}' is not a scope."
                ),
            )
            .gateway()
        };
        // The router has seen to it that a subscription in the path exists.
        let [first, subscription, rest @ ..] = &segments[..] else {
            return Err(nonsense());
        };
        if !first.eq_ignore_ascii_case("subscriptions") {
            return Err(nonsense());
        }
        let mut resource = rest;
        if let [word, group, inside @ ..] = rest
            && word.eq_ignore_ascii_case("resourceGroups")
        {
            let found = world.state.groups.get(&key::group(subscription, group));
            let found = found.ok_or_else(|| group_not_found(group))?;
            if write && found.deleting {
                return Err(ArmError::new(
                    409,
                    "ResourceGroupBeingDeleted",
                    format!("The resource group '{group}' is in deprovisioning state and cannot perform this operation."),
                )
                .gateway());
            }
            if write && let [_, namespace, kind, name, ..] = inside {
                exists(&world.state, subscription, group, namespace, kind, name)?;
            }
            resource = inside;
        }
        let whole = match resource {
            [] => true,
            [word, _, kinds_and_names @ ..] => {
                word.eq_ignore_ascii_case("providers")
                    && !kinds_and_names.is_empty()
                    && kinds_and_names.len() % 2 == 0
            }
            [_] => false,
        };
        if !whole {
            return Err(nonsense());
        }
        Ok(Scope {
            subscription: (*subscription).to_owned(),
            id: format!("/{}", segments.join("/")),
        })
    }

    fn key(&self) -> String {
        self.id.to_lowercase()
    }
}

/// 404 for a resource of a type that is served here and is not there.
fn exists(
    state: &State,
    subscription: &str,
    group: &str,
    namespace: &str,
    kind: &str,
    name: &str,
) -> Result<(), ArmError> {
    let full = format!("{namespace}/{kind}");
    let key = key::resource(subscription, group, &full, name);
    let known = [
        (identity::KIND, state.identities.contains_key(&key)),
        (
            compute::Kind::VirtualMachine.name(),
            state.machines.contains_key(&key),
        ),
        (
            compute::Kind::ScaleSet.name(),
            state.machines.contains_key(&key),
        ),
    ];
    if generic::is_kept(&full) && !state.kept.contains_key(&key) {
        return Err(resource_not_found(&full, name, group));
    }
    match known
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(&full))
    {
        Some((known, false)) => Err(resource_not_found(known, name, group)),
        _ => Ok(()),
    }
}

/// One condition of a `$filter`.
#[derive(Debug, PartialEq)]
pub(crate) enum Clause {
    /// `name()` or `name('argument')`.
    Call(String, Option<String>),
    /// `name eq 'value'`.
    Equal(String, String),
}

/// The clauses of a `$filter`, which are joined by `and`; none when it is anything else.
pub(crate) fn clauses(filter: &str) -> Option<Vec<Clause>> {
    let mut rest = filter.trim();
    let mut found = Vec::new();
    loop {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        let behind = behind.trim_start();
        if let Some(inside) = behind.strip_prefix('(') {
            let inside = inside.trim_start();
            let (argument, behind) = match inside.strip_prefix(')') {
                Some(behind) => (None, behind),
                None => {
                    let (text, behind) = operand(inside)?;
                    (Some(text), behind.trim_start().strip_prefix(')')?)
                }
            };
            found.push(Clause::Call(name.to_owned(), argument));
            rest = behind;
        } else {
            let (word, value) = behind.split_once(' ')?;
            if !word.eq_ignore_ascii_case("eq") {
                return None;
            }
            let (text, behind) = operand(value.trim_start())?;
            found.push(Clause::Equal(name.to_owned(), text));
            rest = behind;
        }
        if rest.trim().is_empty() {
            return Some(found);
        }
        let (word, next) = rest.trim_start().split_once(' ')?;
        if !word.eq_ignore_ascii_case("and") {
            return None;
        }
        rest = next.trim_start();
    }
}

/// A quoted string, or a bare GUID, and what is behind it.
fn operand(text: &str) -> Option<(String, &str)> {
    if let Some(inside) = text.strip_prefix('\'') {
        let mut value = String::new();
        let mut rest = inside;
        loop {
            let (part, behind) = rest.split_once('\'')?;
            value.push_str(part);
            match behind.strip_prefix('\'') {
                Some(more) => {
                    value.push('\'');
                    rest = more;
                }
                None => return Some((value, behind)),
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .unwrap_or(text.len());
    let (value, behind) = text.split_at(end);
    crate::base::random::is_guid(value).then(|| (value.to_owned(), behind))
}

pub(crate) fn bad_filter(filter: &str, supported: &str) -> ArmError {
    ArmError::new(
        400,
        "UnsupportedFilter",
        format!(
            "The filter '{filter}' is not supported. Supported are {supported}, also joined by 'and'."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let call = |name: &str, argument: Option<&str>| {
            Clause::Call(name.to_owned(), argument.map(str::to_owned))
        };
        assert_eq!(clauses("atScope()"), Some(vec![call("atScope", None)]));
        assert_eq!(
            clauses(" atScope() AND assignedTo('a''b') "),
            Some(vec![call("atScope", None), call("assignedTo", Some("a'b"))])
        );
        let guid = seed::PRINCIPAL_ID;
        for text in [
            format!("principalId eq '{guid}'"),
            format!("principalId eq {guid}"),
        ] {
            assert_eq!(
                clauses(&text),
                Some(vec![Clause::Equal(
                    "principalId".to_owned(),
                    guid.to_owned()
                )])
            );
        }
        for text in [
            "",
            "atScope",
            "atScope(",
            "atScope() or x()",
            "a eq b",
            "a ne 'b'",
            "a eq 'b",
            "a('b'",
            "a() and",
            "a eq 'b' 'c'",
            "é eq 'b'",
        ] {
            assert_eq!(clauses(text), None, "{text}");
        }
    }
}
