//! Waits until Azure is done with a machine, whoever asked for what it is doing. What is looked
//! at is the machine itself and not the address of an operation, so that it works at any later
//! time, from any process.

use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::failure;
use super::model::{API_VERSION, MachineIdentity, MachineKind};
use super::read::read;
use crate::arm::{Client, Target};
use crate::base::{Category, Error, Progress, ResourceId, Result};

/// Waits until Azure is done with a machine.
///
/// # Errors
/// `ProvisioningFailed` when it ended badly, with the cause where Azure tells it;
/// `OperationTimeout`; those of the target and the requests.
pub async fn wait(client: &Client, kind: MachineKind, target: &Target) -> Result<MachineIdentity> {
    let id = target.resolve(client, kind.resource_type())?;
    let machine = settle(client, &id).await?;
    if machine.is_ready() {
        return Ok(machine);
    }
    Err(failure::explain(failed(client, &id, &machine).await, &id))
}

/// The machine as it is once Azure is done with it, well or badly.
pub(super) async fn settle(client: &Client, id: &ResourceId) -> Result<MachineIdentity> {
    let started = Instant::now();
    for look in 0.. {
        let machine = read(client, id).await?;
        if !machine.is_changing() {
            return Ok(machine);
        }
        if started.elapsed() > client.retry().operation_limit {
            break;
        }
        client.observer().progress(Progress {
            activity: format!("Waiting for {}", id.name()),
            status: format!("Operation in progress: {}", machine.provisioning_state),
            percent: None,
            seconds_elapsed: started.elapsed().as_secs() as u32,
        });
        sleep(client.retry().poll_wait(look, None)).await;
    }
    let message = format!(
        "The operation on '{id}' has not ended after {} minutes",
        started.elapsed().as_secs() / 60
    );
    Err(Error::new(
        Category::OperationTimeout,
        "OperationTimeout",
        id.as_str(),
        message,
    )
    .advise("Wait again, or check it in the portal."))
}

#[derive(Deserialize)]
struct InstanceView {
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

/// Why it ended badly: the machine's instance view tells, where it can be read.
pub(super) async fn failed(client: &Client, id: &ResourceId, machine: &MachineIdentity) -> Error {
    let path = format!("{id}/instanceView");
    let told = match client.get(&path, API_VERSION, id.as_str()).await {
        Ok(reply) => reply.json::<InstanceView>(id.as_str()).ok(),
        Err(_) => None,
    };
    let status = told.and_then(|view| {
        let mut statuses = view.statuses.into_iter();
        statuses.find(|status| status.code.starts_with("ProvisioningState/failed/"))
    });
    let error = |code: &str, message: String| {
        Error::new(Category::InvalidOperation, code, id.as_str(), message)
    };
    match status {
        Some(status) => {
            let code = status.code.rsplit('/').next().unwrap_or_default();
            error(code, status.message)
        }
        None => error(
            "ProvisioningFailed",
            format!(
                "The last operation on '{id}' ended as {}",
                machine.provisioning_state
            ),
        )
        .advise("The activity log in the portal shows the cause."),
    }
}
