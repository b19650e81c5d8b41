//! Identities as a template that makes them again.

mod arm;
mod bicep;
mod gather;

use crate::arm::Client;
use crate::base::Result;

/// The language of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A template of Azure Resource Manager, in JSON.
    #[default]
    Arm,
    /// Bicep.
    Bicep,
}

/// What to export.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The ids of the identities: all of one resource group.
    pub identities: Vec<String>,
    /// The language.
    pub format: Format,
    /// Whether to add the roles that the identities have.
    pub roles: bool,
}

/// A template of identities with their federated credentials, and their roles if wanted. Deployed
/// to the group that it is of, it changes nothing; deployed to another one, it makes the same
/// there. Roles on what is not in the group are left out, with a warning for each.
///
/// # Errors
/// `InvalidExport` when the identities are of several groups, before any request; those of the
/// requests.
pub async fn export(client: &Client, wanted: &Export) -> Result<String> {
    let group = gather::gather(client, wanted).await?;
    Ok(match wanted.format {
        Format::Arm => arm::render(&group),
        Format::Bicep => bicep::render(&group),
    })
}
