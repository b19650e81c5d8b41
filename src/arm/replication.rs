//! The time in which what was created just now is not known everywhere.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::client::Client;
use crate::base::Progress;

/// A wait for something new to be known.
pub(crate) struct Replication {
    started: Instant,
    look: u32,
}

impl Replication {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self {
            started: Instant::now(),
            look: 0,
        }
    }

    /// How long it has lasted.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether it should be known by now.
    pub(crate) fn is_over(&self, client: &Client) -> bool {
        self.started.elapsed() >= client.retry().replication
    }

    /// Waits until the next look, and says so.
    pub(crate) async fn wait(&mut self, client: &Client, activity: &str, what: &str) {
        client.observer().progress(Progress {
            activity: activity.to_owned(),
            status: what.to_owned(),
            percent: None,
            seconds_elapsed: self.started.elapsed().as_secs() as u32,
        });
        sleep(client.retry().poll_wait(self.look, None)).await;
        self.look += 1;
    }
}
