//! Who holds a role, as a caller names them.

use crate::arm::{Client, Target};
use crate::base::{Error, Result, is_guid};
use crate::identity;

/// The principal of a role assignment: an object id, or a user-assigned identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principal {
    /// The object id; with it the identity does not count.
    pub principal_id: Option<String>,
    /// What the object id is of; a managed identity when not given.
    pub principal_type: Option<String>,
    /// The identity: by its id, by its names, or by its name alone, which is then looked for in
    /// the whole subscription.
    pub identity: Target,
}

/// A principal of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResolvedPrincipal {
    /// The object id.
    pub id: String,
    /// `ServicePrincipal` for managed identities, `User`, `Group`, `ForeignGroup` or `Device`.
    pub kind: String,
    /// What people call it; empty when it is not known.
    pub name: String,
}

/// What the directory distinguishes. Source: Microsoft.Authorization 2022-04-01, `PrincipalType`.
const KINDS: [&str; 5] = [
    "ServicePrincipal",
    "User",
    "Group",
    "ForeignGroup",
    "Device",
];

impl ResolvedPrincipal {
    /// The principal of an object id. Without a kind it is a managed identity.
    ///
    /// # Errors
    /// `InvalidPrincipalId` or `InvalidPrincipalType`, which name the rule.
    pub(super) fn parse(id: &str, kind: Option<&str>) -> Result<Self> {
        if !is_guid(id) {
            return Err(Error::invalid(
                "InvalidPrincipalId",
                "PrincipalId",
                id,
                "it must be the object id (a GUID) of an identity, a user or a group.",
            ));
        }
        let kind = kind.unwrap_or(KINDS[0]);
        let known = KINDS.iter().find(|known| known.eq_ignore_ascii_case(kind));
        let known = known.ok_or_else(|| {
            Error::invalid(
                "InvalidPrincipalType",
                "PrincipalType",
                kind,
                "it must be ServicePrincipal, User, Group, ForeignGroup or Device.",
            )
        })?;
        Ok(Self {
            id: id.to_owned(),
            kind: (*known).to_owned(),
            name: String::new(),
        })
    }

    /// What messages call it.
    pub(super) fn label(&self) -> String {
        match self.name.as_str() {
            "" => format!("{} {}", self.kind, self.id),
            name => format!("'{name}' ({})", self.id),
        }
    }
}

impl Principal {
    /// Whether anybody is named.
    pub(super) fn is_given(&self) -> bool {
        self.principal_id.is_some() || self.identity != Target::default()
    }

    /// Checks what can be checked without asking.
    ///
    /// # Errors
    /// `MissingParameter` when no principal is specified; those of [`ResolvedPrincipal::parse`].
    pub(super) fn check(&self) -> Result<()> {
        match &self.principal_id {
            Some(id) => ResolvedPrincipal::parse(id, self.principal_type.as_deref()).map(drop),
            None if self.is_given() => Ok(()),
            None => Err(Error::missing(
                "InputObject",
                "specify the principal with an object from the pipeline, -IdentityId or \
                 -PrincipalId.",
            )),
        }
    }

    /// Finds out who it is.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of the target; `ResourceNotFound`; `AmbiguousName` when
    /// a name alone means several.
    pub(super) async fn resolve(&self, client: &Client) -> Result<ResolvedPrincipal> {
        if let Some(id) = &self.principal_id {
            return ResolvedPrincipal::parse(id, self.principal_type.as_deref());
        }
        let identity = identity::find_named(client, &self.identity).await?;
        Ok(ResolvedPrincipal {
            id: identity.properties.principal_id,
            kind: KINDS[0].to_owned(),
            name: identity.name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_checked() {
        let id = "AAAA0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
        assert_eq!(
            ResolvedPrincipal::parse(id, Some("user")).unwrap().kind,
            "User"
        );
        assert_eq!(
            ResolvedPrincipal::parse(id, None).unwrap().kind,
            "ServicePrincipal"
        );
        let code = |id, kind| {
            ResolvedPrincipal::parse(id, kind)
                .unwrap_err()
                .code()
                .to_owned()
        };
        assert_eq!(code(id, Some("Robot")), "InvalidPrincipalType");
        assert_eq!(code("id1", None), "InvalidPrincipalId");
        let nobody = Principal::default().check().unwrap_err();
        assert_eq!(nobody.code(), "MissingParameter");
    }
}
