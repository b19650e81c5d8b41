//! What Azure would remember, and what a state file holds.

use std::collections::BTreeMap;
use std::iter;
use std::ops::Bound;

use serde::{Deserialize, Serialize};

use super::key;
use crate::base::clock::Millis;
use crate::base::{random, seed};
use crate::model::app_role::AppRoleAssignment;
use crate::model::application::{self, Application};
use crate::model::assignment::Assignment;
use crate::model::builtin_roles;
use crate::model::deployment::Deployment;
use crate::model::federated::{FederatedCredential, Trust};
use crate::model::generic::GenericResource;
use crate::model::identity::UserAssignedIdentity;
use crate::model::lock::Lock;
use crate::model::machine::Machine;
use crate::model::management_group::{self, ManagementGroup};
use crate::model::operation::Operation;
use crate::model::principal::{DirectoryGroup, Principal};
use crate::model::resource::{Listing, Resource, Tags};
use crate::model::role_assignment::RoleAssignment;
use crate::model::role_definition::{AnyRole, RoleDefinition};
use crate::model::seeded::{self, Place};
use crate::model::subscription::{ResourceGroup, Subscription};

/// What the emulated cloud holds. Maps are keyed by resource id in lower case, because ARM
/// compares ids without regard to casing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// By id in lower case.
    #[serde(default = "management_group::seeded")]
    pub(crate) management_groups: BTreeMap<String, ManagementGroup>,
    pub(crate) groups: BTreeMap<String, ResourceGroup>,
    pub(crate) identities: BTreeMap<String, UserAssignedIdentity>,
    #[serde(default)]
    pub(crate) federated: BTreeMap<String, FederatedCredential>,
    pub(crate) machines: BTreeMap<String, Machine>,
    // Its name in state files of earlier versions was `kept`.
    #[serde(default, alias = "kept")]
    pub(crate) generic: BTreeMap<String, GenericResource>,
    #[serde(default)]
    pub(crate) deployments: BTreeMap<String, Deployment>,
    #[serde(default)]
    pub(crate) assignments: BTreeMap<String, RoleAssignment>,
    /// Roles of one's own, by GUID in lower case.
    #[serde(default)]
    pub(crate) roles: BTreeMap<String, RoleDefinition>,
    #[serde(default)]
    pub(crate) locks: BTreeMap<String, Lock>,
    /// By id.
    #[serde(default)]
    pub(crate) principals: BTreeMap<String, Principal>,
    /// What groups of the directory have beside their names, by id.
    #[serde(default)]
    pub(crate) directory_groups: BTreeMap<String, DirectoryGroup>,
    /// Who has which app role of an API, by id.
    #[serde(default)]
    pub(crate) app_role_assignments: BTreeMap<String, AppRoleAssignment>,
    /// By client id.
    #[serde(default = "application::seeded")]
    pub(crate) applications: BTreeMap<String, Application>,
    /// By operation id.
    pub(crate) operations: BTreeMap<String, Operation>,
    /// The `c` of signed operation URLs: in Azure a certificate, here as long and as opaque.
    pub(crate) signing_certificate: String,
}

impl State {
    /// The state that a fresh emulator has.
    pub(crate) fn seeded(now: Millis) -> Self {
        let subscription = Subscription::new(seed::SUBSCRIPTION_ID, seed::SUBSCRIPTION_NAME);
        let groups = [seed::RESOURCE_GROUP, seed::SECOND_RESOURCE_GROUP].map(|name| {
            let group = ResourceGroup::seeded(seed::SUBSCRIPTION_ID, name);
            (key::group(seed::SUBSCRIPTION_ID, name), group)
        });
        let vm = seeded::machine(Place::INITIAL, now);
        let beside = seeded::beside_the_machine(Place::INITIAL, now);
        let beside = beside.into_iter().map(|one| (one.id.to_lowercase(), one));
        let principals = Principal::seeded().map(|one| (one.id.clone(), one));
        State {
            subscriptions: BTreeMap::from([(subscription.id.clone(), subscription)]),
            management_groups: management_group::seeded(),
            groups: BTreeMap::from(groups),
            identities: BTreeMap::new(),
            federated: BTreeMap::new(),
            machines: BTreeMap::from([(vm.key(), vm)]),
            generic: beside.collect(),
            deployments: BTreeMap::new(),
            assignments: BTreeMap::new(),
            roles: BTreeMap::new(),
            locks: BTreeMap::new(),
            principals: BTreeMap::from(principals),
            directory_groups: BTreeMap::new(),
            app_role_assignments: BTreeMap::new(),
            applications: application::seeded(),
            operations: BTreeMap::new(),
            signing_certificate: random::opaque(2_030),
        }
    }

