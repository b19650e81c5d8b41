//! Looks at something until it has changed: an operation, a resource, what is not known yet.

use std::time::Duration;

use tokio::time::Instant;

use super::error::Result;
use super::observer::Observer;
use super::retry::RetryPolicy;
use super::wait::Wait;

/// A wait with looks in between.
pub(crate) struct Polling {
    retry: RetryPolicy,
    began: Instant,
    looks: u32,
}

impl Polling {
    /// Begins now.
    pub(crate) fn begin(retry: &RetryPolicy) -> Self {
        Self {
            retry: *retry,
            began: Instant::now(),
            looks: 0,
        }
    }

    /// How long it has lasted.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Waits until the next look, and shows it: for as long as the service asked, or ever longer.
    ///
    /// # Errors
    /// `OperationTimeout`.
    pub(crate) async fn wait(
        &mut self,
        observer: &dyn Observer,
        target: &str,
        wait: Wait,
        asked: Option<Duration>,
    ) -> Result<()> {
        let length = self.retry.poll_wait(self.looks, asked);
        let is_first = self.looks == 0;
        self.looks += 1;
        let wait = wait.since(self.began);
        let look = async {
            wait.look(observer, length, is_first).await;
            Ok(())
        };
        observer.deadline().bound(target, look).await
    }
}
