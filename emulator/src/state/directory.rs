//! The directory: who there is. Identities are in it by existing; people, groups and other
//! applications are registered, and groups are made through Microsoft Graph, too.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::store::State;
use super::world::World;
use crate::base::clock::Millis;
use crate::base::{random, seed};
use crate::model::app_role::AppRole;
use crate::model::application;
use crate::model::identity::UserAssignedIdentity;
use crate::model::principal::{DirectoryGroup, Principal, PrincipalType};
use crate::model::resource::Resource;
use crate::model::well_known::{APIS, Api};

/// Where somebody in the directory comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// An application that may sign in.
    Application,
    /// An API of Microsoft, which every directory has.
    WellKnown(&'static Api),
    Registered(&'a Principal),
    UserAssigned(&'a UserAssignedIdentity),
    SystemAssigned(&'a dyn Resource),
}

/// Somebody in the directory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'a> {
    pub(crate) id: &'a str,
    pub(crate) kind: PrincipalType,
    pub(crate) display_name: &'a str,
    pub(crate) app_id: Option<&'a str>,
    pub(crate) source: Source<'a>,
    /// When it was made; 0 for what is known everywhere at once.
    pub(crate) since: Millis,
}

impl Object<'_> {
    /// Whether those parts of the directory see it that are late by `delay`.
    pub(crate) fn is_replicated(&self, delay: Millis, now: Millis) -> bool {
        self.since == 0 || self.since.saturating_add(delay) <= now
    }

    /// The app roles that others can have on its API.
    pub(crate) fn app_roles(&self) -> Vec<AppRole> {
        match self.source {
            Source::WellKnown(api) => api.roles(),
            Source::Registered(principal) => principal.app_roles.clone(),
            Source::Application | Source::UserAssigned(_) | Source::SystemAssigned(_) => Vec::new(),
        }
    }

    /// What tokens for its API can have as their audience.
    pub(crate) fn service_names(&self) -> Vec<&str> {
        match self.source {
            Source::WellKnown(api) => api.names(),
            _ => self.app_id.into_iter().collect(),
        }
    }
}

/// Everybody.
pub(crate) fn objects(state: &State) -> impl Iterator<Item = Object<'_>> {
    let service = |id, app_id, display_name, source, since| Object {
        id,
        kind: PrincipalType::ServicePrincipal,
        display_name,
        app_id,
        source,
        since,
    };
    // Microsoft's own clients have no part in what a tenant manages.
    let applications = state
        .applications
        .values()
        .filter(|application| !application::is_family(&application.client_id))
        .map(move |application| {
            service(
                &application.principal_id,
                Some(&application.client_id),
                &application.display_name,
                Source::Application,
                0,
            )
        });
    let registered = state.principals.values().map(|principal| Object {
        id: &principal.id,
        kind: principal.kind,
        display_name: &principal.display_name,
        app_id: principal.app_id.as_deref(),
        source: Source::Registered(principal),
        since: 0,
    });
    let well_known = APIS.iter().map(move |api| {
        service(
            api.object_id,
            Some(api.app_id),
            api.display_name,
            Source::WellKnown(api),
            0,
        )
    });
    let identities = state.identities.values().map(move |identity| {
        service(
            &identity.principal_id,
            Some(&identity.client_id),
            &identity.name,
            Source::UserAssigned(identity),
            identity.created,
        )
    });
    let systems = state
        .with_identities()
        .filter_map(move |(_, resource, identity)| {
            let system = identity.system.as_ref()?;
            Some(service(
                &system.principal_id,
                Some(&system.client_id),
                resource.name(),
                Source::SystemAssigned(resource),
                system.created,
            ))
        });
    applications
        .chain(registered)
        .chain(well_known)
        .chain(identities)
        .chain(systems)
}

fn find<'a>(state: &'a State, id: &str) -> Option<Object<'a>> {
    objects(state).find(|object| object.id.eq_ignore_ascii_case(id))
}

/// Somebody as the parts of the directory see it that others ask: a new identity is there only
/// after the replication delay.
pub(crate) fn replicated<'a>(world: &'a World, id: &str, now: Millis) -> Option<Object<'a>> {
    let delay = world.session.settings.replication_delay_ms;
    find(&world.state, id).filter(|object| object.is_replicated(delay, now))
}

/// The user principal name of a user. One whose name has the form of one goes by that.
pub(crate) fn user_name(id: &str, display_name: &str) -> String {
    if id.eq_ignore_ascii_case(seed::USER_ID) {
        seed::USER_NAME.to_owned()
    } else if display_name.contains('@') {
        display_name.to_owned()
    } else {
        format!("{}@emulator.invalid", id.to_lowercase())
    }
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
    check_application(state, &principal)?;
    if principal.kind != PrincipalType::Group {
        state.directory_groups.remove(&principal.id);
    }
    state
        .principals
        .insert(principal.id.clone(), principal.clone());
    Ok(principal)
}

