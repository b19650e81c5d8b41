//! The instances of a scale set. With the upgrade policy Manual they keep the model that they
//! were made with, and so its identities, until they are told to take the new one.

use serde::Deserialize;
use serde_json::json;

use super::machine::API_VERSION;
use crate::arm::{Client, Operation, Pages, Request};
use crate::base::{Category, Error, Method, ResourceId, Result, one_line, with_full_stop};
use crate::resource::{Attempts, Subject};

/// Which instances of a scale set take the new model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Upgrade {
    /// None of them.
    #[default]
    None,
    /// All that do not have it yet.
    All,
    /// Those with these ids, as far as they do not have it yet.
    Listed(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Instance {
    instance_id: String,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    latest_model_applied: bool,
}

/// Brings the instances up to the model of their scale set, and waits until they are.
///
/// # Errors
/// `InstanceNotFound` for an id that no instance has; those of the requests.
pub(super) async fn upgrade(client: &Client, subject: &Subject, which: &Upgrade) -> Result<()> {
    let set = subject.id();
    let mut attempts = Attempts::new("");
    loop {
        let old = old_instances(client, set, which).await?;
        if old.is_empty() {
            return Ok(());
        }
        match bring_up_to_date(client, set, &old).await {
            Err(error) => attempts.again(client, subject, error).await?,
            Ok(()) => return Ok(()),
        }
    }
}

/// Checks, before anything is written, that there is an instance with each id.
///
/// # Errors
/// Those of [`upgrade`], as far as reading finds them.
pub(super) async fn check(client: &Client, set: &ResourceId, which: &Upgrade) -> Result<()> {
    match which {
        Upgrade::Listed(_) => old_instances(client, set, which).await.map(drop),
        Upgrade::None | Upgrade::All => Ok(()),
    }
}

async fn bring_up_to_date(client: &Client, set: &ResourceId, old: &[String]) -> Result<()> {
    let body = json!({ "instanceIds": old });
    let reply = client
        .send(
            Request::new(
                Method::POST,
                client.url(&format!("{set}/manualupgrade"), API_VERSION),
                set.as_str(),
            )
            .body(&body),
        )
        .await?;
    let activity = format!("Upgrading {} instances of {}", old.len(), set.name());
    Operation::begun_by(client, &reply, set.as_str(), &activity)?
        .wait()
        .await
}

async fn old_instances(client: &Client, set: &ResourceId, which: &Upgrade) -> Result<Vec<String>> {
    let path = format!("{set}/virtualMachines");
    let pages = Pages::<Instance>::new(client, &path, API_VERSION, set.as_str());
    let mut instances = pages.all().await?;
    if let Upgrade::Listed(ids) = which {
        let is_there = |id: &&String| instances.iter().any(|one| one.instance_id == **id);
        if let Some(unknown) = ids.iter().find(|id| !is_there(id)) {
            return Err(not_found(set, unknown));
        }
        instances.retain(|one| ids.contains(&one.instance_id));
    }
    let old = instances.into_iter();
    let old = old.filter(|one| !one.properties.latest_model_applied);
    Ok(old.map(|one| one.instance_id).collect())
}

fn not_found(set: &ResourceId, instance: &str) -> Error {
    Error::new(
        Category::ObjectNotFound,
        "InstanceNotFound",
        set.as_str(),
        format!("-UpgradeInstance '{instance}': '{set}' has no instance with that id"),
    )
    .advise("Check the id: Azure numbers the instances of a scale set.")
}

/// The same error, of the upgrade of instances after their scale set has the identity.
pub(super) fn after_the_change(error: Error) -> Error {
    let told = with_full_stop(&one_line(error.message()));
    error.reworded(format!(
        "{told} The scale set was changed, but not all of its instances were upgraded."
    ))
}
