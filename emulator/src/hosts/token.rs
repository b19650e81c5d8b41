//! The tokens that hosts give: for which of their identities, and why there is none.

use serde_json::json;

use super::host::{HostKind, Hosts};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::model::identity::UserAssignedIdentity;
use crate::state::{State, World};
use crate::tokens::audience::{EXCHANGE_AUDIENCE, check_resource};
use crate::tokens::claims::Claims;
use crate::tokens::store::{self as tokens, IssuedToken, Subject, SubjectKind, TokenRequest};

/// `{error, error_description}`, the errors of OAuth 2.0.
pub(super) fn plain(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": error, "error_description": description }),
    )
}

/// Which identity a program asks for.
#[derive(Debug)]
pub(super) enum Selector {
    /// The host's own, or its only one.
    Default,
    Client(String),
    Principal(String),
    Resource(String),
}

impl Selector {
    /// By the first parameter that is there.
    pub(super) fn of(request: &Request) -> Self {
        let named = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| request.parameter(name).filter(|value| !value.is_empty()))
        };
        if let Some(id) = named(&["client_id", "clientid"]) {
            Selector::Client(id)
        } else if let Some(id) = named(&["object_id", "principal_id"]) {
            Selector::Principal(id)
        } else if let Some(id) = named(&["msi_res_id", "mi_res_id"]) {
            Selector::Resource(id)
        } else {
            Selector::Default
        }
    }
}

/// Why a host has no identity to give a token for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NoIdentity {
    NotFound,
    /// None was named, and there are several.
    Several,
}

/// The identities that a host has: those of its machine, or all user-assigned ones.
pub(super) fn user_assigned<'a>(
    state: &'a State,
    machine: Option<&str>,
) -> Box<dyn Iterator<Item = &'a UserAssignedIdentity> + 'a> {
    match machine {
        None => Box::new(state.identities.values()),
        Some(id) => Box::new(
            state
                .resource(id)
                .and_then(|resource| resource.identity())
                .into_iter()
                .flat_map(|identity| &identity.user)
                .filter_map(|reference| state.identity(&reference.id)),
        ),
    }
}

pub(super) fn system_assigned(state: &State, machine: Option<&str>) -> Option<Subject> {
    let resource = state.resource(machine?)?;
    let system = resource.identity()?.system.as_ref()?;
    Some(Subject {
        client_id: system.client_id.clone(),
        object_id: system.principal_id.clone(),
        kind: SubjectKind::Identity(resource.id()),
    })
}

pub(super) fn subject_of(identity: &UserAssignedIdentity) -> Subject {
    Subject {
        client_id: identity.client_id.clone(),
        object_id: identity.principal_id.clone(),
        kind: SubjectKind::Identity(identity.id()),
    }
}

pub(super) fn select(
    state: &State,
    machine: Option<&str>,
    selector: &Selector,
) -> Result<Subject, NoIdentity> {
    let system = system_assigned(state, machine);
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let mut users = user_assigned(state, machine);
    let found = match selector {
        Selector::Default => {
            if let Some(system) = system {
                return Ok(system);
            }
            let first = users.next().ok_or(NoIdentity::NotFound)?;
            if users.next().is_some() {
                return Err(NoIdentity::Several);
            }
            return Ok(subject_of(first));
        }
        Selector::Client(id) => {
            if let Some(system) = system.filter(|one| same(&one.client_id, id)) {
                return Ok(system);
            }
            users.find(|one| same(&one.client_id, id))
        }
        Selector::Principal(id) => {
            if let Some(system) = system.filter(|one| same(&one.object_id, id)) {
                return Ok(system);
            }
            users.find(|one| same(&one.principal_id, id))
        }
        Selector::Resource(id) => users.find(|one| same(&one.id(), id)),
    };
    found.map(subject_of).ok_or(NoIdentity::NotFound)
}

/// Why there is no token.
pub(super) enum TokenError {
    NoResource,
    NoIdentity(NoIdentity),
    /// What the sign-in service says of the resource.
    Resource(String),
}

/// A token for what the request names, and for whom it is.
pub(super) fn token_for(
    world: &mut World,
    kind: HostKind,
    selector: &Selector,
    resource: Option<String>,
    now: Millis,
) -> Result<(IssuedToken, Subject, String), TokenError> {
    let resource = resource
        .filter(|one| !one.is_empty())
        .ok_or(TokenError::NoResource)?;
    let for_exchange = resource == EXCHANGE_AUDIENCE;
    if !for_exchange {
        check_resource(world, &resource).map_err(|e| TokenError::Resource(e.text()))?;
    }
    let machine = world
        .session
        .part::<Hosts>()
        .0
        .get(&kind)
        .and_then(|host| host.machine.as_deref());
    let subject = select(&world.state, machine, selector).map_err(TokenError::NoIdentity)?;
    let request = TokenRequest {
        subject: &subject,
        grant: kind.grant(),
        audience: &resource,
        // Federated credentials name the issuer of version 2.
        version: if for_exchange { 2 } else { 1 },
        claims: Claims::default(),
    };
    let issued = tokens::make(world, request, now);
    Ok((issued, subject, resource))
}

/// Whether the header has the value that the host gave to its programs.
pub(super) fn has_header(world: &World, kind: HostKind, request: &Request, name: &str) -> bool {
    let host = world.session.part::<Hosts>().0.get(&kind);
    host.is_some_and(|host| request.header(name) == Some(host.header.0.as_str()))
}

/// `Metadata: true`, by which a program shows that nobody tricked it into the request.
pub(super) fn has_metadata_header(request: &Request) -> bool {
    request
        .header("metadata")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