/// Checks what only the service principal of an API has.
fn check_application(state: &State, principal: &Principal) -> Result<(), String> {
    let Principal {
        app_id, app_roles, ..
    } = principal;
    let is_service = principal.kind == PrincipalType::ServicePrincipal;
    if !is_service && (app_id.is_some() || !app_roles.is_empty()) {
        return Err("type: only a ServicePrincipal has appId and appRoles".to_owned());
    }
    if let Some(app_id) = app_id {
        let is_taken = |object: Object<'_>| {
            object.id != principal.id
                && object
                    .app_id
                    .is_some_and(|id| id.eq_ignore_ascii_case(app_id))
        };
        if !random::is_guid(app_id) {
            return Err(format!("appId: '{app_id}' is not a GUID"));
        }
        if objects(state).any(is_taken) {
            return Err(format!("appId: '{app_id}' is that of another application"));
        }
    }
    match app_roles.iter().find(|role| !random::is_guid(&role.id)) {
        Some(role) => Err(format!("appRoles: the id '{}' is not a GUID", role.id)),
        None => Ok(()),
    }
}

/// Forgets the memberships and the app roles of those who are gone, and the app roles on APIs that
/// are gone.
pub(crate) fn prune(state: &mut State) {
    let no_members = |groups: &BTreeMap<String, DirectoryGroup>| {
        groups.values().all(|group| group.members.is_empty())
    };
    if state.app_role_assignments.is_empty() && no_members(&state.directory_groups) {
        return;
    }
    let mut groups = std::mem::take(&mut state.directory_groups);
    let mut assignments = std::mem::take(&mut state.app_role_assignments);
    let there: HashSet<&str> = objects(state).map(|object| object.id).collect();
    for group in groups.values_mut() {
        group.members.retain(|id| there.contains(id.as_str()));
    }
    assignments.retain(|_, one| {
        there.contains(one.principal_id.as_str()) && there.contains(one.resource_id.as_str())
    });
    state.directory_groups = groups;
    state.app_role_assignments = assignments;
}

/// The values of the app roles that an application has on the API with that service principal name:
/// what the `roles` of its tokens are.
pub(crate) fn roles_on(state: &State, principal: &str, audience: &str) -> Vec<String> {
    let audience = audience.trim_end_matches('/');
    let is_named = |name: &&str| name.trim_end_matches('/').eq_ignore_ascii_case(audience);
    let mut held = state
        .app_role_assignments
        .values()
        .filter(|one| one.principal_id.eq_ignore_ascii_case(principal))
        .peekable();
    if held.peek().is_none() {
        return Vec::new();
    }
    let Some(api) = objects(state).find(|object| object.service_names().iter().any(is_named))
    else {
        return Vec::new();
    };
    let roles = api.app_roles();
    let value = |id: &str| {
        roles
            .iter()
            .find(|role| role.id.eq_ignore_ascii_case(id))?
            .value
            .clone()
    };
    held.filter(|one| one.resource_id == api.id)
        .filter_map(|one| value(&one.app_role_id))
        .collect()
}

/// The groups that `id` is in, directly or through other groups.
pub(crate) fn groups_of(groups: &BTreeMap<String, DirectoryGroup>, id: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![id.to_lowercase()];
    while let Some(member) = open.pop() {
        for (group, details) in groups {
            if details.members.contains(&member) && found.insert(group.clone()) {
                open.push(group.clone());
            }
        }
    }
    found
}

/// Those in a group, directly or through other groups.
pub(crate) fn members_of(
    groups: &BTreeMap<String, DirectoryGroup>,
    group: &str,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![group.to_lowercase()];
    while let Some(one) = open.pop() {
        for member in groups.get(&one).iter().flat_map(|details| &details.members) {
            if found.insert(member.clone()) {
                open.push(member.clone());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership_goes_through_groups_and_around_in_circles() {
        let group = |members: &[&str]| DirectoryGroup {
            members: members.iter().map(|&m| m.to_owned()).collect(),
            ..DirectoryGroup::default()
        };
        let groups = BTreeMap::from([
            ("a".to_owned(), group(&["b", "x"])),
            ("b".to_owned(), group(&["a", "y"])),
            ("c".to_owned(), group(&["z"])),
        ]);
        let set = |ids: &[&str]| ids.iter().map(|&i| i.to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(groups_of(&groups, "y"), set(&["a", "b"]));
        assert_eq!(groups_of(&groups, "Z"), set(&["c"]));
        assert_eq!(members_of(&groups, "a"), set(&["a", "b", "x", "y"]));
        assert_eq!(members_of(&groups, "none"), set(&[]));
    }

    #[test]
    fn memberships_go_with_who_is_gone() {
        let mut state = State::seeded(0);
        let members = [seed::PRINCIPAL_ID, "gone"].map(str::to_owned);
        state.directory_groups.insert(
            seed::GROUP_ID.to_owned(),
            DirectoryGroup {
                members: BTreeSet::from(members),
                ..DirectoryGroup::default()
            },
        );
        prune(&mut state);
        let left = &state.directory_groups[seed::GROUP_ID].members;
        assert_eq!(left.iter().collect::<Vec<_>>(), [seed::PRINCIPAL_ID]);
    }
}
