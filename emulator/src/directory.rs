//! The directory: who can be given a role. Identities are in it by existing; people, groups and
//! other applications are registered.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::random;
use crate::seed;
use crate::state::{State, World};

/// What roles can be given to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Kind {
    User,
    Group,
    ServicePrincipal,
    ForeignGroup,
    Device,
}

impl Kind {
    /// As it is written in role assignments; read in any casing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [
            Kind::User,
            Kind::Group,
            Kind::ServicePrincipal,
            Kind::ForeignGroup,
            Kind::Device,
        ]
        .into_iter()
        .find(|kind| kind.name().eq_ignore_ascii_case(text))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::User => "User",
            Kind::Group => "Group",
            Kind::ServicePrincipal => "ServicePrincipal",
            Kind::ForeignGroup => "ForeignGroup",
            Kind::Device => "Device",
        }
    }
}

/// A principal that was registered; those of identities are not kept here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Principal {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    pub(crate) display_name: String,
}

/// Registers a principal; the error says what is wrong with it. It is known everywhere at once.
pub(crate) fn register(state: &mut State, mut principal: Principal) -> Result<Principal, String> {
    if !random::is_guid(&principal.id) {
        return Err(format!("id: '{}' is not a GUID", principal.id));
    }
    principal.id = principal.id.to_lowercase();
    if !state.principals.contains_key(&principal.id) && find(state, &principal.id).is_some() {
        return Err(format!(
            "id: '{}' is the principal of an identity",
            principal.id
        ));
    }
    state
        .principals
        .insert(principal.id.clone(), principal.clone());
    Ok(principal)
}

/// The kind of a principal that exists, and since when.
fn find(state: &State, id: &str) -> Option<(Kind, Millis)> {
    let service = |since| Some((Kind::ServicePrincipal, since));
    if id.eq_ignore_ascii_case(seed::PRINCIPAL_ID) {
        return service(0);
    }
    if let Some(principal) = state.principals.get(&id.to_lowercase()) {
        return Some((principal.kind, 0));
    }
    let mut identities = state.identities.values();
    if let Some(identity) = identities.find(|i| i.principal_id.eq_ignore_ascii_case(id)) {
        return service(identity.created);
    }
    let mut systems = state
        .machines
        .values()
        .filter_map(|machine| machine.identity.system.as_ref());
    systems
        .find(|system| system.principal_id.eq_ignore_ascii_case(id))
        .and_then(|system| service(system.created))
}

/// The kind of a principal, as the part of the directory sees it that role assignments ask: a new
/// identity is there only after the replication delay.
pub(crate) fn replicated(world: &World, id: &str, now: Millis) -> Option<Kind> {
    let delay = world.session.settings.replication_delay_ms;
    find(&world.state, id)
        .filter(|(_, since)| since.saturating_add(delay) <= now || *since == 0)
        .map(|(kind, _)| kind)
}
