//! The export itself: reads, and renders in the language that is asked for.

use super::gather::gather;
use super::request::{Export, Format};
use super::{arm, bicep};
use crate::arm::Client;
use crate::base::Result;

/// A template of identities with their federated credentials, and their roles if wanted. Deployed
/// to the group that it is of, it changes nothing; deployed to another one, it makes the same
/// there. Roles on what is not in the group are left out, with a warning for each.
///
/// # Errors
/// `InvalidExport` when the identities are of several groups, before any request; those of the
/// requests.
pub async fn export(client: &Client, wanted: &Export) -> Result<String> {
    let group = gather(client, wanted).await?;
    Ok(match wanted.format {
        Format::Arm => arm::render(&group),
        Format::Bicep => bicep::render(&group),
    })
}
