//! The time in which a principal that was created just now is not known everywhere.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::arm::{Client, Error, Progress};

/// How long a principal that was created just now may be unknown to the directory.
const LIMIT: Duration = Duration::from_secs(120);

/// A wait for a principal to be known.
pub(super) struct Replication {
    started: Instant,
    look: u32,
}

impl Replication {
    /// Begins now.
    pub(super) fn begin() -> Self {
        Self {
            started: Instant::now(),
            look: 0,
        }
    }

    /// Whether it should be known by now.
    pub(super) fn is_over(&self) -> bool {
        self.started.elapsed() >= LIMIT
    }

    /// Waits until the next look, and says so.
    pub(super) async fn wait(&mut self, client: &Client, activity: &str, principal: &str) {
        client.observer().progress(Progress {
            activity: activity.to_owned(),
            status: principal.to_owned(),
            percent: None,
            seconds_elapsed: self.started.elapsed().as_secs() as u32,
        });
        sleep(client.retry().poll_wait(self.look, None)).await;
        self.look += 1;
    }
}

/// What to say when it is over and the principal still is not known.
pub(super) fn still_unknown(error: Error, words: &str) -> Error {
    error
        .context(words)
        .advise("Check -PrincipalId; if it was created just now, try again in a few minutes.")
}
