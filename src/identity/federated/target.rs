use std::fmt;

use super::model::check_name;
use crate::arm::{Client, Error, ResourceId, Result, Target};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// A federated credential as a caller names it: by its id, or by its identity and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialTarget {
    /// The credential's id; nothing else counts when it is given.
    pub resource_id: Option<String>,
    /// The identity. Its id may be that of one of its credentials, too.
    pub identity: Target,
    /// The credential's name.
    pub name: Option<String>,
}

/// The id of a federated credential.
#[derive(Clone, Debug)]
pub(super) struct CredentialId {
    pub(super) identity: ResourceId,
    pub(super) name: String,
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{TYPE}/{}", self.identity, self.name)
    }
}

impl CredentialId {
    /// "federated credential 'main' of 'id1' in resource group 'rg'".
    pub(super) fn described(&self) -> String {
        format!(
            "federated credential '{}' of '{}' in resource group '{}'",
            self.name,
            self.identity.name(),
            self.identity.group()
        )
    }
}

/// The type below that of the identity.
const TYPE: &str = "federatedIdentityCredentials";

impl CredentialTarget {
    /// The id of the credential that is meant, checked.
    ///
    /// # Errors
    /// What is missing or breaks a rule, by the name of its parameter.
    pub(super) fn resolve(&self, client: &Client) -> Result<CredentialId> {
        if let Some(id) = &self.resource_id {
            return parse(id);
        }
        let name = self
            .name
            .clone()
            .ok_or_else(|| Error::missing("Name", "name the federated credential with -Name."))?;
        let identity = identity(client, &self.identity)?;
        check_name(&name)?;
        Ok(CredentialId { identity, name })
    }
}

/// The path of an identity's credentials.
pub(super) fn path(identity: &ResourceId) -> String {
    format!("{identity}/{TYPE}")
}

/// The id of the identity that is meant, checked.
///
/// # Errors
/// What is missing or breaks a rule, by the name of its parameter.
pub(super) fn identity(client: &Client, target: &Target) -> Result<ResourceId> {
    if let Some(id) = &target.resource_id {
        let own = split(id).map_or(id.as_str(), |(identity, _)| identity);
        return ResourceId::parse(USER_ASSIGNED_IDENTITY, "IdentityId", own);
    }
    let rule = "name the identity with -ResourceGroupName and -IdentityName, or with -IdentityId.";
    let name = target
        .name
        .as_deref()
        .ok_or_else(|| Error::missing("IdentityName", rule))?;
    if target.resource_group.is_none() {
        return Err(Error::missing("ResourceGroupName", rule));
    }
    if !(USER_ASSIGNED_IDENTITY.name_is_valid)(name) {
        return Err(Error::invalid(
            "InvalidName",
            "IdentityName",
            name,
            USER_ASSIGNED_IDENTITY.name_rule,
        ));
    }
    target.resolve(client, USER_ASSIGNED_IDENTITY)
}

/// Reads the id of a credential.
fn parse(id: &str) -> Result<CredentialId> {
    let Some((identity, name)) = split(id) else {
        return Err(Error::invalid(
            "InvalidResourceId",
            "ResourceId",
            id,
            "it must be the id of a federated credential, which ends in \
             /federatedIdentityCredentials/<name>.",
        ));
    };
    check_name(name)?;
    Ok(CredentialId {
        identity: ResourceId::parse(USER_ASSIGNED_IDENTITY, "ResourceId", identity)?,
        name: name.to_owned(),
    })
}

/// The identity's id and the credential's name, when it is the id of a credential.
fn split(id: &str) -> Option<(&str, &str)> {
    let (parent, name) = id.trim().trim_end_matches('/').rsplit_once('/')?;
    let (identity, kind) = parent.rsplit_once('/')?;
    kind.eq_ignore_ascii_case(TYPE).then_some((identity, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/\
                            rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1";

    #[test]
    fn ids_of_credentials() {
        let id = format!("{IDENTITY}/federatedidentitycredentials/main");
        let parsed = parse(&id).unwrap();
        assert_eq!(parsed.identity.as_str(), IDENTITY);
        assert_eq!(
            parsed.to_string(),
            format!("{IDENTITY}/federatedIdentityCredentials/main")
        );
        for bad in [
            IDENTITY.to_owned(),
            format!("{IDENTITY}/federatedIdentityCredentials"),
            "main".to_owned(),
            String::new(),
        ] {
            assert_eq!(
                parse(&bad).unwrap_err().code(),
                "InvalidResourceId",
                "{bad}"
            );
        }
        let no_name = format!("{IDENTITY}/federatedIdentityCredentials/x");
        assert_eq!(parse(&no_name).unwrap_err().code(), "InvalidName");
    }
}
