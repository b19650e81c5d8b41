//! Running a template, with a look at what it is doing meanwhile.

use std::fmt;
use std::future::pending;
use std::pin::pin;

use futures_util::future::{Either, select};

use super::cause::{Step, explain, steps};
use super::model::{API_VERSION, DEPLOYMENT, Deployment};
use super::template::{Body, Parameters, body};
use crate::arm::{Client, Operation, Request, Target};
use crate::base::{Deadline, Error, Method, Polling, ResourceId, Result, Wait};

/// A template to run.
#[derive(Clone)]
pub struct Deploy {
    /// The resource group, and the deployment's name.
    pub target: Target,
    /// The template: JSON, with comments if need be.
    pub template: String,
    /// The values of its parameters.
    pub parameters: Option<Parameters>,
}

/// Parameters may be secrets.
impl fmt::Debug for Deploy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deploy")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// A deployment whose words are checked.
pub(super) struct Checked {
    pub(super) id: ResourceId,
    pub(super) body: Body,
}

impl Deploy {
    pub(super) fn check(&self, client: &Client) -> Result<Checked> {
        Ok(Checked {
            id: self.target.resolve(client, DEPLOYMENT)?,
            body: body(&self.template, self.parameters.as_ref())?,
        })
    }
}

/// Runs a template, and waits until it is done. What is not in the template stays.
///
/// # Errors
/// What breaks a rule, before any request; Azure's `InvalidTemplate` and the like; when it fails,
/// the deepest cause, with the resource that it is about.
pub async fn deploy(client: &Client, wanted: &Deploy) -> Result<Deployment> {
    let Checked { id, body } = wanted.check(client)?;
    let url = client.url(id.as_str(), API_VERSION);
    let request = Request::new(Method::PUT, url, id.as_str()).body(&body.text);
    let reply = client.send(request).await?;
    let activity = format!("Deploying {}", id.name());
    let operation = Operation::begun_by(client, &reply, id.as_str(), &activity)?.unobserved();
    let (wait, watch) = (pin!(operation.wait()), pin!(watch(client, &id, &activity)));
    let ended = match select(wait, watch).await {
        Either::Left((ended, _)) => ended,
        Either::Right((never, _)) => match never {},
    };
    if let Err(error) = ended {
        // Without a status the outcome is not known, and there is no cause to look for.
        return Err(match Deadline::ended(&error) {
            true => error,
            false => explain(client, id.as_str(), error).await,
        });
    }
    // It has succeeded, whatever is read of it.
    let reply = client.get(id.as_str(), API_VERSION, id.as_str()).await;
    let read = reply.and_then(|reply| reply.json(id.as_str()));
    read.map_err(Error::perhaps_done)
}

/// Nothing: a watch does not end.
enum Never {}

/// Reports the progress of a deployment while the caller waits for it.
async fn watch(client: &Client, id: &ResourceId, activity: &str) -> Never {
    let mut polling = Polling::begin(client.retry());
    let mut known = String::new();
    loop {
        let wait = Wait::new(activity, "the end of the deployment").because(known);
        if polling
            .wait(client.observer(), id.as_str(), wait, None)
            .await
            .is_err()
        {
            // The time is up, which the wait for the operation says.
            return pending().await;
        }
        // What can't be read is only not told.
        let steps = steps(client, id.as_str()).await;
        known = steps.map_or_else(|_| String::new(), |steps| status(&steps));
    }
}

fn status(steps: &[Step]) -> String {
    let is_done = |step: &&Step| {
        step.properties
            .provisioning_state
            .eq_ignore_ascii_case("Succeeded")
    };
    let done = steps.iter().filter(is_done).count();
    let running: Vec<_> = steps
        .iter()
        .filter(|step| !is_done(step))
        .filter_map(|step| step.properties.target_resource.as_ref())
        .map(ToString::to_string)
        .collect();
    match running.is_empty() {
        true => format!("{done} resources done"),
        false => format!("{done} resources done, in progress: {}", running.join(", ")),
    }
}
