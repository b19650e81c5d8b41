//! The time in which a principal that was created just now is not known everywhere.

use std::time::Duration;

use super::holder::Principal;
use crate::arm::{Client, Error, Replication as Wait, is_named};

/// A wait for a principal to be known.
pub(super) struct Replication<'a> {
    principal: &'a Principal,
    /// How long the caller lets it take.
    asked: Option<Duration>,
    /// How long it may take; decided when the principal turns out to be unknown.
    limit: Option<Duration>,
    wait: Wait,
}

impl<'a> Replication<'a> {
    /// Begins now. `asked` is how long the caller lets it take; without it, a principal of which
    /// it is known that it exists is waited for longer than one that may be mistyped.
    pub(super) fn begin(principal: &'a Principal, asked: Option<Duration>) -> Self {
        Self {
            principal,
            asked,
            limit: None,
            wait: Wait::begin(),
        }
    }

    /// Waits until the next look at a principal that is unknown to `whom`.
    ///
    /// # Errors
    /// `error`, in words that name the principal, when it should be known by now.
    pub(super) async fn wait(
        &mut self,
        client: &Client,
        error: Error,
        whom: &str,
    ) -> Result<(), Error> {
        let limit = match self.limit {
            Some(limit) => limit,
            None => *self.limit.insert(self.find_limit(client).await),
        };
        if self.wait.elapsed() >= limit {
            return Err(self.still_unknown(error, whom));
        }
        let activity = format!("Waiting for the new principal to be known to {whom}");
        let who = self.principal.label();
        self.wait.wait(client, &activity, &who).await;
        Ok(())
    }

    async fn find_limit(&self, client: &Client) -> Duration {
        match self.asked {
            Some(asked) => asked,
            None if is_named(&self.principal.id) || self.is_in_directory(client).await => {
                client.retry().replication
            }
            None => client.retry().unknown_principal,
        }
    }

    /// Whether Microsoft Graph knows it. A sign-in that may not ask is not told.
    async fn is_in_directory(&self, client: &Client) -> bool {
        let id = &self.principal.id;
        match client
            .graph_url(&format!("/v1.0/directoryObjects/{id}"))
            .await
        {
            Ok(url) => client.get_url(url, id).await.is_ok(),
            Err(_) => false,
        }
    }

    fn still_unknown(&self, error: Error, whom: &str) -> Error {
        let id = &self.principal.id;
        let seconds = self.wait.elapsed().as_secs();
        match is_named(id) {
            true => error
                .reworded(format!(
                    "The principal {} is still not known to {whom} after {seconds} s",
                    self.principal.label()
                ))
                .advise("Try again in a few minutes, or wait longer with -PrincipalWaitSec."),
            false => error
                .reworded(format!(
                    "The principal '{id}' is not known to {whom} after {seconds} s"
                ))
                .advise(
                    "Check -PrincipalId: it must be an object id, which for a managed identity is its \
                     PrincipalId and not its ClientId. For a principal that was created just now, \
                     wait longer with -PrincipalWaitSec.",
                ),
        }
    }
}
