//! Who is in whom above the subscriptions.

use super::store::State;
use crate::base::seed;
use crate::model::management_group::ManagementGroup;
use crate::model::subscription::Subscription;

/// The groups from that one up to the root.
fn upwards<'a>(state: &'a State, key: Option<&str>) -> Vec<&'a ManagementGroup> {
    let mut found: Vec<&ManagementGroup> = Vec::new();
    let mut next = key.and_then(|key| state.management_groups.get(key));
    while let Some(group) = next {
        found.push(group);
        next = group
            .parent
            .as_ref()
            .and_then(|parent| state.management_groups.get(parent));
    }
    found
}

/// The groups that a group is in, the nearest first.
pub(crate) fn above<'a>(state: &'a State, group: &ManagementGroup) -> Vec<&'a ManagementGroup> {
    upwards(state, group.parent.as_deref())
}

/// The groups that a subscription is in, the nearest first.
pub(crate) fn above_subscription<'a>(
    state: &'a State,
    subscription: &Subscription,
) -> Vec<&'a ManagementGroup> {
    let direct = subscription.management_group.as_deref();
    upwards(state, Some(direct.unwrap_or(seed::TENANT_ID)))
}

/// The groups directly in a group.
pub(crate) fn groups_in<'a>(
    state: &'a State,
    group: &ManagementGroup,
) -> impl Iterator<Item = &'a ManagementGroup> {
    let key = group.key();
    let all = state.management_groups.values();
    all.filter(move |one| one.parent.as_ref() == Some(&key))
}

/// The subscriptions directly in a group.
pub(crate) fn subscriptions_in<'a>(
    state: &'a State,
    group: &ManagementGroup,
) -> impl Iterator<Item = &'a Subscription> {
    let key = group.key();
    let all = state.subscriptions.values();
    all.filter(move |one| one.management_group.as_deref().unwrap_or(seed::TENANT_ID) == key)
}

/// Whether `group` is that one or in it, at any depth.
pub(crate) fn is_within(state: &State, group: &ManagementGroup, key: &str) -> bool {
    group.key() == key || above(state, group).iter().any(|one| one.key() == key)
}

/// Whether a subscription is in that group, at any depth.
pub(crate) fn holds(state: &State, key: &str, subscription: &Subscription) -> bool {
    let above = above_subscription(state, subscription);
    above.iter().any(|one| one.key() == key)
}

/// Makes a group, or changes the one of that id, and moves subscriptions into it; the error says
/// what is wrong.
pub(crate) fn put(
    state: &mut State,
    group: ManagementGroup,
    subscriptions: &[String],
) -> Result<(), String> {
    let key = group.key();
    if key == seed::TENANT_ID {
        return Err("id: it is that of the root".to_owned());
    }
    let parent = group.parent.as_deref().unwrap_or(seed::TENANT_ID);
    let parent = state
        .management_groups
        .get(parent)
        .ok_or_else(|| format!("parent: there is no management group '{parent}'"))?;
    if is_within(state, parent, &key) {
        return Err(format!("parent: '{}' is in '{}'", parent.id, group.id));
    }
    if let Some(unknown) = subscriptions
        .iter()
        .find(|id| !state.subscriptions.contains_key(&id.to_lowercase()))
    {
        return Err(format!("subscriptions: there is no '{unknown}'"));
    }
    let group = ManagementGroup {
        parent: Some(parent.key()),
        ..group
    };
    state.management_groups.insert(key.clone(), group);
    for id in subscriptions {
        if let Some(subscription) = state.subscriptions.get_mut(&id.to_lowercase()) {
            subscription.management_group = Some(key.clone());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, parent: Option<&str>) -> ManagementGroup {
        ManagementGroup {
            id: id.to_owned(),
            display_name: id.to_owned(),
            parent: parent.map(str::to_owned),
        }
    }

    #[test]
    fn groups_hold_what_is_in_the_groups_in_them() {
        let mut state = State::seeded(0);
        put(&mut state, group("Outer", None), &[]).unwrap();
        let mine = [seed::SUBSCRIPTION_ID.to_uppercase()];
        put(&mut state, group("inner", Some("outer")), &mine).unwrap();
        let subscription = &state.subscriptions[seed::SUBSCRIPTION_ID];
        let above = above_subscription(&state, subscription);
        let ids: Vec<&str> = above.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["inner", "Outer", seed::TENANT_ID]);
        for key in ["inner", "outer", seed::TENANT_ID] {
            assert!(holds(&state, key, subscription), "{key}");
        }
        let root = &state.management_groups[seed::TENANT_ID];
        assert_eq!(groups_in(&state, root).count(), 1);
        assert_eq!(subscriptions_in(&state, root).count(), 0);
        for (wrong, subscriptions) in [
            (group("outer", Some("inner")), vec![]),
            (group("x", Some("x")), vec![]),
            (group("x", Some("nowhere")), vec![]),
            (group(seed::TENANT_ID, None), vec![]),
            (group("x", None), vec!["none".to_owned()]),
        ] {
            assert!(put(&mut state, wrong, &subscriptions).is_err());
        }
    }
}