    /// The resources of all providers, each with its key. What is in another resource is not among
    /// them, but for those with routes of their own; nor is what is on something else, such as a
    /// policy assignment.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (&String, &dyn Resource)> {
        self.resources_in("", None)
    }

    /// Those of [`State::resources`] whose keys begin with `prefix` and come after `after`, in the order
    /// of the keys.
    pub(crate) fn resources_in<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        self.all_in(prefix, after)
            .filter(|(_, resource)| resource.listing() == Listing::Tracked)
    }

    /// What is on something else, such as a policy assignment.
    pub(crate) fn extensions(&self) -> impl Iterator<Item = (&String, &dyn Resource)> {
        self.all_in("", None)
            .filter(|(_, resource)| resource.listing() == Listing::OnScope)
    }

    /// Everything that can have identities, and the identities themselves: those whose keys begin with
    /// `prefix` and come after `after`, in the order of the keys.
    fn all_in<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        fn those<'a, T: Resource>(
            map: &'a BTreeMap<String, T>,
            prefix: &'a str,
            after: Option<&str>,
        ) -> Box<dyn Iterator<Item = Entry<'a>> + 'a> {
            let found = within_after(map, prefix, after);
            Box::new(found.map(|(key, one)| (key, one as &dyn Resource)))
        }
        merged([
            those(&self.identities, prefix, after),
            those(&self.machines, prefix, after),
            those(&self.generic, prefix, after),
        ])
    }

    /// The resource with that id, in any casing.
    pub(crate) fn resource(&self, id: &str) -> Option<&dyn Resource> {
        let key = id.to_lowercase();
        let identity = self.identities.get(&key).map(|one| one as &dyn Resource);
        let machine = || self.machines.get(&key).map(|one| one as &dyn Resource);
        let other = || self.generic.get(&key).map(|one| one as &dyn Resource);
        identity.or_else(machine).or_else(other)
    }

    /// Everything that has identities, with its key.
    pub(crate) fn with_identities(
        &self,
    ) -> impl Iterator<Item = (&String, &dyn Resource, &Assignment)> {
        self.all_in("", None).filter_map(|(key, resource)| {
            let identity = resource.identity()?;
            let any = identity.kind().system || identity.kind().user;
            any.then_some((key, resource, identity))
        })
    }

    /// Whether there is a resource with that key.
    pub(crate) fn has_resource(&self, key: &str) -> bool {
        self.resource(key).is_some()
    }

    /// The user-assigned identity with that resource id, in any casing.
    pub(crate) fn identity(&self, id: &str) -> Option<&UserAssignedIdentity> {
        self.identities.get(&id.to_lowercase())
    }

    /// Whose tokens may act as the user-assigned identity with that id.
    pub(crate) fn trusted(&self, identity: &str) -> Vec<&Trust> {
        within(&self.federated, &key::credentials(identity))
            .map(|(_, credential)| &credential.trust)
            .collect()
    }

    /// The role with that GUID.
    pub(crate) fn role(&self, guid: &str) -> Option<AnyRole<'_>> {
        let own = || self.roles.get(&guid.to_lowercase()).map(AnyRole::Custom);
        builtin_roles::find(guid).map(AnyRole::BuiltIn).or_else(own)
    }

    /// All roles, the built-in ones first.
    pub(crate) fn all_roles(&self) -> impl Iterator<Item = AnyRole<'_>> {
        let own = self.roles.values().map(AnyRole::Custom);
        builtin_roles::ROLES.iter().map(AnyRole::BuiltIn).chain(own)
    }

    /// The tags of the subscription, the resource group or the resource with that key; none where
    /// there is no such thing.
    pub(crate) fn tags_of(&self, key: &str) -> Option<Option<&Tags>> {
        if let Some(subscription) = subscription_in(key) {
            return self
                .subscriptions
                .get(subscription)
                .map(|s| s.tags.as_ref());
        }
        match self.groups.get(key) {
            Some(group) => Some(group.tags.as_ref()),
            None => self.resource(key).map(|resource| resource.tags()),
        }
    }

    /// Sets the tags of what has that key.
    pub(crate) fn set_tags(&mut self, key: &str, tags: Tags) {
        if let Some(subscription) = subscription_in(key) {
            if let Some(subscription) = self.subscriptions.get_mut(subscription) {
                subscription.tags = Some(tags);
            }
        } else if let Some(group) = self.groups.get_mut(key) {
            group.tags = Some(tags);
        } else if let Some(identity) = self.identities.get_mut(key) {
            identity.tags = tags;
        } else if let Some(machine) = self.machines.get_mut(key) {
            machine.tags = tags;
            machine.etag += 1;
        } else if let Some(other) = self.generic.get_mut(key) {
            other.tags = Some(tags);
        }
    }

    /// Whether an operation runs on the resource with that key.
    pub(crate) fn is_busy(&self, key: &str) -> bool {
        let machine = self.machines.get(key).map(|one| &one.running);
        let other = || self.generic.get(key).map(|one| &one.running);
        machine.or_else(other).is_some_and(Option::is_some)
    }

    /// Removes the resource or the resource group with that key, and what is in it or on it: child
    /// resources, role assignments and locks. The roles that an identity has elsewhere stay, and so do the
    /// references to it on machines.
    pub(crate) fn remove(&mut self, key: &str) {
        fn prune<T>(map: &mut BTreeMap<String, T>, key: &str) {
            map.remove(key);
            let inside: Vec<String> = within(map, &format!("{key}/"))
                .map(|(key, _)| key.clone())
                .collect();
            for key in inside {
                map.remove(&key);
            }
        }
        prune(&mut self.groups, key);
        prune(&mut self.identities, key);
        prune(&mut self.federated, key);
        prune(&mut self.machines, key);
        prune(&mut self.generic, key);
        prune(&mut self.deployments, key);
        prune(&mut self.assignments, key);
        prune(&mut self.locks, key);
    }
}

