//! In what order recorded requests are sent again.
//!
//! Requests for one resource come one after the other, and resources beside each other. What lists or
//! contains others, such as the list of a group or the group itself, comes before all of them: the
//! client that was recorded needed it first.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

/// A request of the emulator's log.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) status: u16,
}

/// Requests that come one after the other.
pub(crate) type Chain = Vec<Recorded>;

/// Requests in the order in which they need each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Sent first, each chain after the other.
    pub(crate) before: Vec<Chain>,
    /// Sent beside each other.
    pub(crate) each: Vec<Chain>,
}

impl Plan {
    /// The plan of requests in the order in which they were answered.
    pub(crate) fn of(log: Vec<Recorded>) -> Self {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut chains: Vec<(String, Chain)> = Vec::new();
        for request in log {
            let resource = resource(&request.path);
            let place = *places.entry(resource.clone()).or_insert_with(|| {
                chains.push((resource, Chain::new()));
                chains.len() - 1
            });
            chains[place].1.push(request);
        }
        let containers = containers(chains.iter().map(|(resource, _)| resource.as_str()));
        let mut plan = Self::default();
        for (resource, chain) in chains {
            match containers.contains(resource.as_str()) {
                true => plan.before.push(chain),
                false => plan.each.push(chain),
            }
        }
        plan
    }
}

/// What a request is about. Azure does not tell the casing of paths apart.
fn resource(path: &str) -> String {
    let (path, _) = path.split_once('?').unwrap_or((path, ""));
    path.trim_end_matches('/').to_ascii_lowercase()
}

/// The paths that others lie below.
fn containers<'a>(paths: impl Iterator<Item = &'a str>) -> HashSet<String> {
    let mut above = HashSet::new();
    for path in paths {
        let mut rest = path;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            if !above.insert(parent.to_owned()) {
                break;
            }
            rest = parent;
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str) -> Recorded {
        Recorded {
            method: method.to_owned(),
            path: path.to_owned(),
            status: 200,
        }
    }

    #[test]
    fn requests_for_a_resource_follow_each_other_and_resources_do_not() {
        let log = vec![
            request("GET", "/g/ids/a?api-version=1"),
            request("GET", "/g/ids/b?api-version=1"),
            request("PUT", "/G/ids/B?api-version=1"),
            request("PUT", "/g/ids/a?api-version=1"),
        ];
        let plan = Plan::of(log.clone());
        assert_eq!(plan.before, Vec::<Chain>::new());
        assert_eq!(
            plan.each,
            [
                vec![log[0].clone(), log[3].clone()],
                vec![log[1].clone(), log[2].clone()]
            ]
        );
    }

    #[test]
    fn what_contains_others_comes_first_with_all_its_pages() {
        let log = vec![
            request("GET", "/g/ids?x=1"),
            request("PUT", "/g/ids/a"),
            request("GET", "/g/ids?x=1&$skiptoken=2"),
            request("GET", "/g"),
            request("PUT", "/g/ids-more"),
        ];
        let plan = Plan::of(log.clone());
        assert_eq!(
            plan.before,
            [vec![log[0].clone(), log[2].clone()], vec![log[3].clone()]]
        );
        assert_eq!(plan.each, [vec![log[1].clone()], vec![log[4].clone()]]);
    }

    #[test]
    fn no_requests_are_no_plan() {
        assert_eq!(Plan::of(Vec::new()), Plan::default());
    }
}
