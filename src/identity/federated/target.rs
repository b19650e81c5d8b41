use std::fmt;

use super::model::check_name;
use crate::arm::{Client, Parameters, Target, agrees};
use crate::base::{Category, Error, ResourceId, ResourceLabel, Result, capitalized};
use crate::identity::model::USER_ASSIGNED_IDENTITY;

/// A federated credential as a caller names it: by its id, or by its identity and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialTarget {
    /// The credential's id. Names beside it must agree with it.
    pub resource_id: Option<String>,
    /// The identity. Its id may be that of one of its credentials, too. Its `parameter` is what
    /// gave either id.
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

/// What people call one.
const LABEL: &str = "federated credential";

impl CredentialTarget {
    /// The id of the credential that is meant, checked.
    ///
    /// # Errors
    /// What is missing or breaks a rule, by the name of its parameter.
    pub(super) fn resolve(&self, client: &Client) -> Result<CredentialId> {
        if let Some(id) = &self.resource_id {
            return self.parse(id);
        }
        let name = self.name.clone().ok_or_else(|| {
            Error::missing("Name", "specify the federated credential with -Name.")
        })?;
        let identity = identity(client, &self.identity)?;
        check_name(&name)?;
        Ok(CredentialId { identity, name })
    }

    /// Reads the id of a credential; the names beside it must agree.
    fn parse(&self, id: &str) -> Result<CredentialId> {
        let parameter = self.identity.parameter_or("ResourceId");
        let Some((identity, name)) = split(id) else {
            return Err(no_credential(parameter, id));
        };
        check_name(name)?;
        let identity = ResourceId::parse(USER_ASSIGNED_IDENTITY, parameter, identity)?;
        let given = &self.identity;
        given.check_subscription(LABEL, name, identity.subscription())?;
        given.check_group(LABEL, name, identity.group(), PARAMETERS)?;
        agrees(
            "IdentityName",
            given.name.as_deref(),
            identity.name(),
            || {
                format!(
                    "Federated credential '{name}' is one of identity '{}'",
                    identity.name()
                )
            },
        )?;
        agrees("Name", self.name.as_deref(), name, || {
            format!("The {LABEL} is '{name}'")
        })?;
        Ok(CredentialId {
            identity,
            name: name.to_owned(),
        })
    }
}

fn no_credential(parameter: &str, id: &str) -> Error {
    let rule = "must be the id of a federated credential, which ends in \
                /federatedIdentityCredentials/<name>";
    let code = "InvalidResourceId";
    match ResourceLabel::read(id) {
        Some(found) => {
            let what = capitalized(&found.short());
            let message = format!("{what} is not a {LABEL}: -{parameter} {rule}");
            Error::new(Category::InvalidArgument, code, parameter, message)
        }
        None => Error::invalid(code, parameter, id, &format!("it {rule}.")),
    }
}

/// The path of an identity's credentials.
pub(super) fn path(identity: &ResourceId) -> String {
    format!("{identity}/{TYPE}")
}

/// How the commands for federated credentials call the parameters that name an identity.
const PARAMETERS: Parameters = Parameters {
    resource_id: "IdentityId",
    resource_group: "ResourceGroupName",
    name: "IdentityName",
};

/// The id of the identity that is meant, checked.
///
/// # Errors
/// What is missing or breaks a rule, by the name of its parameter.
pub(super) fn identity(client: &Client, target: &Target) -> Result<ResourceId> {
    let own = target.resource_id.as_deref().map(|id| match split(id) {
        Some((identity, _)) => identity.to_owned(),
        None => id.to_owned(),
    });
    let target = Target {
        resource_id: own,
        ..target.clone()
    };
    target.resolve_by(client, USER_ASSIGNED_IDENTITY, PARAMETERS)
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
        let parsed = CredentialTarget::default().parse(&id).unwrap();
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
                CredentialTarget::default().parse(&bad).unwrap_err().code(),
                "InvalidResourceId",
                "{bad}"
            );
        }
        let no_name = format!("{IDENTITY}/federatedIdentityCredentials/x");
        assert_eq!(
            CredentialTarget::default()
                .parse(&no_name)
                .unwrap_err()
                .code(),
            "InvalidName"
        );
    }
}