/// The id of the subscription that a key is the key of.
fn subscription_in(key: &str) -> Option<&str> {
    key.strip_prefix("/subscriptions/")
        .filter(|id| !id.contains('/'))
}

/// A resource and its key.
type Entry<'a> = (&'a String, &'a dyn Resource);

/// The entries of several maps, each in the order of its keys, in the order of all keys. No two maps
/// have the same key.
fn merged<'a, I: Iterator<Item = Entry<'a>>>(
    maps: impl IntoIterator<Item = I>,
) -> impl Iterator<Item = Entry<'a>> {
    let first = |mut map: I| map.next().map(|(key, one)| (key, (one, map)));
    let mut next: BTreeMap<_, _> = maps.into_iter().filter_map(first).collect();
    iter::from_fn(move || {
        let (key, (one, map)) = next.pop_first()?;
        next.extend(first(map));
        Some((key, one))
    })
}

/// The entries of a map whose keys begin with `prefix`, in the order of the keys.
pub(crate) fn within<'a, 'p, T>(
    map: &'a BTreeMap<String, T>,
    prefix: &'p str,
) -> impl Iterator<Item = (&'a String, &'a T)> + use<'a, 'p, T> {
    within_after(map, prefix, None)
}

/// Those of [`within`] whose keys come after `after`. What comes before takes no time, so that a long
/// list costs the same on each of its pages.
pub(crate) fn within_after<'a, 'p, T>(
    map: &'a BTreeMap<String, T>,
    prefix: &'p str,
    after: Option<&str>,
) -> impl Iterator<Item = (&'a String, &'a T)> + use<'a, 'p, T> {
    let first = match after {
        Some(after) if after >= prefix => Bound::Excluded(after),
        _ => Bound::Included(prefix),
    };
    map.range::<str, _>((first, Bound::Unbounded))
        .take_while(move |(key, _)| key.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_group_goes_with_it_and_what_is_in_another_stays() {
        let mut state = State::seeded(0);
        let vm = state.machines.values().next().unwrap().clone();
        let mut other = vm.clone();
        other.group = format!("{}2", vm.group);
        state.machines.insert(other.key(), other.clone());
        state.remove(&key::group(&vm.subscription, &vm.group));
        assert_eq!(state.machines.keys().collect::<Vec<_>>(), [&other.key()]);
        assert_eq!(state.groups.len(), 1);
    }

    #[test]
    fn what_comes_after_a_key_is_what_is_left_of_the_whole() {
        let map = BTreeMap::from(["a", "b/1", "b/2", "b/3", "c"].map(|key| (key.to_owned(), ())));
        let after = |key| -> Vec<&str> {
            let rest = within_after(&map, "b/", key);
            rest.map(|(key, ())| key.as_str()).collect()
        };
        let whole = ["b/1", "b/2", "b/3"];
        for (key, rest) in [
            (None, &whole[..]),
            (Some(""), &whole),
            (Some("a"), &whole),
            (Some("b/"), &whole),
            (Some("b/1"), &whole[1..]),
            (Some("b/15"), &whole[1..]),
            (Some("b/3"), &[]),
            (Some("c"), &[]),
            (Some("d"), &[]),
        ] {
            assert_eq!(after(key), rest, "{key:?}");
        }
    }

    #[test]
    fn resources_of_all_kinds_come_in_the_order_of_their_keys() {
        let state = State::seeded(0);
        let keys: Vec<_> = state.resources().map(|(key, _)| key.as_str()).collect();
        assert!(keys.len() > 2 && keys.is_sorted(), "{keys:?}");
        let rest: Vec<_> = state
            .resources_in("", Some(keys[0]))
            .map(|(key, _)| key.as_str())
            .collect();
        assert_eq!(rest, keys[1..]);
    }
}
