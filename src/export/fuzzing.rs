//! What the benches call of this folder.

use super::model::{ExportedIdentity, Group};
use super::request::Format;
use super::{arm, bicep};
use crate::identity::UserAssignedIdentity;
use crate::identity::federated::FederatedCredential;

/// The template of identities of a group, each with the same credentials.
pub fn template(
    group: &str,
    identities: Vec<UserAssignedIdentity>,
    credentials: &[FederatedCredential],
    format: Format,
) -> String {
    let exported = |identity| ExportedIdentity {
        identity,
        credentials: credentials.to_vec(),
        roles: Vec::new(),
    };
    let group = Group {
        id: group.to_lowercase(),
        identities: identities.into_iter().map(exported).collect(),
    };
    match format {
        Format::Arm => arm::render(&group),
        Format::Bicep => bicep::render(&group),
    }
}
