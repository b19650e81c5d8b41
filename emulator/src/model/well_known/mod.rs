//! Microsoft's own APIs whose service principals are in most directories, with their application
//! ids and a part of their permissions.

mod azure;
mod graph;
mod office;

use serde_json::{Value, json};

use super::app_role::AppRole;

/// An API of Microsoft.
#[derive(Debug)]
pub(crate) struct Api {
    /// The same in every directory.
    pub(crate) app_id: &'static str,
    /// The object id of its service principal: each directory has its own.
    pub(crate) object_id: &'static str,
    pub(crate) display_name: &'static str,
    /// The service principal names beside the application id: audiences of tokens.
    names: &'static [&'static str],
    /// What an application can have on its own.
    roles: &'static [Permission],
    /// What an application can have for a user who is signed in.
    scopes: &'static [Permission],
}

/// A permission that an API offers.
#[derive(Debug)]
struct Permission {
    id: &'static str,
    value: &'static str,
    display_name: &'static str,
    description: &'static str,
    is_enabled: bool,
}

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

const fn permission(
    id: &'static str,
    value: &'static str,
    display_name: &'static str,
    description: &'static str,
) -> Permission {
    Permission {
        id,
        value,
        display_name,
        description,
        is_enabled: true,
    }
}

impl Permission {
    const fn disabled(mut self) -> Self {
        self.is_enabled = false;
        self
    }

    fn role(&self) -> AppRole {
        AppRole {
            id: self.id.to_owned(),
            value: Some(self.value.to_owned()),
            display_name: self.display_name.to_owned(),
            description: self.description.to_owned(),
            allowed_member_types: vec!["Application".to_owned()],
            is_enabled: self.is_enabled,
        }
    }

    fn scope(&self) -> Value {
        json!({
            "adminConsentDescription": self.description,
            "adminConsentDisplayName": self.display_name,
            "id": self.id,
            "isEnabled": self.is_enabled,
            "type": "Admin",
            "userConsentDescription": null,
            "userConsentDisplayName": null,
            "value": self.value,
        })
    }
}

impl Api {
    pub(crate) fn roles(&self) -> Vec<AppRole> {
        self.roles.iter().map(Permission::role).collect()
    }

    /// What `oauth2PermissionScopes` has.
    pub(crate) fn scopes(&self) -> Vec<Value> {
        self.scopes.iter().map(Permission::scope).collect()
    }

    /// What `servicePrincipalNames` has.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let own = std::iter::once(self.app_id);
        own.chain(self.names.iter().copied()).collect()
    }
}

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
