//! An API of Microsoft, and what it offers.

use serde_json::{Value, json};

use crate::model::app_role::AppRole;

/// An API of Microsoft.
#[derive(Debug)]
pub(crate) struct Api {
    /// The same in every directory.
    pub(crate) app_id: &'static str,
    /// The object id of its service principal: each directory has its own.
    pub(crate) object_id: &'static str,
    pub(crate) display_name: &'static str,
    /// The service principal names beside the application id: audiences of tokens.
    pub(super) names: &'static [&'static str],
    /// What an application can have on its own.
    pub(super) roles: &'static [Permission],
    /// What an application can have for a user who is signed in.
    pub(super) scopes: &'static [Permission],
}

/// A permission that an API offers.
#[derive(Debug)]
pub(crate) struct Permission {
    pub(super) id: &'static str,
    pub(super) value: &'static str,
    display_name: &'static str,
    description: &'static str,
    is_enabled: bool,
}

pub(super) const fn permission(
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
    pub(super) const fn disabled(mut self) -> Self {
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
