//! Microsoft's own APIs whose service principals are in most directories, with their application
//! ids and a part of their permissions.

mod api;
mod azure;
mod graph;
mod office;

pub(crate) use api::Api;

/// The tenant that owns Microsoft's applications.
pub(crate) const OWNER: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// The APIs.
pub(crate) const APIS: &[Api] = &[
    graph::MICROSOFT_GRAPH,
    office::EXCHANGE_ONLINE,
    office::SHAREPOINT_ONLINE,
    office::MANAGEMENT_APIS,
    azure::ACTIVE_DIRECTORY,
    azure::KEY_VAULT,
    azure::STORAGE,
    azure::SERVICE_MANAGEMENT,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::base::random::is_guid;

    #[test]
    fn ids_are_guids_and_nothing_is_there_twice() {
        let mut apis = HashSet::new();
        for api in APIS {
            assert!(is_guid(api.app_id) && is_guid(api.object_id));
            assert!(apis.insert(api.app_id) && apis.insert(api.object_id));
            for offered in [api.roles, api.scopes] {
                let mut known = HashSet::new();
                for one in offered {
                    assert!(is_guid(one.id), "{}", one.value);
                    assert!(
                        known.insert(one.id) && known.insert(one.value),
                        "{}",
                        one.value
                    );
                }
            }
        }
    }
}
