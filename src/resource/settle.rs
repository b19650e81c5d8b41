//! Waits until Azure is done with a resource, whoever asked for what it is doing. What is looked
//! at is the resource itself and not the address of an operation, so that it works at any later
//! time, from any process, and with providers that have no operations to look at.

use serde::Deserialize;

use super::failure;
use super::model::ResourceIdentity;
use super::read::{Found, read};
use super::subject::{Named, Subject};
use crate::arm::Client;
use crate::base::{Category, Deadline, Error, Method, Polling, ResourceId, Result, Wait};

/// Waits until Azure is done with a resource.
///
/// # Errors
/// `ProvisioningFailed` when it ended badly, with the cause where Azure tells it;
/// `OperationTimeout`; those of the name and the requests.
pub async fn wait(client: &Client, named: &Named) -> Result<ResourceIdentity> {
    let subject = Subject::find(client, named).await?;
    let found = settle(client, &subject).await?;
    if found.identity.is_ready() {
        return Ok(found.identity);
    }
    let error = failed(client, &subject, &found.identity).await;
    Err(failure::explain(error, &subject))
}

/// The resource as it is once Azure is done with it, well or badly.
pub(super) async fn settle(client: &Client, subject: &Subject) -> Result<Found> {
    let id = &subject.id;
    let mut polling = Polling::begin(client.retry());
    loop {
        let found = read(client, subject)
            .await
            .map_err(|error| continues(error, id))?;
        if !found.identity.is_changing() {
            return Ok(found);
        }
        let activity = format!("Waiting for {}", id.name());
        let wait = Wait::new(activity, "the end of the operation")
            .because(found.identity.provisioning_state);
        polling
            .wait(client.observer(), id.as_str(), wait, None)
            .await
            .map_err(|error| continues(error, id))?;
    }
}

/// The error of a wait that ended before Azure was done with a resource.
pub(super) fn continues(error: Error, id: &ResourceId) -> Error {
    match Deadline::ended(&error) {
        true => error.advise(format!(
            "The operation continues in Azure: wait for it with Wait-ResourceIdentity -ResourceId \
             '{id}', or specify a longer -TimeoutSec."
        )),
        false => error,
    }
}

#[derive(Deserialize)]
struct Cause {
    #[serde(default)]
    statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// Why it ended badly, where the resource's type has a place that tells.
pub(super) async fn failed(
    client: &Client,
    subject: &Subject,
    resource: &ResourceIdentity,
) -> Error {
    let id = subject.id.as_str();
    let error =
        |code: &str, message: String| Error::new(Category::InvalidOperation, code, id, message);
    match cause(client, subject).await {
        Some(status) => {
            let code = status.code.rsplit('/').next().unwrap_or_default();
            error(code, status.message)
        }
        None => error(
            "ProvisioningFailed",
            format!(
                "The last operation on '{id}' ended as {}",
                resource.provisioning_state
            ),
        )
        .advise("The activity log in the portal shows the cause."),
    }
}

/// `ProvisioningState/failed/{code}` among the statuses of a machine's instance view.
async fn cause(client: &Client, subject: &Subject) -> Option<Status> {
    let below = format!("/{}", subject.way.cause?);
    let request = subject.request(client, Method::GET, &below);
    let reply = client.send(request).await.ok()?;
    let told: Cause = reply.json(subject.id.as_str()).ok()?;
    let mut statuses = told.statuses.into_iter();
    statuses.find(|status| status.code.starts_with("ProvisioningState/failed/"))
}
