//! Reading the identity of a resource.

use serde_json::Value;
use serde_json::value::RawValue;

use super::model::ResourceIdentity;
use super::subject::{Named, Subject};
use crate::arm::Client;
use crate::base::{Method, Result};

/// A resource as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its identity.
    pub(crate) identity: ResourceIdentity,
    /// All that Azure wrote.
    pub(super) whole: Value,
}

/// Reads the identity of a resource.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the name.
pub async fn get(client: &Client, named: &Named) -> Result<ResourceIdentity> {
    let subject = Subject::find(client, named).await?;
    Ok(read(client, &subject).await?.identity)
}

/// Reads a whole resource: what Azure wrote.
///
/// # Errors
/// Those of [`get`].
pub async fn get_whole(client: &Client, named: &Named) -> Result<Box<RawValue>> {
    let subject = Subject::find(client, named).await?;
    let request = subject.request(client, Method::GET, "");
    client.send(request).await?.text(subject.id.as_str())
}

pub(super) async fn read(client: &Client, subject: &Subject) -> Result<Found> {
    let target = subject.id.as_str();
    let reply = client
        .send(subject.request(client, Method::GET, ""))
        .await?;
    let whole = reply.value(target)?;
    let identity: ResourceIdentity = reply.json(target)?;
    let mut found = Found { identity, whole };
    if found.identity.etag.is_empty() {
        reply.header("etag").clone_into(&mut found.identity.etag);
    }
    found.identity.spell_group(client).await;
    Ok(found)
}
