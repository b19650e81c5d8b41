//! Reading the identity of a resource.

use serde_json::Value;
use serde_json::value::RawValue;

use super::model::ResourceIdentity;
use super::subject::{Named, Subject};
use crate::arm::{Client, Reply};
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
    read_identity(client, &subject).await
}

/// Reads a whole resource: what Azure wrote.
///
/// # Errors
/// Those of [`get`].
pub async fn get_whole(client: &Client, named: &Named) -> Result<Box<RawValue>> {
    let subject = Subject::find(client, named).await?;
    fetch(client, &subject).await?.text(subject.id.as_str())
}

/// The identity alone, for those who need nothing else of the resource.
pub(super) async fn read_identity(client: &Client, subject: &Subject) -> Result<ResourceIdentity> {
    let reply = fetch(client, subject).await?;
    identity_in(client, subject, &reply).await
}

pub(super) async fn read(client: &Client, subject: &Subject) -> Result<Found> {
    let reply = fetch(client, subject).await?;
    Ok(Found {
        identity: identity_in(client, subject, &reply).await?,
        whole: reply.value(subject.id.as_str())?,
    })
}

async fn fetch(client: &Client, subject: &Subject) -> Result<Reply> {
    client.send(subject.request(client, Method::GET, "")).await
}

async fn identity_in(
    client: &Client,
    subject: &Subject,
    reply: &Reply,
) -> Result<ResourceIdentity> {
    let mut identity: ResourceIdentity = reply.json(subject.id.as_str())?;
    if identity.etag.is_empty() {
        reply.header("etag").clone_into(&mut identity.etag);
    }
    identity.spell_group(client).await;
    Ok(identity)
}
