//! The directory: who there is. Identities are in it by existing; people, groups and other
//! applications are registered, and groups are made through Microsoft Graph, too.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::store::State;
use super::world::World;
use crate::base::clock::Millis;
use crate::base::{random, seed};
use crate::model::application;
use crate::model::identity::UserAssignedIdentity;
use crate::model::principal::{DirectoryGroup, Principal, PrincipalType};
use crate::model::resource::Resource;

/// Where somebody in the directory comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// An application that may sign in.
    Application,
    Registered,
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
        app_id: None,
        source: Source::Registered,
        since: 0,
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
    if principal.kind != PrincipalType::Group {
        state.directory_groups.remove(&principal.id);
    }
    state
        .principals
        .insert(principal.id.clone(), principal.clone());
    Ok(principal)
}

/// Forgets the memberships of those who are gone.
pub(crate) fn prune(state: &mut State) {
    if state
        .directory_groups
        .values()
        .all(|g| g.members.is_empty())
    {
        return;
    }
    let mut groups = std::mem::take(&mut state.directory_groups);
    let there: HashSet<&str> = objects(state).map(|object| object.id).collect();
    for group in groups.values_mut() {
        group.members.retain(|id| there.contains(id.as_str()));
    }
    state.directory_groups = groups;
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
