//! What Resource Graph has taken in so far, and who has asked it how often.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::clock::Millis;
use crate::state::{Part, State};

/// How many states wait to be shown. When there are more, some are skipped: their changes show
/// with the next one, later and never earlier.
const WAITING: usize = 64;
/// How many queries there are in a window, and how long it is.
const QUOTA: u64 = 15;
const WINDOW: Millis = 5_000;

/// The index that queries are answered from.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// What the index shows, and what it will show; empty while it is not late.
    states: VecDeque<(Millis, Arc<State>)>,
    /// When the window of the quota began, and how many queries have been in it.
    window: Option<(Millis, u64)>,
}

impl Part for Index {
    fn reset(&mut self) {
        *self = Index::default();
    }
}

impl Index {
    /// The settings have changed: from now on the index is late by that much.
    pub(crate) fn set_delay(&mut self, delay: Millis, state: &State, now: Millis) {
        if delay == 0 {
            self.states.clear();
        } else if self.states.is_empty() {
            self.states.push_back((now, copy(state)));
        }
    }

    /// Something has changed.
    pub(crate) fn observe(&mut self, state: &State, now: Millis) {
        if self.states.is_empty() {
            return;
        }
        self.states.push_back((now, copy(state)));
        if self.states.len() > WAITING {
            let last = self.states.len() - 1;
            let mut at = 0;
            self.states.retain(|_| {
                let keep = at == 0 || (last - at).is_multiple_of(2);
                at += 1;
                keep
            });
        }
    }

    /// What there was that long ago; none when the index is not late.
    pub(crate) fn view(&mut self, delay: Millis, now: Millis) -> Option<Arc<State>> {
        while self
            .states
            .get(1)
            .is_some_and(|(since, _)| since.saturating_add(delay) <= now)
        {
            self.states.pop_front();
        }
        self.states.front().map(|(_, state)| Arc::clone(state))
    }

    /// Counts a query: how many are left and the seconds until there are more, or only those.
    /// Unless enforced, it is always the first one.
    pub(crate) fn count(&mut self, enforced: bool, now: Millis) -> Result<(u64, u64), u64> {
        if !enforced {
            self.window = None;
        }
        let (start, used) = match self.window {
            Some((start, used)) if now < start + WINDOW => (start, used),
            _ => (now, 0),
        };
        let resets = (start + WINDOW - now).div_ceil(1_000);
        if used == QUOTA {
            return Err(resets);
        }
        self.window = Some((start, used + 1));
        Ok((QUOTA - used - 1, resets))
    }
}

/// Without what queries never see.
fn copy(state: &State) -> Arc<State> {
    Arc::new(State {
        subscriptions: state.subscriptions.clone(),
        management_groups: state.management_groups.clone(),
        groups: state.groups.clone(),
        identities: state.identities.clone(),
        federated: Default::default(),
        machines: state.machines.clone(),
        generic: state.generic.clone(),
        deployments: Default::default(),
        assignments: state.assignments.clone(),
        roles: state.roles.clone(),
        locks: Default::default(),
        principals: Default::default(),
        directory_groups: Default::default(),
        app_role_assignments: Default::default(),
        applications: Default::default(),
        operations: Default::default(),
        signing_certificate: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_is_a_window() {
        let mut index = Index::default();
        for left in (0..15).rev() {
            assert_eq!(index.count(true, 1_000), Ok((left, 5)));
        }
        assert_eq!(index.count(true, 1_001), Err(5));
        assert_eq!(index.count(true, 5_000), Err(1));
        assert_eq!(index.count(true, 6_000), Ok((14, 5)));
        assert_eq!(index.count(false, 6_000), Ok((14, 5)));
        assert_eq!(index.count(false, 6_000), Ok((14, 5)));
    }

    #[test]
    fn changes_show_late_and_never_early() {
        let mut index = Index::default();
        let mut state = State::seeded(0);
        index.observe(&state, 0);
        assert!(index.view(0, 0).is_none(), "it is not late");
        index.set_delay(100, &state, 0);
        // The number of groups tells the states apart.
        for change in 1..=1_000 {
            let group = state.groups.values().next().cloned().unwrap();
            state.groups.insert(format!("/{change}"), group);
            index.observe(&state, change);
            let shown = index.view(100, change).unwrap().groups.len() as u64 - 2;
            assert!(shown <= change.saturating_sub(100), "{change}: {shown}");
            assert!(shown + 200 >= change, "{change}: {shown}");
            assert!(index.states.len() <= WAITING);
        }
        let shown = index.view(100, 1_100).unwrap();
        assert_eq!(shown.groups.len(), 1_002);
        index.set_delay(0, &state, 1_100);
        assert!(index.view(0, 1_100).is_none());
    }
}
