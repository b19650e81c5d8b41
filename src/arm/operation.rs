//! Long-running operations: polled to their end.

use std::time::Duration;

use serde::Deserialize;

use super::client::Client;
use super::reply::Reply;
use crate::base::{ArmError, Category, Deadline, Error, Polling, Result, Url, Wait};

/// An operation that Azure has accepted and goes on with.
#[derive(Debug)]
pub struct Operation {
    client: Client,
    status_url: Option<Url>,
    /// Whether the status is told by a body (`Azure-AsyncOperation`) or by 202 (`Location`).
    told_by_body: bool,
    /// How long the answer that began it asks to wait before the first look.
    first_wait: Option<Duration>,
    target: String,
    activity: String,
    /// Whether progress is told.
    observed: bool,
}

/// How many looks in a row may fail.
const MAX_FAILED_POLLS: u32 = 5;

#[derive(Deserialize)]
struct Status {
    status: String,
}

/// What a look at an operation shows.
enum PollResult {
    Running,
    Ended,
    Failed(Error),
}

impl Operation {
    /// The operation that an answer began. `Azure-AsyncOperation` counts whatever the status
    /// code: Compute sends it with 200. `Location` counts with 202 alone.
    ///
    /// # Errors
    /// `ForeignHost` when its status is kept somewhere that the token is not for.
    pub fn begun_by(client: &Client, reply: &Reply, target: &str, activity: &str) -> Result<Self> {
        let by_body = reply.header("azure-asyncoperation");
        let by_location = match reply.status {
            202 => reply.header("location"),
            _ => "",
        };
        let told_by_body = !by_body.is_empty();
        let link = if told_by_body { by_body } else { by_location };
        let status_url = match link {
            "" => None,
            // The service has accepted the request that the answer is to.
            link => {
                let url = client.trusted(link, "operation's URL", target);
                Some(url.map_err(Error::perhaps_done)?)
            }
        };
        Ok(Self {
            client: client.clone(),
            status_url,
            told_by_body,
            first_wait: reply.retry_after(),
            target: target.to_owned(),
            activity: activity.to_owned(),
            observed: true,
        })
    }

    /// The same, for a caller that reports the progress.
    pub(crate) fn unobserved(mut self) -> Self {
        self.observed = false;
        self
    }

    /// Whether a body tells how it stands. If not, the last answer is the call's own.
    pub(super) fn is_told_by_body(&self) -> bool {
        self.told_by_body
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// Azure's error when it failed or was cancelled; `OperationTimeout` when it takes too long;
    /// those of the requests, which are sent again first.
    pub async fn wait(self) -> Result<()> {
        self.last().await.map(|_| ())
    }

    /// Waits until it has ended. The answer that said so; none when there was nothing to wait for.
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait).
    pub(crate) async fn last(self) -> Result<Option<Reply>> {
        let Some(url) = &self.status_url else {
            return Ok(None);
        };
        let mut polling = Polling::begin(self.client.retry());
        let mut asked_to_wait = self.first_wait;
        let mut unread = 0;
        loop {
            let wait = Wait::new(&*self.activity, "the end of the operation");
            let wait = match self.observed {
                true => wait,
                false => wait.unshown(),
            };
            polling
                .wait(self.client.observer(), &self.target, wait, asked_to_wait)
                .await
                .map_err(continues)?;
            match self.look(url).await {
                Ok((PollResult::Ended, reply)) => return Ok(Some(reply)),
                Ok((PollResult::Failed(error), _)) => return Err(error),
                Ok((PollResult::Running, reply)) => {
                    asked_to_wait = reply.retry_after();
                    unread = 0;
                }
                Err(error) if Deadline::ended(&error) => return Err(continues(error)),
                // Not the operation failed but the look at it: it says nothing about the outcome.
                Err(error) if error.status().is_some() && unread < MAX_FAILED_POLLS => unread += 1,
                Err(error) => {
                    return Err(error
                        .context("The operation's status can't be read")
                        .perhaps_done());
                }
            }
        }
    }

    async fn look(&self, url: &Url) -> Result<(PollResult, Reply)> {
        let reply = self.client.get_url(url.clone(), &self.target).await?;
        if !self.told_by_body {
            let look = match reply.status {
                202 => PollResult::Running,
                _ => PollResult::Ended,
            };
            return Ok((look, reply));
        }
        let told: Status = reply.json(&self.target)?;
        let look = match told.status.to_ascii_lowercase().as_str() {
            "succeeded" => PollResult::Ended,
            "failed" | "canceled" | "cancelled" => {
                PollResult::Failed(self.failure(&told.status, &reply))
            }
            _ => PollResult::Running,
        };
        Ok((look, reply))
    }

    fn failure(&self, status: &str, reply: &Reply) -> Error {
        let told = ArmError::read(&reply.body).filter(|error| !error.summary().is_empty());
        let error = match told {
            Some(told) => Error::from_arm(&self.target, None, &told),
            None => Error::new(
                Category::InvalidOperation,
                "OperationFailed",
                &self.target,
                format!(
                    "{} ended as {status}; Azure reports no cause",
                    self.activity
                ),
            ),
        };
        reply.identified(error.with_raw(&reply.body))
    }
}

/// The error of a wait that ended before the operation did.
pub(super) fn continues(error: Error) -> Error {
    match Deadline::ended(&error) {
        true => error.advise(
            "The operation continues in Azure: check the resource later, or specify a longer \
             -TimeoutSec.",
        ),
        false => error,
    }
}
