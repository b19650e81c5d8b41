//! Where roles hold.

use super::error::{ArmError, group_not_found, resource_not_found};
use super::guards::Deed;
use super::route::Call;
use crate::base::seed;
use crate::state::{World, key};

pub(crate) fn denied(call: &Call<'_>, scope: &str) -> ArmError {
    let action = Deed::of(call.request, "", false).action();
    ArmError::new(
        403,
        "AuthorizationFailed",
        format!(
            "The client '{}' with object id '{}' does not have authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
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
    pub(crate) id: String,
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
                let full = format!("{namespace}/{kind}");
                exists(world, call, (subscription, group), &full, name)?;
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

    pub(crate) fn key(&self) -> String {
        self.id.to_lowercase()
    }
}

/// 404 for a resource of a type that is served here and is not there.
fn exists(
    world: &World,
    call: &Call<'_>,
    (subscription, group): (&str, &str),
    full: &str,
    name: &str,
) -> Result<(), ArmError> {
    match call.registry.resource_type(full) {
        Some(known)
            if !world
                .state
                .has_resource(&key::resource(subscription, group, known, name)) =>
        {
            Err(resource_not_found(known, name, group))
        }
        _ => Ok(()),
    }
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
